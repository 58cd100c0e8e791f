import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

const repository = fileURLToPath(new URL('../..', import.meta.url));
const TOOLS = [
  'sh',
  'dirname',
  'readlink',
  'find',
  'date',
  'flock',
  'touch',
  'mv',
  'tail',
  'mkdir',
  'rm',
  'chmod',
  'cat',
];
const COMMANDS = ['gcc', 'make', 'musl-gcc', 'nft', 'mmdebstrap', 'apt-get'];

let top: string;
let checkout: string;
let programs: string;

/** A checkout of a few files, and a PATH on which all that is not a plain tool only writes down that it was called. */
beforeEach(() => {
  top = mkdtempSync(join(tmpdir(), 'cantrip-setup-'));
  checkout = join(top, 'checkout');
  programs = join(top, 'programs');
  for (const path of ['scripts', 'model', 'native', 'dist']) mkdirSync(join(checkout, path), { recursive: true });
  for (const path of ['scripts/setup', 'cantrip']) cpSync(join(repository, path), join(checkout, path));
  for (const path of ['package.json', 'package-lock.json', 'model/a.ts', 'native/a.c']) put(path, '');
  mkdirSync(programs);
  for (const tool of TOOLS) symlinkSync(`/usr/bin/${tool}`, join(programs, tool));
  for (const command of COMMANDS) program(command, '');
  program('npm', 'if [ "$1" = ci ]; then mkdir -p node_modules; else echo built > dist/cantrip.cjs; fi');
  program('node', 'case $1 in -e) exit 0 ;; *) shift; echo "ran $*" ;; esac', false);
  program('id', 'echo 0', false);
});
afterEach(() => rmSync(top, { recursive: true, force: true }));

function put(path: string, content: string): void {
  writeFileSync(join(checkout, path), content);
}

function program(name: string, body: string, recorded = true): void {
  const record = recorded ? `echo "${name} $*" >> ${join(top, 'calls')}\n` : '';
  writeFileSync(join(programs, name), `#!/bin/sh\n${record}${body}\n`, { mode: 0o755 });
}

/** Edits by hand come later than what was built. */
function edit(path: string): void {
  put(path, 'edited');
  const later = Date.now() / 1000 + 5;
  utimesSync(join(checkout, path), later, later);
}

function run(
  command: string,
  ...args: string[]
): { status: number | null; out: string; error: string; calls: string[] } {
  rmSync(join(top, 'calls'), { force: true });
  const { status, stdout, stderr } = spawnSync(join(checkout, command), args, {
    cwd: '/',
    env: { PATH: programs },
    encoding: 'utf8',
  });
  const calls = existsSync(join(top, 'calls')) ? readFileSync(join(top, 'calls'), 'utf8').trim().split('\n') : [];
  return { status, out: stdout, error: stderr, calls: calls.map((call) => call.replace(/ --.*/, '')) };
}

const ALL = ['npm ci', 'make -C native', 'npm run -s build'];

describe('setup', () => {
  test('makes everything once, says what, and is silent afterwards', () => {
    const first = run('scripts/setup');
    expect(first).toMatchObject({ status: 0, calls: ALL, out: '' });
    expect(first.error).toMatch(
      /^setup: npm dependencies \d+\.\d s\nsetup: native programs .* s\nsetup: cantrip itself .* s\n$/,
    );
    expect(run('scripts/setup')).toEqual({ status: 0, calls: [], out: '', error: '' });
  });

  test.each([
    ['a source', 'model/a.ts', ['npm run -s build']],
    ['a source in C', 'native/a.c', ['make -C native']],
    ['the lockfile', 'package-lock.json', ['npm ci', 'npm run -s build']],
    ['something else', 'README.md', []],
  ])('after an edit of %s only what depends on it is made again', (_what, path, calls) => {
    run('scripts/setup');
    edit(path);
    expect(run('scripts/setup').calls).toEqual(calls);
  });

  test('a removed source and a removed result are noticed', () => {
    run('scripts/setup');
    rmSync(join(checkout, 'model/a.ts'));
    const later = Date.now() / 1000 + 5;
    utimesSync(join(checkout, 'model'), later, later);
    expect(run('scripts/setup').calls).toEqual(['npm run -s build']);
    utimesSync(join(checkout, 'model'), 1, 1);
    rmSync(join(checkout, 'node_modules'), { recursive: true });
    expect(run('scripts/setup').calls).toEqual(['npm ci']);
  });

  test('a failure shows what was said, and is tried again', () => {
    program('make', 'echo "a.c:1: error" >&2; exit 2');
    const failed = run('scripts/setup');
    expect(failed).toMatchObject({ status: 1, calls: ['npm ci', 'make -C native'] });
    expect(failed.error).toContain(
      'native programs failed\na.c:1: error\nsetup: could not make ready: native programs',
    );
    program('make', '');
    expect(run('scripts/setup').calls).toEqual(['make -C native', 'npm run -s build']);
  });

  test('missing packages are installed, and only those', () => {
    rmSync(join(programs, 'musl-gcc'));
    program(
      'apt-get',
      `case "$*" in *musl-tools*) : > ${join(programs, 'musl-gcc')}; chmod 755 ${join(programs, 'musl-gcc')} ;; esac`,
    );
    const { calls, error } = run('scripts/setup');
    expect(error).toMatch(/^setup: system packages: musl-tools \d/);
    expect(calls.filter((call) => call.startsWith('apt-get install'))).toEqual(['apt-get install -y']);
    expect(run('scripts/setup').calls).toEqual([]);
  });

  test('an ordinary user reads what needs root', () => {
    rmSync(join(programs, 'musl-gcc'));
    program('id', 'echo 1000', false);
    const { status, calls, error } = run('scripts/setup');
    expect({ status, calls }).toEqual({ status: 1, calls: [] });
    expect(error).toBe(`setup: needs root once to install musl-tools: run  sudo ${checkout}/scripts/setup\n`);
  });

  test.each([
    ['node', 'no Node found'],
    ['npm', 'no npm found'],
  ])('without %s it says so', (name, message) => {
    rmSync(join(programs, name));
    expect(run('scripts/setup').error).toContain(message);
  });

  test('wrong use is told', () => {
    expect(run('scripts/setup', '--for', 'fun')).toMatchObject({ status: 1, error: expect.stringContaining('usage:') });
  });
});

describe('the launcher', () => {
  test('makes ready and runs, from anywhere, by a link, with its arguments', () => {
    symlinkSync(join(checkout, 'cantrip'), join(top, 'link'));
    const { out, calls } = run('../link', 'up', 'a b');
    expect(out).toBe('ran up a b\n');
    expect(calls).toEqual(ALL);
  });

  test('an ordinary user runs what was built even when making ready would need root', () => {
    run('scripts/setup');
    rmSync(join(programs, 'musl-gcc'));
    program('id', 'echo 1000', false);
    expect(run('cantrip', 'validate')).toMatchObject({ status: 0, out: 'ran validate\n' });
    rmSync(join(checkout, 'dist/cantrip.cjs'));
    expect(run('cantrip', 'validate')).toMatchObject({ status: 1, out: '' });
  });

  test('root is not given an old build when the new one fails', () => {
    run('scripts/setup');
    edit('native/a.c');
    program('make', 'exit 2');
    expect(run('cantrip', 'up')).toMatchObject({ status: 1, out: '' });
  });
});
