// Runs the program beside it with the code that V8 compiled when it was built; a third of a command's start was compiling.
const { readFileSync, writeFileSync } = require('node:fs');
const { join } = require('node:path');
const { Script } = require('node:vm');

const filename = join(__dirname, 'program.HASH.js');
const cacheFile = join(__dirname, 'program.HASH.cache');
const writes = process.env.CANTRIP_WRITE_CODE_CACHE === '1';

const source = `(function(require,module,exports,__filename,__dirname){${readFileSync(filename, 'utf8')}\n})`;
const script = new Script(source, {
  filename,
  // Another version of Node refuses it and compiles as ever.
  cachedData: writes ? undefined : readOrUndefined(cacheFile),
});
if (writes) process.once('exit', () => writeFileSync(cacheFile, script.createCachedData()));
script.runInThisContext()(require, module, exports, filename, __dirname);

function readOrUndefined(file) {
  try {
    return readFileSync(file);
  } catch {
    return undefined;
  }
}
