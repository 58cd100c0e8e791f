import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import type { ServiceStatus } from '../../providers/container/native/init-types.ts';
import {
  command,
  execCheck,
  type InitContainer,
  openDescriptors,
  service,
  startInit,
  stopInits,
  until,
} from './init-container.ts';

afterEach(stopInits);

async function stateOf(init: InitContainer, name: string): Promise<ServiceStatus> {
  const found = (await init.client.list()).services.find((each) => each.name === name);
  if (found === undefined) throw new Error(`there is no service ${name}`);
  return found;
}

test('a service starts when those it comes after are ready, not before', async () => {
  const init = await startInit();
  const order = join(init.directory, 'order');
  const note = (name: string) => `echo ${name} >> ${order}; exec sleep 1000`;
  const check = execCheck(`test -e ${init.directory}/go`, { intervalMs: 20 });
  await init.client.setService(service('db', note('db'), { check }));
  const noted = execCheck(`grep -q web ${order}`);
  await init.client.setService(service('web', note('web'), { after: ['db'], check: noted }));
  await init.client.setService(service('lb', note('lb'), { after: ['web', 'db'] }));
  await sleep(100);
  expect(await stateOf(init, 'web')).toMatchObject({ state: 'waiting', message: 'waits for db (starting)', pid: null });
  expect(readFileSync(order, 'utf8')).toBe('db\n');

  await init.client.run(command(`touch ${init.directory}/go`));
  expect(await init.client.await([], 3000)).toMatchObject({ result: 'ready' });
  await until(() => readFileSync(order, 'utf8') === 'db\nweb\nlb\n', 'the order db, web, lb');
});

test.each([
  ['a missing name', ['ghost', 'db', 'phantom'], 'there is no service ghost, phantom'],
  ['itself', ['web'], 'they wait for each other: web after web'],
])('after %s is refused with names', async (_, after, message) => {
  const init = await startInit();
  await init.client.setService(service('db', 'sleep 1000'));
  await expect(init.client.setService(service('web', 'sleep 1000', { after }))).rejects.toThrow(message);
  expect((await init.client.list()).services.map(({ name }) => name)).toEqual(['db']);
});

test('a cycle is refused and the old definition stays', async () => {
  const init = await startInit();
  await init.client.setService(service('a', 'sleep 1000'));
  await init.client.setService(service('b', 'sleep 1000', { after: ['a'] }));
  await init.client.setService(service('c', 'sleep 1000', { after: ['b'] }));
  await expect(init.client.setService(service('a', 'sleep 1000', { after: ['c'] }))).rejects.toThrow(
    'they wait for each other: a after c after b after a',
  );
  expect(await init.client.await([], 2000)).toMatchObject({ result: 'ready' });
});

test('the same digest asks for nothing, another restarts with the new definition', async () => {
  const init = await startInit();
  const first = service('web', 'echo one; exec sleep 1000');
  await init.client.setService(first);
  await init.client.await([], 2000);
  const { pid } = await stateOf(init, 'web');
  await init.client.setService(first);
  expect(await stateOf(init, 'web')).toMatchObject({ pid, state: 'ready' });

  await init.client.setService(service('web', 'echo two; exec sleep 1000'));
  expect((await stateOf(init, 'web')).state).not.toBe('ready');
  expect(await init.client.await(['web'], 2000)).toMatchObject({ result: 'ready', services: [{ restarts: 0 }] });
  expect((await stateOf(init, 'web')).pid).not.toBe(pid);
  await until(() => init.log('web').includes('o two'), 'output of the new program');
});

test('a killed service is started again', async () => {
  const init = await startInit();
  await init.client.setService(service('web', 'exec sleep 1000'));
  const { services } = await init.client.await([], 2000);
  await init.client.run(command(`kill -9 ${services[0]?.pid}`));
  await until(async () => (await stateOf(init, 'web')).restarts === 1, 'a restart');
  expect(await init.client.await([], 2000)).toMatchObject({
    result: 'ready',
    services: [{ restarts: 1, lastExit: 9 }],
  });
  expect(init.log('web')).toContain('i signal 9; next try after 20 ms');
});

test('what a killed service leaves in its process group does not hold up the next start', async () => {
  const init = await startInit();
  await init.client.setService(service('web', 'sleep 4321 & sleep 1000; true'));
  const { services } = await init.client.await([], 2000);
  await until(async () => (await countOf(init, 'sleep 4321')) === 1, 'the child');
  await init.client.run(command(`kill -9 ${services[0]?.pid}`));
  await until(async () => (await stateOf(init, 'web')).restarts === 1, 'a restart');
  await until(async () => (await countOf(init, 'sleep 4321')) === 1, 'one child only');
});

