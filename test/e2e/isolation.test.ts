import { afterAll, beforeAll, expect, test } from 'vitest';
import { tracesOf } from './lib/host.ts';
import { get } from './lib/http.ts';
import { eventually } from './lib/until.ts';
import { openSite, type Workspace } from './lib/workspace.ts';

// Two environments on one host, with the same applications, that know nothing of each other.

const site = openSite();
const north = site.copy('site-and-api', { name: 'north' });
const south = site.copy('site-and-api', { name: 'south' });
const both = [north, south];

beforeAll(async () => {
  const ups = both.map((workspace) => workspace.start('up', workspace.file).ended);
  for (const result of await Promise.all(ups)) expect(result).toMatchObject({ status: 0 });
});
afterAll(() => site.remove());

const addressOf = (workspace: Workspace, unit: string): string => {
  return workspace.status().units.find(({ name }) => name === unit)?.machine?.address ?? '';
};

/** What a unit of the API gets from an address: a status, or the name of what went wrong. */
const reach = (from: Workspace, address: string, port: number): string => {
  const script = `fetch('http://${address}:${port}/', { signal: AbortSignal.timeout(1000) })
    .then(({ status }) => status, (error) => error.cause?.code ?? error.name)
    .then((word) => process.stdout.write(String(word), () => process.exit()))`;
  return from.succeed('exec', 'api/0', '--', 'node', '-e', script).stdout;
};
const resolved = (from: Workspace, name: string): string =>
  from.succeed('exec', 'front/0', '--', 'getent', 'ahostsv4', name).stdout.split(/\s/)[0] ?? '';

test('both were made at the same time, and each answers on its port', async () => {
  for (const { url } of both) expect((await get(`${url}api/time`)).text).toContain('"unit":"api-');
  expect(addressOf(north, 'api/0').split('.').slice(0, 3)).not.toEqual(
    addressOf(south, 'api/0').split('.').slice(0, 3),
  );
});

test('a name means the neighbour in the same environment', () => {
  for (const workspace of both) {
    expect(resolved(workspace, 'api-0')).toBe(addressOf(workspace, 'api/0'));
    expect(resolved(workspace, 'front')).toBe(addressOf(workspace, 'front/0'));
  }
});

test('a neighbour is reached, a unit of the other environment is not', () => {
  for (const [here, there] of [both, [...both].reverse()] as const) {
    if (here === undefined || there === undefined) throw new Error('there are two');
    expect(reach(here, addressOf(here, 'front/0'), 80)).toBe('200');
    expect(reach(here, addressOf(there, 'front/0'), 80)).toBe('TimeoutError');
    expect(reach(here, addressOf(there, 'api/1'), 3000)).toBe('TimeoutError');
  }
});

test('what one publishes the other reaches as everybody does, on the address of the host', () => {
  const gateway = addressOf(south, 'front/0').replace(/\d+$/, '1');
  expect(reach(south, gateway, north.port)).toBe('200');
  expect(reach(south, gateway, 22), 'of the host itself nothing is reached').not.toBe('200');
});

test('looking at one shows nothing of the other', () => {
  for (const workspace of both) expect(workspace.plan().empty).toBe(true);
  expect(north.status().units).toHaveLength(3);
  expect(north.succeed('logs').stdout).not.toMatch(/south/);
});

test('the same name from another file is refused, with both files', () => {
  const impostor = site.copy('hello', { name: 'impostor' });
  impostor.change('environment: impostor', 'environment: north');
  const { status, stderr } = impostor.cantrip('up', impostor.file);
  expect(status).toBe(2);
  expect(stderr).toContain(north.file);
  expect(stderr).toMatch(/environment\.yaml:\d+:\d+: error E4001/);
  expect(north.plan().empty).toBe(true);
});

test('one is taken down; the other does not notice', async () => {
  north.succeed('down', north.file, '--yes');
  await expect(get(north.url)).rejects.toThrow();
  expect((await get(`${south.url}api/time`)).status).toBe(200);
  expect(south.plan().empty).toBe(true);
  const owner = { ...site, environments: new Set(['north']), containers: new Set<string>() };
  await eventually(() => expect(tracesOf(owner)).toMatchObject({ tables: [], mounts: [] }));
  expect(tracesOf(site).tables).toHaveLength(1);
});
