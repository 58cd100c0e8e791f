import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import { InitClient } from '../../providers/container/native/init.ts';
import { command, openDescriptors, startInit, stopInits, until } from './init-container.ts';

afterEach(stopInits);

test.each([
  ['exit 0', 0, ''],
  ['echo out; echo err >&2; exit 7', 7 << 8, 'out\nerr\n'],
  ['kill -9 $$', 9, ''],
  ['cat', 0, ''],
])('%s', async (script, status, output) => {
  const init = await startInit();
  const outcome = await init.client.run(command(script));
  expect({ ...outcome, output: outcome.output.toString() }).toEqual({ status, output, timedOut: false });
});

test('input of any size goes in, the last 64 KiB come out', async () => {
  const init = await startInit();
  const input = Buffer.from(Array.from({ length: 3_000_000 }, (_, index) => (index * 31) & 0xff));
  const outcome = await init.client.run(command('cat', { input }));
  expect(outcome.output.length).toBe(65536);
  expect(outcome.output.equals(input.subarray(-65536))).toBe(true);
  const short = await init.client.run(command('wc -c', { input: 'four' }));
  expect(short.output.toString().trim()).toBe('4');
});

test('input that nobody reads harms nobody', async () => {
  const init = await startInit();
  const outcome = await init.client.run(command('exit 3', { input: Buffer.alloc(1_000_000) }));
  expect(outcome.status).toBe(3 << 8);
});

test('a time-out kills the whole process group', async () => {
  const init = await startInit();
  const before = Date.now();
  const outcome = await init.client.run(command('echo begun; sleep 4324 & sleep 4324', { timeoutMs: 150 }));
  expect({ ...outcome, output: outcome.output.toString() }).toEqual({ status: 9, output: 'begun\n', timedOut: true });
  expect(Date.now() - before).toBeLessThan(1000);
  await until(async () => {
    const { output } = await init.client.run({ ...command(''), arguments: ['ps', '-eo', 'args'] });
    return !output.toString().includes('sleep 4324');
  }, 'the end of its child');
});

test('a child that outlives the program does not hold up the answer, and lives on', async () => {
  const init = await startInit();
  const before = Date.now();
  await init.client.run(command('sleep 4325 &'));
  expect(Date.now() - before).toBeLessThan(1000);
  const { output } = await init.client.run({ ...command(''), arguments: ['ps', '-eo', 'args'] });
  expect(output.toString()).toContain('sleep 4325');
});

test('user, group, environment and directory', async () => {
  const init = await startInit();
  const script = 'echo $(id -un):$(id -gn) $HOME $A $(pwd)';
  const changes = { user: 'games', group: 'tty', environment: ['A=b c', 'HOME=/nowhere'], directory: '/usr' };
  const { output } = await init.client.run(command(script, changes));
  expect(output.toString()).toBe('games:tty /nowhere b c /usr\n');
  const numbers = await init.client.run(command('echo $(id -u):$(id -g):$(id -G) $HOME $USER', { user: '4242' }));
  expect(numbers.output.toString()).toBe('4242:4242:4242 / 4242\n');
});

test.each([
  ['a program', { arguments: ['/no/such'] }, "exec '/no/such': No such file or directory"],
  ['a user', { user: 'nobodyatall' }, "user 'nobodyatall': no such user"],
  ['a directory', { directory: '/no/such' }, "directory '/no/such': No such file or directory"],
  ['arguments', { arguments: [] }, "request 'argument': there must be a program"],
  ['a proper environment', { environment: ['NOVALUE'] }, "request 'NOVALUE': an environment entry is KEY=VALUE"],
])('without %s the answer says why', async (_, changes, message) => {
  const init = await startInit();
  await expect(init.client.run(command('true', changes))).rejects.toThrow(message);
});

test('many run at once, the 65th is refused, and all descriptors come back', async () => {
  const init = await startInit();
  await init.client.hello();
  const before = openDescriptors(init.pid);
  const started = Date.now();
  const runs = Array.from({ length: 64 }, () => init.client.run(command('sleep 0.3; echo done')));
  await expect(init.client.run(command('true'))).rejects.toThrow('64 programs run already');
  const outcomes = await Promise.all(runs);
  expect(outcomes.every(({ output }) => output.toString() === 'done\n')).toBe(true);
  expect(Date.now() - started).toBeLessThan(5000);
  expect(openDescriptors(init.pid)).toBe(before);
});

test('a client that goes takes its program with it, and what is asked next begins after its end', async () => {
  const init = await startInit();
  const other = await InitClient.open(init.socket);
  const both = `${init.directory}/both`;
  const alone = (word: string): string => `mkdir ${both} || exit 9; echo ${word}; sleep 0.3; rmdir ${both}`;
  const lost = other.run(command(`${alone('first')}; echo late > ${init.directory}/late`));
  await until(() => existsSync(both), 'its begin');
  other.close();
  await expect(lost).rejects.toThrow('closed');
  const next = await init.client.run(command(`rmdir ${both}; ${alone('second')}`));
  expect({ ...next, output: next.output.toString() }).toMatchObject({ status: 0, output: 'second\n' });
  await sleep(400);
  expect((await init.client.readFiles([`${init.directory}/late`]))[0]?.kind).toBe('absent');
});

test('a program that cannot be begun once its forerunner has ended says so', async () => {
  const init = await startInit();
  const other = await InitClient.open(init.socket);
  const lost = other.run(command('sleep 30'));
  await sleep(50);
  other.close();
  await expect(lost).rejects.toThrow('closed');
  await expect(init.client.run({ ...command(''), arguments: ['/no/such/program'] })).rejects.toThrow(/no\/such/);
});