async function countOf(init: InitContainer, argv: string): Promise<number> {
  const { output } = await init.client.run({ ...command(''), arguments: ['ps', '-eo', 'args'] });
  return output
    .toString()
    .split('\n')
    .filter((line) => line === argv).length;
}

test('restarts back off from the least to the greatest delay', async () => {
  const init = await startInit();
  const check = execCheck('exit 1');
  await init.client.setService(service('bad', 'exit 3', { check, backoffMinMs: 20, backoffMaxMs: 90 }));
  const outcome = await init.client.await(['bad'], 5000);
  expect(outcome.result).toBe('failed');
  expect(outcome.services[0]).toMatchObject({ name: 'bad', restarts: 6, lastExit: 3 << 8 });
  const delays = init.log('bad').flatMap((line) => /^i exit 3; next try after (\d+) ms$/.exec(line)?.[1] ?? []);
  expect(delays.slice(0, 6)).toEqual(['20', '40', '80', '90', '90', '90']);
});

test.each([
  ['never', 'exit 0', 'stopped', 'exit 0'],
  ['never', 'exit 4', 'stopped', 'exit 4'],
  ['on-failure', 'exit 0', 'stopped', 'exit 0'],
  ['on-failure', 'exit 1', 'backoff', 'exit 1; next try after 5000 ms'],
  ['always', 'exit 0', 'backoff', 'exit 0; next try after 5000 ms'],
] as const)('restart %s after %s: %s', async (restart, script, state, message) => {
  const init = await startInit();
  await init.client.setService(service('once', script, { restart, backoffMinMs: 5000, backoffMaxMs: 5000 }));
  await until(async () => (await stateOf(init, 'once')).state === state, state);
  expect(await stateOf(init, 'once')).toMatchObject({ message, pid: null });
});

test('what cannot be executed is failed, and says at which stage', async () => {
  const init = await startInit();
  const cases = [
    ['program', { arguments: ['/no/such/program'] }, "exec '/no/such/program': No such file or directory"],
    ['directory', { directory: '/no/such/place' }, "directory '/no/such/place': No such file or directory"],
    ['user', { user: 'nobodyatall' }, "user 'nobodyatall': no such user in /etc/passwd"],
    ['group', { group: 'nogroupatall' }, "group 'nogroupatall': no such group in /etc/group"],
  ] as const;
  for (const [name, changes, message] of cases) {
    await init.client.setService(service(name, '', changes));
    const { result, services } = await init.client.await([name], 3000);
    expect(services.find((each) => each.name === name)).toMatchObject({ state: 'failed', message, restarts: 0 });
    expect(result).toBe('failed');
    expect(init.log(name)).toContain(`i cannot be executed: ${message}`);
  }
});

test('waiting for one that cannot come is failed too', async () => {
  const init = await startInit();
  await init.client.setService(service('db', '', { arguments: ['/no/such/program'] }));
  await init.client.setService(service('web', 'sleep 1000', { after: ['db'] }));
  expect(await init.client.await(['web'], 3000)).toMatchObject({ result: 'failed' });
  expect((await stateOf(init, 'web')).message).toBe('waits for db (failed)');
});

test('await ends at its deadline, and refuses unknown names', async () => {
  const init = await startInit();
  await init.client.setService(service('slow', 'sleep 1000', { check: execCheck('exit 7') }));
  const before = Date.now();
  const outcome = await init.client.await(['slow'], 200);
  expect(Date.now() - before).toBeGreaterThanOrEqual(195);
  expect(outcome).toMatchObject({ result: 'deadline', services: [{ state: 'starting', message: 'exec sh: exit 7' }] });
  await expect(init.client.await(['ghost'], 200)).rejects.toThrow("await 'ghost': there is no such service");
});

test('runs as its user, with its groups, environment, directory and limit of descriptors', async () => {
  const init = await startInit();
  const script = 'echo $(id -u):$(id -g):$(id -G) $HOME $USER $LANG $COLOUR $(pwd) $(ulimit -n); exec sleep 1000';
  const changes = { user: 'games', environment: ['COLOUR=red'], directory: '/usr', nofile: 512 };
  expect(await init.client.setService(service('who', script, changes))).toEqual([]);
  const [uid, gid, home] = accountOf('games');
  await until(() => init.log('who').some((line) => line.startsWith('o ')), 'its output');
  expect(init.log('who')).toContain(`o ${uid}:${gid}:${gid} ${home} games C.UTF-8 red /usr 512`);
});

