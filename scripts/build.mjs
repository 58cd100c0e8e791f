// npm run build [-- FOLDER]: what `cantrip` runs, into FOLDER (dist).
//   cantrip.cjs          loads the program with its compiled code (scripts/loader.cjs)
//   program.HASH.js      the whole command line in one file, whose parts are evaluated when they are used
//   program.HASH.cache   that file as V8 compiled it here
//   kit/index.mjs        what charms by path import as cantrip/kit
// and schema/environment.schema.json, which editors use.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const out = resolve(process.argv[2] ?? join(root, 'dist'));
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

/** Native parts, which are found beside the bundle at run time. */
const external = ['@photostructure/sqlite', 'esbuild', 'node:sqlite'];

const common = { bundle: true, platform: 'node', target: 'node20', minifyWhitespace: true, logLevel: 'warning' };

mkdirSync(out, { recursive: true });
await Promise.all([writeProgram(), writeKit(), writeSchema()]);

/**
 * The loader is written last and at once: whoever runs it meanwhile has all of the old program or all of the new one.
 */
async function writeProgram() {
  const { outputFiles } = await build({
    ...common,
    entryPoints: [join(root, 'cli/main.ts')],
    outdir: out,
    write: false,
    format: 'cjs',
    external,
    define: { __VERSION__: JSON.stringify(version) },
    legalComments: 'none',
    // Code that comes from the cache has no way to import; what is external can be required.
    supported: { 'dynamic-import': false },
  });
  const { contents } = outputFiles[0];
  const hash = createHash('sha256').update(contents).digest('hex').slice(0, 16);
  writeFileSync(join(out, `program.${hash}.js`), contents);
  const loader = readFileSync(join(root, 'scripts/loader.cjs'), 'utf8').replaceAll('HASH', hash);
  const draft = join(out, `cantrip.${process.pid}.cjs`);
  writeFileSync(draft, loader);
  warm(draft);
  renameSync(draft, join(out, 'cantrip.cjs'));
  const stale = readdirSync(out).filter((name) => name.startsWith('program.') && !name.startsWith(`program.${hash}.`));
  for (const name of stale) rmSync(join(out, name));
}

/** Runs the program once on an example, so that what a command needs is compiled, and keeps the result. */
function warm(loader) {
  const folder = mkdtempSync(join(tmpdir(), 'cantrip-build-'));
  const env = { ...process.env, CANTRIP_STATE_DIR: folder, CANTRIP_RUN_DIR: folder, CANTRIP_WRITE_CODE_CACHE: '1' };
  spawnSync(process.execPath, [loader, 'plan', join(root, 'examples/hello')], { env, stdio: 'ignore' });
  rmSync(folder, { recursive: true, force: true });
}

async function writeKit() {
  const entryPoints = [join(root, 'charms/kit/index.ts')];
  await build({ ...common, entryPoints, outfile: join(out, 'kit/index.mjs'), format: 'esm' });
}

/** From the same code that reads the file. */
async function writeSchema() {
  const bundle = join(out, 'schema.mjs');
  const entryPoints = [join(root, 'model/environment-schema.ts')];
  await build({ ...common, entryPoints, outfile: bundle, format: 'esm' });
  const { environmentJsonSchema } = await import(pathToFileURL(bundle).href);
  rmSync(bundle);
  mkdirSync(join(root, 'schema'), { recursive: true });
  const text = `${JSON.stringify(environmentJsonSchema(), null, 2)}\n`;
  writeFileSync(join(root, 'schema/environment.schema.json'), text);
}
