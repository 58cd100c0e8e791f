// npm run -s bench -- QUESTION [--json] [-n RUNS]: installs the peers, bundles bench/QUESTION.ts and runs it.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const questions = readdirSync(join(root, 'bench'))
  .filter((name) => name.endsWith('.ts'))
  .map((name) => name.slice(0, -3))
  .sort();

await main(process.argv.slice(2));

async function main([question, ...args]) {
  if (question === undefined || !questions.includes(question)) {
    console.error(`usage: npm run -s bench -- QUESTION [--json] [-n RUNS]\nquestions: ${questions.join(', ')}`);
    process.exit(2);
  }
  const setup = spawnSync(join(root, 'scripts/setup'), ['--for', 'bench'], { cwd: root, stdio: ['ignore', 2, 2] });
  if (setup.status !== 0) process.exit(1);
  const { build } = await import('esbuild');
  const outfile = join(root, 'dist/bench', `${question}.mjs`);
  await build({
    entryPoints: [join(root, 'bench', `${question}.ts`)],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    external: ['esbuild', '@photostructure/sqlite', 'node:sqlite'],
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
    logLevel: 'warning',
  });
  const { status } = spawnSync(process.execPath, [outfile, ...args], { cwd: root, stdio: 'inherit' });
  process.exitCode = status ?? 1;
}