function accountOf(user: string): readonly string[] {
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((each) => each.startsWith(`${user}:`));
  const [, , uid = '', gid = '', , home = ''] = line?.split(':') ?? [];
  return [uid, gid, home];
}

test('starts with a clean signal mask and dispositions, in its own session, with no stray descriptor', async () => {
  const init = await startInit();
  const script =
    "grep -E '^Sig(Blk|Ign)' /proc/self/status; ls /proc/self/fd | wc -l; ps -o sid= -p $$; exec sleep 1000";
  await init.client.setService(service('clean', script));
  await until(() => init.log('clean').length >= 5, 'its output');
  const { pid } = await stateOf(init, 'clean');
  const output = init
    .log('clean')
    .filter((line) => line.startsWith('o '))
    .map((line) => line.slice(2).trim());
  expect(output).toEqual(['SigBlk:\t0000000000000000', 'SigIgn:\t0000000000000000', '4', String(pid)]);
});

test('signals reach the program; a service without process refuses them', async () => {
  const init = await startInit();
  const script = 'trap "echo hangup" HUP; echo up; while true; do sleep 0.02; done';
  await init.client.setService(service('trap', script));
  await init.client.setService(service('gone', 'exit 0', { restart: 'never' }));
  await until(() => init.log('trap').includes('o up'), 'the trap');
  await init.client.signalService('trap', 'SIGHUP');
  await until(() => init.log('trap').includes('o hangup'), 'the signal');
  await until(async () => (await stateOf(init, 'gone')).state === 'stopped', 'its end');
  await expect(init.client.signalService('gone', 'SIGHUP')).rejects.toThrow('it has no process: stopped');
  await expect(init.client.signalService('ghost', 'SIGHUP')).rejects.toThrow('there is no such service');
});

test('restart keeps the definition', async () => {
  const init = await startInit();
  await init.client.setService(service('web', 'exec sleep 1000'));
  const before = (await init.client.await([], 2000)).services[0];
  await init.client.restartService('web');
  const after = (await init.client.await([], 2000)).services[0];
  expect(after).toMatchObject({ digest: before?.digest, state: 'ready', restarts: 0, lastExit: 15 });
  expect(after?.pid).not.toBe(before?.pid);
});

test('a failed service is tried again when it is set again', async () => {
  const init = await startInit();
  const program = join(init.directory, 'program');
  const defined = service('late', '', { arguments: [program] });
  await init.client.setService(defined);
  expect(await init.client.await([], 2000)).toMatchObject({ result: 'failed' });
  await init.client.run(command(`printf '#!/bin/sh\\nexec sleep 1000\\n' > ${program}; chmod +x ${program}`));
  await init.client.setService(defined);
  expect(await init.client.await([], 2000)).toMatchObject({ result: 'ready' });
});

test('orphans are reaped', async () => {
  const init = await startInit();
  await init.client.run(command('for i in 1 2 3 4 5; do (setsid sh -c "sleep 0.05" &) ; done'));
  await sleep(200);
  const { output } = await init.client.run({ ...command(''), arguments: ['ps', '-eo', 'stat,args'] });
  expect(
    output
      .toString()
      .split('\n')
      .filter((line) => line.startsWith('Z') || line.includes('sleep')),
  ).toEqual([]);
});

test('a hundred services come and go without a descriptor left open', async () => {
  const init = await startInit();
  await init.client.hello();
  const before = openDescriptors(init.pid);
  const names = Array.from({ length: 100 }, (_, index) => `s${index}`);
  for (let round = 0; round < 2; round++) {
    await Promise.all(
      names.map((name, index) => {
        const after = index % 10 === 0 ? [] : [`s${index - 1}`];
        return init.client.setService(service(name, 'exec sleep 1000', { after }));
      }),
    );
    expect(await init.client.await([], 20_000)).toMatchObject({ result: 'ready' });
    await init.client.removeServices(names);
    expect((await init.client.list()).services).toEqual([]);
  }
  expect(openDescriptors(init.pid)).toBe(before);
});

test('the 257th service is refused', async () => {
  const init = await startInit();
  const once = (name: string) => init.client.setService(service(name, '', { arguments: ['true'], restart: 'never' }));
  await Promise.all(Array.from({ length: 256 }, (_, index) => once(`s${index}`)));
  await expect(once('s256')).rejects.toThrow('there are 256 services, the limit is 256');
});
