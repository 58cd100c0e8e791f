// npm run check: types, lint and format, tidy (the repository's own rules), dead code. Every check runs; the exit
// status tells whether all passed.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

const CHECKS = [
  ['types', 'tsc', ['-b']],
  ['lint and format', 'biome', ['check', '--error-on-warnings', '.']],
  ['tidy', 'vitest', ['run', '--project', 'unit', 'test/tidy']],
  ['dead code', 'knip', []],
];

const failed = CHECKS.filter(([name, tool, args]) => {
  const { status } = spawnSync(`${root}/node_modules/.bin/${tool}`, args, { cwd: root, stdio: 'inherit' });
  console.log(`${status === 0 ? 'ok  ' : 'FAIL'} ${name}`);
  return status !== 0;
});
process.exitCode = failed.length === 0 ? 0 : 1;
