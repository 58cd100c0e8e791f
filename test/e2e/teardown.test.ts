import { rmSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { agentsOf, tracesOf } from './lib/host.ts';
import { addItem, get } from './lib/http.ts';
import { eventually, TIDY_PATIENCE_MS } from './lib/until.ts';
import { workspaceOf } from './lib/workspace.ts';

// After `down --yes` the host is as if nothing had ever been there.

const shop = workspaceOf('shop');
const NOTHING = { links: [], tables: [], mounts: [], groups: [], processes: [] };

/**
 * Belong to the host and to no environment: the key that secrets are encrypted with, the agent's log and lock, what was
 * seen of the host the last time (gone after a reboot, as all of `run/`).
 */
const OF_THE_HOST = [
  'run/agent.lock',
  'run/agent.log',
  'run/holders.json',
  'run/ports',
  'run/resolver.json',
  'state/key',
];
const fromSite = (path: string): string =>
  path.replace(shop.site.runDirectory, 'run').replace(shop.site.stateDirectory, 'state');

beforeAll(async () => {
  shop.succeed('up', shop.file);
  await addItem(shop.url, 'apples');
});
afterAll(() => shop.remove());

test('while it is up it has all of these, so that their absence says something', () => {
  const traces = tracesOf(shop.site);
  expect(traces.links).toHaveLength(5);
  expect(traces.tables).toHaveLength(1);
  expect(new Set(traces.groups.map((group) => group.split('/').at(-1))).size).toBe(4);
  expect(traces.processes.length).toBeGreaterThan(8);
  expect(agentsOf(shop.site)).toHaveLength(1);
});

test('down removes bridge, links, groups, containers, rules and files; the agent ends by itself', async () => {
  expect(shop.succeed('down', shop.file, '--yes').stdout).toBe('shop is down\n');
  await expect(get(shop.url)).rejects.toThrow('ECONNREFUSED');
  await eventually(() => {
    const { files, ...kernel } = tracesOf(shop.site);
    expect(kernel).toEqual(NOTHING);
    expect(
      files
        .filter((path) => !path.endsWith('/'))
        .map(fromSite)
        .sort(),
    ).toEqual(OF_THE_HOST);
  }, TIDY_PATIENCE_MS);
});

test('down once more, and of what never was, is no failure', () => {
  expect(shop.cantrip('down', shop.file, '--yes')).toMatchObject({ status: 0 });
  expect(shop.cantrip('status', shop.file).status).toBe(0);
});

test('with the store lost, what is there is found by its labels and taken down all the same', async () => {
  shop.succeed('up', shop.file);
  const store = `${shop.site.stateDirectory}/environments/shop`;
  rmSync(store, { recursive: true });
  expect(shop.status().units.map(({ name, status }) => `${name} ${status.kind}`)).toContain('web/1 active');
  shop.succeed('down', shop.file, '--yes');
  const nothing = { links: [], tables: [], mounts: [], groups: [] };
  await eventually(() => expect(tracesOf(shop.site)).toMatchObject(nothing), TIDY_PATIENCE_MS);
});
