import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { freePort, waitFor } from '../programs.ts';
import { type Origin, type Rig, startHaproxy, startLoad, startOrigin } from './rig.ts';

let origins: readonly Origin[] = [];
let rig: Rig;

beforeAll(async () => {
  origins = await Promise.all(['web-0', 'web-1', 'web-2', 'web-3'].map(startOrigin));
  rig = await startHaproxy(origins.slice(0, 1));
  await waitFor(
    async () => (await fetch(`http://127.0.0.1:${rig.port}/`)).ok,
    () => 'the first server to pass a check',
  );
});

afterAll(async () => {
  await rig?.stop();
  await Promise.all(origins.map((origin) => origin.close()));
});

const servers = async () => {
  const lines = (await rig.ask('show servers state')).split('\n').map((line) => line.split(' '));
  return lines.filter((fields) => fields.length > 19 && fields[0] !== '#').map((fields) => `${fields[3]} ${fields[6]}`);
};
const worker = async () => /^Pid: (\d+)/m.exec(await rig.ask('show info'))?.[1];

test('servers come and go under keep-alive load: no error, no connection lost, no worker replaced', async () => {
  const before = await worker();
  const load = startLoad(rig.port, 20);
  for (const count of [1, 2, 4, 3, 1, 4, 2]) {
    await rig.set(origins.slice(0, count));
    const gone = origins.slice(count).map((origin) => origin.requests());
    await sleep(250);
    expect(origins.slice(count).map((origin) => origin.requests())).toEqual(gone);
    expect(await servers()).toEqual(origins.slice(0, count).map((origin) => `${origin.name} 0`));
  }
  await load.stop();
  expect(load.seen.errors).toEqual([]);
  expect(load.seen.answers).toBeGreaterThan(500);
  expect(load.seen.connections.size).toBe(20);
  expect(origins.every((origin) => origin.requests() > 0)).toBe(true);
  expect(await worker()).toBe(before);
});

test('a new process refuses at once what it would have to send to a server that has not passed a check', async () => {
  const absent = { ...(origins[0] as Origin), port: await freePort() };
  const alone = await startHaproxy([absent]);
  const begin = performance.now();
  expect((await fetch(`http://127.0.0.1:${alone.port}/`)).status).toBe(503);
  expect(performance.now() - begin).toBeLessThan(500);
  await alone.set([origins[0] as Origin]);
  await expect.poll(async () => (await fetch(`http://127.0.0.1:${alone.port}/`)).status).toBe(200);
  await alone.stop();
});

test('a server that moved gets its new address without a reload', async () => {
  const before = await worker();
  const [first, second, third] = origins as [Origin, Origin, Origin];
  await rig.set([first, second]);
  const moved = { ...second, port: third.port };
  const requests = third.requests();
  await rig.set([first, moved]);
  const load = startLoad(rig.port, 4);
  await sleep(200);
  await load.stop();
  expect(load.seen.errors).toEqual([]);
  expect(third.requests()).toBeGreaterThan(requests);
  expect(await worker()).toBe(before);
});

test('anything else replaces the workers, and the kept connections live on', async () => {
  const before = await worker();
  const load = startLoad(rig.port, 20);
  await sleep(100);
  await rig.set(origins.slice(0, 2), { balance: 'leastconn' });
  await sleep(200);
  await load.stop();
  expect(load.seen.errors).toEqual([]);
  expect(await worker()).not.toBe(before);
  expect(await rig.ask('show servers state')).toContain('web-1');
});

test('running it again changes nothing', async () => {
  const before = [await worker(), await servers()];
  await rig.set(origins.slice(0, 2), { balance: 'leastconn' });
  expect([await worker(), await servers()]).toEqual(before);
});

test('a file HAProxy does not understand is refused and the old workers go on', async () => {
  await expect(rig.set(origins.slice(0, 1), { timeouts: { connect: '99999999999999h' } })).rejects.toThrow();
  const load = startLoad(rig.port, 2);
  await sleep(100);
  await load.stop();
  expect(load.seen.errors).toEqual([]);
});
