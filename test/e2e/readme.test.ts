import { cpSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { ROOT } from '../tidy/files.ts';
import { type CommandResult, PROGRAM, runProgram } from './lib/command.ts';
import { openSite } from './lib/workspace.ts';

// A newcomer pastes what stands in the README: the command, and the examples, are where it says they are.

const site = openSite();
site.environments.add('shop');
const checkout = join(site.folder, 'checkout');
const where = { directory: checkout, variables: site.variables };
mkdirSync(checkout);
symlinkSync(PROGRAM, join(checkout, 'cantrip'));
cpSync(join(ROOT, 'examples'), join(checkout, 'examples'), { recursive: true });
afterAll(() => site.remove());

/** What a newcomer sees of a command, line for line; none but these may stand in the README. */
const EXPECTED: Readonly<Record<string, (seen: CommandResult) => void>> = {
  './cantrip up examples/shop/environment.yaml': ({ stdout }) => {
    for (const unit of ['db/0', 'lb/0', 'web/0', 'web/1'])
      expect(stdout).toMatch(new RegExp(`^${unit}\\*? +active`, 'm'));
    expect(stdout).toContain('http://127.0.0.1:8080/');
  },
  'curl http://127.0.0.1:8080/': ({ stdout }) => expect(stdout).toMatch(/^shop, served by web-[01]\n/),
  "curl -d 'item=hello' http://127.0.0.1:8080/": ({ stdout }) => expect(stdout.trim()).toBe('1 hello'),
  './cantrip status examples/shop/environment.yaml': ({ stdout }) => {
    expect(stdout).toMatch(/^web +active +2 +node-app +container +no/m);
    expect(stdout).toMatch(/^lb:http +http:\/\/127\.0\.0\.1:8080\/ +lb\/0$/m);
  },
  './cantrip scale web 5 -f examples/shop/environment.yaml': ({ stdout }) => {
    expect(stdout.match(/^web\/\d\*? +active/gm)).toHaveLength(5);
    expect(readFileSync(join(checkout, 'examples/shop/environment.yaml'), 'utf8')).toContain('units: 5');
  },
  './cantrip logs web -f examples/shop/environment.yaml': ({ stdout }) => {
    for (const number of [0, 1, 2, 3, 4]) expect(stdout).toMatch(new RegExp(`^\\S+ web/${number} app +ready$`, 'm'));
    expect(stdout).not.toContain('db/0');
  },
  './cantrip exec -f examples/shop/environment.yaml web/0 -- node --version': ({ stdout }) =>
    expect(stdout).toMatch(/^v\d+\.\d+\.\d+\n$/),
  './cantrip down examples/shop/environment.yaml': ({ stdout, stderr }) => {
    expect(stdout).toContain('shop is down; its data is kept');
    expect(stderr).toContain('--yes removes it');
  },
};

test("the README's commands, word for word and in their order, do what it says", () => {
  const commands = commandsOf(readFileSync(join(ROOT, 'README.md'), 'utf8'));
  expect(commands).toEqual(Object.keys(EXPECTED));
  for (const command of commands) {
    const seen = runProgram(['sh', '-c', command], where);
    expect(seen, command).toMatchObject({ status: 0 });
    EXPECTED[command]?.(seen);
  }
});

test('the first command again says that nothing changes, in a small multiple of the time Node takes to start', () => {
  const up = ['./cantrip', 'up', 'examples/shop/environment.yaml'];
  expect(runProgram(up, where)).toMatchObject({ status: 0 });
  expect(runProgram(up, where)).toMatchObject({ status: 0, stdout: 'shop: no changes\n', stderr: '' });
  const ratio = quickest(up) / quickest([process.execPath, '-e', '0']);
  expect(ratio).toBeLessThan(12);
});

/** Lines of the README's shell blocks, but for the one that runs the tests. */
function commandsOf(text: string): readonly string[] {
  const blocks = [...text.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, block = '']) => block.trim().split('\n'));
  return blocks.flat().filter((line) => line !== 'npm test');
}

/** Milliseconds of the quickest of a few runs: what the machine does beside it cannot make it quicker. */
function quickest(words: readonly string[]): number {
  const times = Array.from({ length: 5 }, () => {
    const start = performance.now();
    runProgram(words, where);
    return performance.now() - start;
  });
  return Math.min(...times);
}
