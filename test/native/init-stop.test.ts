import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { command, openDescriptors, service, startInit, stopInits, until } from './init-container.ts';

afterEach(stopInits);

test('stops in reverse order, those that are free in parallel, and exits with 0', async () => {
  const init = await startInit();
  const order = join(init.directory, 'order');
  const slow = (name: string) =>
    `trap "sleep 0.1; echo ${name} >> ${order}; exit 0" TERM; echo up; while :; do sleep 0.01; done`;
  await init.client.setService(service('db', slow('db')));
  await init.client.setService(service('web1', slow('web'), { after: ['db'] }));
  await init.client.setService(service('web2', slow('web'), { after: ['db'] }));
  await init.client.setService(service('lb', slow('lb'), { after: ['web1', 'web2'] }));
  await until(() => ['db', 'web1', 'web2', 'lb'].every((name) => init.log(name).includes('o up')), 'four traps');
  process.kill(init.pid, 'SIGTERM');
  const written = () => (existsSync(order) ? readFileSync(order, 'utf8') : '');
  const before = Date.now();
  await until(() => written().endsWith('db\n'), 'the end of the last');
  expect(written()).toBe('lb\nweb\nweb\ndb\n');
  expect(Date.now() - before).toBeLessThan(900);
  expect(await init.stop()).toMatchObject({ status: 0 });
});

test('a service that ignores its stop signal is killed, and the whole stop stays bounded', async () => {
  const init = await startInit();
  const deaf = 'trap "" TERM; echo up; while :; do sleep 0.05; done';
  await init.client.setService(service('deaf1', deaf, { stopTimeoutMs: 300 }));
  await init.client.setService(service('deaf2', deaf, { stopTimeoutMs: 200, after: ['deaf1'] }));
  await init.client.setService(service('deaf3', deaf, { stopTimeoutMs: 200, after: ['deaf1'] }));
  await until(() => ['deaf1', 'deaf2', 'deaf3'].every((name) => init.log(name).includes('o up')), 'the traps');
  const { status, tookMs } = await init.stop();
  expect(status).toBe(0);
  expect(tookMs).toBeGreaterThanOrEqual(490);
  expect(tookMs).toBeLessThan(1500);
});

test('killing is told in the log', async () => {
  const init = await startInit();
  await init.client.setService(
    service('deaf', 'trap "" TERM; echo up; while :; do sleep 0.05; done', { stopTimeoutMs: 100 }),
  );
  await until(() => init.log('deaf').includes('o up'), 'the trap');
  const pid = (await init.client.list()).services[0]?.pid;
  await init.client.removeServices(['deaf']);
  expect(init.log('deaf').slice(2)).toEqual([
    `i stopping: signal 15 to process ${pid}`,
    `i process ${pid} runs on after 100 ms: killed`,
    'i stopped',
  ]);
});

test('the stop signal is the one asked for', async () => {
  const init = await startInit();
  const script = 'trap "echo interrupted; exit 0" INT; echo up; while :; do sleep 0.01; done';
  await init.client.setService(service('web', script, { stopSignal: 'SIGINT' }));
  await until(() => init.log('web').includes('o up'), 'the trap');
  await init.client.removeServices(['web']);
  expect(init.log('web')).toContain('o interrupted');
});

test('left-over processes of the group are killed at the stop', async () => {
  const init = await startInit();
  await init.client.setService(service('web', '(trap "" TERM; exec sleep 4322) & echo up; exec sleep 1000'));
  await until(() => init.log('web').includes('o up'), 'its child');
  await init.client.removeServices(['web']);
  const { output } = await init.client.run({ ...command(''), arguments: ['ps', '-eo', 'args'] });
  expect(output.toString()).not.toContain('sleep 4322');
});

test('removal goes in reverse order, forgets, and what was removed already is removed', async () => {
  const init = await startInit();
  const order = join(init.directory, 'order');
  const slow = (name: string) => `trap "echo ${name} >> ${order}; exit 0" TERM; echo up; while :; do sleep 0.01; done`;
  await init.client.setService(service('db', slow('db')));
  await init.client.setService(service('web', slow('web'), { after: ['db'] }));
  await init.client.setService(service('stays', 'exec sleep 1000'));
  await until(() => ['db', 'web'].every((name) => init.log(name).includes('o up')), 'the traps');
  await init.client.removeServices(['db', 'ghost', 'web']);
  expect(readFileSync(order, 'utf8')).toBe('web\ndb\n');
  expect((await init.client.list()).services.map(({ name }) => name)).toEqual(['stays']);
  await init.client.removeServices(['db', 'web']);
});

test('a service set again while it is being removed comes back', async () => {
  const init = await startInit();
  const slow = 'trap "sleep 0.1; exit 0" TERM; echo up; while :; do sleep 0.01; done';
  await init.client.setService(service('web', slow));
  await until(() => init.log('web').includes('o up'), 'the trap');
  const removed = init.client.removeServices(['web']);
  await init.client.setService(service('web', 'echo second; exec sleep 1000'));
  await removed;
  expect(await init.client.await(['web'], 2000)).toMatchObject({ result: 'ready' });
  await until(() => init.log('web').includes('o second'), 'the second program');
});

test('a service that waits, backs off, or is being executed stops at once', async () => {
  const init = await startInit();
  await init.client.setService(service('loop', 'exit 1', { backoffMinMs: 60_000, backoffMaxMs: 60_000 }));
  await init.client.setService(service('failed', '', { arguments: ['/no/such/program'] }));
  await init.client.setService(service('waits', 'exec sleep 1000', { after: ['failed'] }));
  await until(async () => (await init.client.list()).services[0]?.state === 'backoff', 'the back-off');
  await init.client.setService(service('young', 'exec sleep 1000'));
  expect((await init.stop()).tookMs).toBeLessThan(500);
});

test('while it stops, nothing new is begun', async () => {
  const init = await startInit();
  await init.client.setService(service('slow', 'trap "sleep 0.3; exit 0" TERM; echo up; while :; do sleep 0.01; done'));
  await until(() => init.log('slow').includes('o up'), 'the trap');
  process.kill(init.pid, 'SIGTERM');
  await until(() => init.log('slow').some((line) => line.startsWith('i stopping')), 'the stop');
  await expect(init.client.setService(service('new', 'true'))).rejects.toThrow('the container is being stopped');
  await expect(init.client.run(command('true'))).rejects.toThrow('the container is being stopped');
  expect(await init.client.list()).toMatchObject({ services: [{ name: 'slow', state: 'stopped' }] });
});

test('without services it exits at once', async () => {
  const init = await startInit();
  await init.client.hello();
  expect(openDescriptors(init.pid)).toBeGreaterThan(3);
  const { status, tookMs } = await init.stop();
  expect(status).toBe(0);
  expect(tookMs).toBeLessThan(500);
});
