// npm test | npm run e2e | npm run simulate: installs what the tests need, runs the suites in turn and closes with `N
// passed, N failed`.
// Only Node's own modules: it runs in a clone that has no node_modules yet.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const SUITES = ['unit', 'simulate', 'e2e'];

main(process.argv.slice(2));

function main(wanted) {
  const unknown = wanted.filter((name) => !SUITES.includes(name));
  if (unknown.length > 0) fail(`no suite is called ${unknown.join(', ')}; there are ${SUITES.join(', ')}`);
  if (run('scripts/setup', ['--for', 'test']) !== 0) fail('scripts/setup could not install what the tests need');
  const totals = { passed: 0, failed: 0, skipped: 0 };
  for (const suite of wanted.length > 0 ? wanted : SUITES) addTo(totals, runSuite(suite));
  const skipped = totals.skipped > 0 ? `, ${totals.skipped} skipped` : '';
  console.log(`${totals.passed} passed, ${totals.failed} failed${skipped}`);
  process.exitCode = totals.failed === 0 && totals.passed > 0 ? 0 : 1;
}

/** Counts of one suite. A run that ends badly without a failed test (a crash, no test found) counts as one failure. */
function runSuite(suite) {
  console.log(`\n== ${suite}`);
  const folder = mkdtempSync(join(tmpdir(), 'cantrip-test-'));
  const report = join(folder, 'report.json');
  const status = run('node_modules/.bin/vitest', [
    'run',
    '--project',
    suite,
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
  ]);
  const counts = readCounts(report);
  rmSync(folder, { recursive: true, force: true });
  if (status !== 0 && counts.failed === 0) counts.failed = 1;
  return counts;
}

function readCounts(report) {
  try {
    const { numPassedTests, numFailedTests, numPendingTests, numTodoTests } = JSON.parse(readFileSync(report, 'utf8'));
    return { passed: numPassedTests, failed: numFailedTests, skipped: numPendingTests + numTodoTests };
  } catch {
    return { passed: 0, failed: 1, skipped: 0 };
  }
}

function addTo(totals, counts) {
  for (const key of Object.keys(totals)) totals[key] += counts[key];
}

function run(command, args) {
  const { status, error } = spawnSync(join(root, command), args, { cwd: root, stdio: 'inherit' });
  if (error) console.error(`${command}: ${error.message}`);
  return status ?? 1;
}

function fail(message) {
  console.error(message);
  console.log('0 passed, 1 failed');
  process.exit(1);
}
