import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectOrder } from './lib/census.ts';
import { agentsOf, commandOf, processesIn } from './lib/host.ts';
import { addItem, get, getTimes, servedBy } from './lib/http.ts';
import { startLoad } from './lib/load.ts';
import { randomOf } from './lib/random.ts';
import { eventually } from './lib/until.ts';
import { workspaceOf } from './lib/workspace.ts';

// Whoever is killed with -9: a service, a process 1, the agent, the command. What was is there again, once.

const UNITS = ['db/0', 'lb/0', 'web/0', 'web/1'];

const shop = workspaceOf('shop');
beforeAll(async () => {
  shop.succeed('up', shop.file);
  await addItem(shop.url, 'apples');
});
afterAll(() => shop.remove());

const unitOf = (name: string) => shop.status().units.find((unit) => unit.name === name);
const machineOf = (name: string): string => unitOf(name)?.machine?.id ?? '';
const initOf = (unit: string): number | undefined => processesIn(machineOf(unit))[0];
const serviceOf = (unit: string, program: string): number | undefined =>
  processesIn(machineOf(unit)).find((pid) => commandOf(pid).startsWith(program));

/** Never 0, which would be the tests' own process group. */
function kill(pid: number | undefined): void {
  if (pid === undefined) throw new Error('there is no such process to be killed');
  process.kill(pid, 'SIGKILL');
}

test('a service that is killed is started again by the process 1 of its machine, without anybody', async () => {
  const init = initOf('web/0');
  kill(serviceOf('web/0', 'node server.js'));
  await eventually(() => expect(unitOf('web/0')?.status.kind).toBe('active'));
  await eventually(async () => expect(servedBy(await getTimes(shop.url, 4))).toEqual(['web-0', 'web-1']));
  expect(initOf('web/0')).toBe(init);
  expect(shop.succeed('logs', 'web/0').stdout).toMatch(/web\/0 app .*9|killed/i);
  await expectOrder(shop, UNITS);
});

test('a service that dies again and again is told as it is, and so is its way back', async () => {
  const seen = new Set<string>();
  for (let time = 0; time < 4; time += 1) {
    await eventually(() => kill(serviceOf('web/1', 'node server.js')));
    seen.add(unitOf('web/1')?.status.kind ?? 'none');
  }
  expect([...seen], 'while it is down nobody says that it is active').toEqual(expect.not.arrayContaining(['active']));
  expect((await get(shop.url)).status, 'the other unit answers').toBe(200);
  await eventually(() => expect(unitOf('web/1')?.status.kind).toBe('active'));
});

test('a database that is killed comes back with its rows', async () => {
  kill(serviceOf('db/0', '/usr/lib/postgresql'));
  await eventually(async () => expect((await get(shop.url)).text).toContain('1 apples'));
  await expectOrder(shop, UNITS);
});

test('a machine whose process 1 is killed is told as stopped, and up starts it with its data', async () => {
  for (const unit of ['db/0', 'web/1']) {
    kill(initOf(unit));
    await eventually(() => expect(processesIn(machineOf(unit))).toEqual([]));
    const { status, machine } = unitOf(unit) ?? {};
    expect({ unit, kind: status?.kind, state: machine?.state }).toEqual({ unit, kind: 'error', state: 'stopped' });
    expect(shop.cantrip('plan', shop.file, '--exit-code').status).toBe(3);
    shop.succeed('up', shop.file);
    await eventually(async () => expect((await get(shop.url)).text).toContain('1 apples'));
    await expectOrder(shop, UNITS);
  }
});

test('an agent that is killed is missed by no container and no customer; the next command has a new one', async () => {
  const inits = UNITS.map(initOf);
  const [agent] = agentsOf(shop.site);
  const load = startLoad(shop.url, 4);
  kill(agent);
  await sleep(300);
  shop.succeed('scale', 'web', '3', '-f', shop.file);
  shop.succeed('scale', 'web', '2', '-f', shop.file);
  expect((await load.stop()).failures).toEqual([]);
  expect(UNITS.map(initOf)).toEqual(inits);
  expect(agentsOf(shop.site)).not.toContain(agent);
  await expectOrder(shop, UNITS);
});

describe('a command that is killed at a random moment leaves nothing that the next one does not put right', () => {
  const random = randomOf(4);
  /** Kills the command somewhere within the time that it takes when nobody does. */
  const interrupt = async (usualMs: number, ...args: string[]): Promise<number> => {
    const running = shop.start(...args);
    const afterMs = random() * usualMs;
    await sleep(afterMs);
    running.kill('SIGKILL');
    await running.ended;
    return afterMs;
  };
  const timed = (...args: string[]): number => {
    const start = performance.now();
    shop.succeed(...args);
    return performance.now() - start;
  };

  test('thirty times during up', async () => {
    shop.succeed('down', shop.file, '--keep-data');
    const usualMs = timed('up', shop.file);
    for (let round = 0; round < 30; round += 1) {
      // Two of three begin with nothing, the third with what the last one left.
      if (round % 3 !== 2) shop.succeed('down', shop.file, '--keep-data');
      const afterMs = await interrupt(usualMs, 'up', shop.file);
      shop.succeed('up', shop.file);
      expect((await get(shop.url)).text, `killed after ${Math.round(afterMs)} ms`).toContain('1 apples');
      await expectOrder(shop, UNITS);
    }
  });

  test('during scale', async () => {
    for (let round = 0; round < 6; round += 1) {
      await interrupt(900, 'scale', 'web', round % 2 === 0 ? '4' : '2', '-f', shop.file);
    }
    shop.succeed('scale', 'web', '5', '-f', shop.file);
    shop.succeed('scale', 'web', '2', '-f', shop.file);
    const units = shop.status().units.map(({ name }) => name);
    expect(units).toHaveLength(4);
    expect((await get(shop.url)).text).toContain('1 apples');
    await expectOrder(shop, units);
  });

  test('during down', async () => {
    for (let round = 0; round < 6; round += 1) {
      await interrupt(700, 'down', shop.file, '--keep-data');
      shop.succeed('up', shop.file);
      expect((await get(shop.url)).text).toContain('1 apples');
      await expectOrder(
        shop,
        shop.status().units.map(({ name }) => name),
      );
    }
  });
});
