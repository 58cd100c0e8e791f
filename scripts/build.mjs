// npm run build [-- FOLDER]: FOLDER/cantrip.cjs (the command, one file whose parts are evaluated when they are used), FOLDER/kit (what
// charms by path import as cantrip/kit) and schema/environment.schema.json.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const out = process.argv[2] ?? join(root, 'dist');
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

/** Native parts, which are found beside the bundle at run time. */
const external = ['@photostructure/sqlite', 'esbuild', 'node:sqlite'];

const common = { bundle: true, platform: 'node', target: 'node20', minifyWhitespace: true, logLevel: 'warning' };

mkdirSync(out, { recursive: true });
await Promise.all([
  build({
    ...common,
    entryPoints: [join(root, 'cli/main.ts')],
    outfile: join(out, 'cantrip.cjs'),
    format: 'cjs',
    external,
    define: { __VERSION__: JSON.stringify(version) },
    legalComments: 'none',
  }),
  build({
    ...common,
    entryPoints: [join(root, 'charms/kit/index.ts')],
    outfile: join(out, 'kit/index.mjs'),
    format: 'esm',
  }),
  writeSchema(),
]);

/** The JSON Schema that editors use, from the same code that reads the file. */
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
