import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { groupValue, processesIn } from './lib/host.ts';
import { addItem, get, getTimes, servedBy } from './lib/http.ts';
import { type Load, startLoad } from './lib/load.ts';
import { workspaceOf } from './lib/workspace.ts';

// The life of a shop that is open all the while: everything that is changed is changed under way, and no customer
// notices.

const shop = workspaceOf('shop');
beforeAll(() => {
  shop.succeed('up', shop.file);
});
afterAll(() => shop.remove());

/** Does it while eight customers ask on connections they keep, and shows that each got an answer. */
async function unnoticed(act: () => void | Promise<void>): Promise<void> {
  const load: Load = startLoad(shop.url, 8);
  await sleep(200);
  try {
    await act();
    await sleep(200);
  } finally {
    const { requests, connections, failures } = await load.stop();
    expect(failures).toEqual([]);
    expect(requests).toBeGreaterThan(100);
    expect(connections).toBeLessThan(requests / 4);
  }
}

const machineOf = (unit: string): string => shop.status().units.find(({ name }) => name === unit)?.machine?.id ?? '';
const webUnits = (): readonly string[] => {
  return shop.status().units.flatMap(({ name, application }) => (application === 'web' ? [name] : []));
};

test('a row that one web unit took is shown by each of them, and they take turns', async () => {
  expect(await addItem(shop.url, 'apples')).toEqual({ status: 201, text: expect.stringMatching(/^1 apples\s*$/) });
  const answers = await getTimes(shop.url, 6);
  expect(servedBy(answers)).toEqual(['web-0', 'web-1']);
  for (const { text } of answers) expect(text).toContain('1 apples');
});

test('scaled from two to five to one unit, it loses no request', async () => {
  await unnoticed(async () => {
    shop.succeed('scale', 'web', '5', '-f', shop.file);
    expect(servedBy(await getTimes(shop.url, 60))).toEqual(['web-0', 'web-1', 'web-2', 'web-3', 'web-4']);
    shop.succeed('scale', 'web', '1', '-f', shop.file);
    expect(servedBy(await getTimes(shop.url, 5))).toEqual(['web-0']);
  });
  shop.succeed('scale', 'web', '2', '-f', shop.file);
  expect(webUnits(), 'numbers are never used again').toEqual(['web/0', 'web/5']);
});

test('an option that is changed makes the balancer reload, not restart, and loses no request', async () => {
  const balancer = machineOf('lb/0');
  const [init] = processesIn(balancer);
  await unnoticed(() => {
    const { stderr } = shop.succeed('config', 'lb', 'balance=leastconn', '-f', shop.file);
    expect(stderr).toContain('haproxy reloaded');
  });
  expect(machineOf('lb/0')).toBe(balancer);
  expect(processesIn(balancer)[0]).toBe(init);
  expect(shop.succeed('exec', 'lb/0', '--', 'grep', 'leastconn', '/etc/haproxy/haproxy.cfg').stdout).toContain(
    'balance',
  );
});

test('a second application joins at run time, gets a database and customers of its own, and leaves again', async () => {
  const second = (): Promise<string> => get(shop.url, 'admin.test').then(({ text }) => text);
  await unnoticed(async () => {
    shop.succeed('deploy', 'node-app', 'admin', '--resource', 'app=app');
    shop.succeed('relate', 'admin', 'db');
    shop.succeed('config', 'lb', 'routes.admin.host=admin.test');
    shop.succeed('relate', 'lb', 'admin');
    expect(await second()).toMatch(/^shop, served by admin-0\n/);
    expect(await second(), 'it has no rows of the first').not.toContain('apples');
    shop.succeed('unrelate', 'lb', 'admin');
    expect(await second()).toContain('served by web-');
    shop.succeed('unrelate', 'admin', 'db');
    const login = shop.succeed(
      'exec',
      'db/0',
      '-u',
      'postgres',
      '--',
      'psql',
      '-Atc',
      'select rolname, rolcanlogin from pg_roles',
    );
    expect(login.stdout).toMatch(/^admin\|f$/m);
    expect(login.stdout).toMatch(/^web\|t$/m);
    shop.succeed('remove', 'admin', '--yes');
  });
  expect(shop.status().applications.map(({ name }) => name)).toEqual(['db', 'lb', 'web']);
  expect(shop.plan().empty).toBe(true);
});

test('constraints change on the running machine', async () => {
  const before = machineOf('web/0');
  const processes = processesIn(before);
  expect(groupValue(before, { v1: 'memory/memory.limit_in_bytes', v2: 'memory.max' })).toBe(String(256 << 20));
  shop.change('{memory: 256M, pids: 200}', '{memory: 320M, pids: 120}');
  await unnoticed(() => {
    shop.succeed('up', shop.file);
  });
  expect(machineOf('web/0')).toBe(before);
  expect(processesIn(before)).toEqual(processes);
  expect(groupValue(before, { v1: 'memory/memory.limit_in_bytes', v2: 'memory.max' })).toBe(String(320 << 20));
  expect(groupValue(before, { v1: 'pids/pids.max', v2: 'pids.max' })).toBe('120');
});

test('a new version of the application replaces its machines; rows stay', async () => {
  const before = machineOf('web/0');
  shop.change('`shop, served by', '`shop 2, served by', 'app/pages.js');
  const { stdout } = shop.cantrip('plan', shop.file, '--exit-code');
  expect(stdout).toMatch(/web\/0.*\n.*machine/);
  await unnoticed(() => {
    shop.succeed('up', shop.file);
  });
  expect(machineOf('web/0')).not.toBe(before);
  for (const { text } of await getTimes(shop.url, 4))
    expect(text).toMatch(/^shop 2, served by web-\d\n(.*\n)*1 apples/);
});

test('taken down with its data kept, it comes up again with its rows and the numbers of its units', async () => {
  const units = webUnits();
  const { stdout } = shop.succeed('down', shop.file, '--keep-data');
  expect(stdout).toContain('its data is kept');
  await expect(get(shop.url)).rejects.toThrow();
  shop.succeed('up', shop.file);
  expect((await get(shop.url)).text).toContain('1 apples');
  expect(webUnits()).toEqual(units);
  expect((await addItem(shop.url, 'pears')).text.trim()).toBe('2 pears');
});

test('the file keeps its comments and its layout through all of it', () => {
  const text = readFileSync(shop.file, 'utf8');
  expect(text).toContain('# A web shop in three tiers: HAProxy → two web units → PostgreSQL.');
  expect(text).toContain('    options: {max_connections: 300}\n');
});
