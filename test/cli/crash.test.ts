import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { reportCrash } from '../../cli/crash.ts';
import { foreseenFault, UsageError } from '../../cli/output/fault.ts';
import { ProviderError } from '../../model/provider.ts';

let state: string;
beforeEach(() => {
  state = mkdtempSync(join(tmpdir(), 'cantrip-crash-'));
});
afterEach(() => rmSync(state, { recursive: true, force: true }));

it('a fault of ours is one sentence; the details are in a file that nobody else may read', () => {
  const error = new Error('cannot add a to b\nsecond line', { cause: new Error('the deeper reason') });
  const fault = reportCrash(error, ['up', 'a b'], state);
  expect(fault.message).toBe('this is a fault of cantrip: cannot add a to b');
  const [name = ''] = readdirSync(join(state, 'crashes'));
  const file = join(state, 'crashes', name);
  expect(fault.hint).toBe(`details are in ${file}; the command can be run again`);
  const report = readFileSync(file, 'utf8');
  expect(report).toContain('cantrip "up" "a b"\n');
  expect(report).toContain('second line');
  expect(report).toContain('caused by Error: the deeper reason');
  expect(report).toContain('crash.test.ts');
  expect(statSync(file).mode & 0o777).toBe(0o600);
});

it('something thrown that is no error is told, too', () => {
  expect(reportCrash('just text', [], state).message).toBe('this is a fault of cantrip: just text');
});

it('failures of the world are told as they are', () => {
  const failure = new ProviderError({
    action: 'start service',
    target: 'web of web/0',
    message: 'exited with status 1',
    detail: ['no such module'],
    hint: 'cantrip logs web/0',
  });
  expect(foreseenFault(failure)).toEqual({
    message: 'start service web of web/0: exited with status 1',
    detail: ['no such module'],
    hint: 'cantrip logs web/0',
  });
  expect(foreseenFault(new UsageError('wrong'))).toEqual({ message: 'wrong', detail: [], hint: null });
});

it.each([
  ['EACCES', '/x: permission denied', 'run it as root, or as the owner'],
  ['ENOSPC', '/x: no space left on the device', 'free some space, then run the same command again'],
  ['EXDEV', '/x: EXDEV', null],
])('a system call that fails with %s is told in words', (code, message, hint) => {
  const error = Object.assign(new Error('raw'), { code, syscall: 'open', path: '/x' });
  expect(foreseenFault(error)).toEqual({ message, detail: [], hint });
});

it('everything else is a fault of ours', () => {
  expect(foreseenFault(new TypeError('x is not a function'))).toBeNull();
  expect(foreseenFault('text')).toBeNull();
});
