import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest';
import type { RunningCommand } from './lib/command.ts';
import { get } from './lib/http.ts';
import { eventually } from './lib/until.ts';
import { workspaceOf } from './lib/workspace.ts';

// Two people, one environment, the same moment.

const hello = workspaceOf('hello');
const started: RunningCommand[] = [];
const start = (...args: string[]): RunningCommand => {
  const running = hello.start(...args);
  started.push(running);
  return running;
};
const holder = () => JSON.parse(hello.succeed('status', hello.file, '--json').stdout).holder;

/** An `up` that has the lock and is stopped in the middle of its work. */
async function startStopped(): Promise<RunningCommand> {
  const first = start('up', hello.file);
  await eventually(() => expect(first.written().stderr).not.toBe(''));
  first.kill('SIGSTOP');
  await eventually(() => expect(holder()).toMatchObject({ verb: 'up', pid: first.pid }));
  return first;
}

beforeEach(() => {
  hello.succeed('down', hello.file, '--yes');
});
afterEach(async () => {
  for (const { kill } of started) kill('SIGCONT');
  for (const { ended } of started.splice(0)) await ended;
});
afterAll(() => hello.remove());

test('the second waits, says for whom, and then finds everything done', async () => {
  const first = await startStopped();
  const second = start('up', hello.file);
  await eventually(() =>
    expect(second.written().stderr).toMatch(`waiting for "up" of root (pid ${first.pid}) to finish`),
  );
  await sleep(200);
  expect(second.written().stdout).toBe('');
  first.kill('SIGCONT');
  expect(await first.ended).toMatchObject({ status: 0 });
  expect(await second.ended).toMatchObject({ status: 0, stdout: 'hello: no changes\n' });
  expect((await get(hello.url)).status).toBe(200);
});

test('the second does not wait when it is told not to, and says who is at work', async () => {
  const first = await startStopped();
  const { status, stderr } = hello.cantrip('up', hello.file, '--no-wait');
  expect(status).toBe(1);
  expect(stderr).toMatch(new RegExp(`up.* of root .*pid ${first.pid}`));
  expect(stderr).not.toMatch(/\n\s+at /);
  first.kill('SIGCONT');
  expect(await first.ended).toMatchObject({ status: 0 });
});

test('looking needs no lock, and says who is at work', async () => {
  const first = await startStopped();
  const { stderr } = hello.succeed('status', hello.file);
  expect(stderr).toContain(`cantrip up of root (pid ${first.pid}) has been at work for`);
  expect(hello.cantrip('plan', hello.file).status).toBe(0);
});

test('one that is killed while it has the lock keeps nobody waiting and needs no unlock', async () => {
  const first = await startStopped();
  const second = start('up', hello.file);
  await eventually(() => expect(second.written().stderr).toContain('waiting for "up"'));
  first.kill('SIGKILL');
  expect(await second.ended).toMatchObject({ status: 0 });
  expect(holder()).toBe(null);
  expect((await get(hello.url)).status).toBe(200);
});

test('of five that start at once one does the work and four find it done', async () => {
  const all = await Promise.all(Array.from({ length: 5 }, () => start('up', hello.file).ended));
  expect(all.map(({ status }) => status)).toEqual([0, 0, 0, 0, 0]);
  expect(all.filter(({ stdout }) => stdout === 'hello: no changes\n')).toHaveLength(4);
  expect(hello.status().units.map(({ name }) => name)).toEqual(['site/0']);
});
