import { describe, expect, it } from 'vitest';
import { plan } from '../../engine/plan.ts';
import type { Observed, ObservedMachine } from '../../model/observed.ts';
import type { BenchOptions, ChangeOptions, Deployed } from './support/bench.ts';
import { bench, CONTAINER, deployed, orderText, planFor, planText } from './support/bench.ts';
import { file, service, testCharm } from './support/charms.ts';
import { SHOP, shop } from './support/shop.ts';

/** The world with one machine changed behind our back. */
function damaged(
  world: Deployed,
  unit: string,
  damage: (machine: ObservedMachine) => Partial<ObservedMachine>,
): Deployed {
  const { container } = world.observed.providers;
  if (container === undefined) throw new Error('nothing was deployed');
  const machines = container.machines.map((machine) =>
    machine.unit === unit ? { ...machine, ...damage(machine) } : machine,
  );
  const observed: Observed = { providers: { container: { ...container, machines } } };
  return { ...world, observed };
}

function order(text: string, options: ChangeOptions = {}): readonly string[] {
  return orderText(planFor(text, options).plan);
}

const from = deployed(SHOP);

describe('what happened behind our back', () => {
  it('a machine is gone', () => {
    const { container } = from.observed.providers;
    if (container === undefined) throw new Error('nothing was deployed');
    const machines = container.machines.filter(({ unit }) => unit !== 'web/1');
    const world = { ...from, observed: { providers: { container: { ...container, machines } } } };
    expect(order(SHOP, { from: world })).toMatchInlineSnapshot(`
      [
        "machine.create web/1",
        "files.write web/1 < machine.create web/1",
        "service.ensure web/1 web < files.write web/1",
        "unit.await web/1 < service.ensure web/1 web",
      ]
    `);
  });
  it('a machine does not run', () => {
    expect(planText(SHOP, { from: damaged(from, 'web/1', () => ({ state: 'stopped' })) })).toMatchInlineSnapshot(`
      "web
        web/1  # the machine of web/1 is stopped (environment.yaml:4:3)
          > start the machine
          + service web
              +node web
          > wait until it is ready

      shop: 1 to add, 1 to run"
    `);
  });
  it('a machine is broken', () => {
    const world = damaged(from, 'web/1', () => ({ state: 'broken', message: 'its record is unreadable' }));
    expect(planText(SHOP, { from: world })).toMatchInlineSnapshot(`
      "web
        web/1  # replace web/1: its machine is broken: its record is unreadable (environment.yaml:4:3)
          - machine of web/1
          + machine: debian/12, no limits, 10.65.211.5
          + file /etc/web.conf (0600 root:root)
              +greeting=hello
              +url=postgres://web:{{secret:db/web-password}}@10.65.211.2
          + service web
              +node web
          > wait until it is ready

      shop: 3 to add, 1 to remove"
    `);
  });
  it('a service is only starting: the plan waits for it', () => {
    const world = damaged(from, 'web/1', ({ services }) => ({ services: starting(services) }));
    expect(planText(SHOP, { from: world })).toMatchInlineSnapshot(`
      "web
        web/1  # web/1 is not ready: service web is starting (environment.yaml:4:3)
          > wait until it is ready

      shop: nothing to change, only to wait for"
    `);
  });
  it('a service failed', () => {
    const world = damaged(from, 'lb/0', ({ services: { haproxy } }) => ({
      services: haproxy === undefined ? {} : { haproxy: { ...haproxy, state: 'failed', message: 'exit 1' } },
    }));
    expect(planText(SHOP, { from: world })).toMatchInlineSnapshot(`
      "lb
        lb/0  # definition of lb (environment.yaml:5:3)
          + service haproxy  # haproxy is failed: exit 1 (environment.yaml:5:3)
              +haproxy -W
          > wait until it is ready

      shop: 1 to add"
    `);
  });
  it('a crash came between the file and its reload', () => {
    const { plan, next } = planFor(shop({ 'units: 2': 'units: 3' }), { from });
    const written = plan.operations.find(({ id }) => id === 'files.write lb/0')?.action;
    if (written?.kind !== 'files.write') throw new Error('lb/0 is not written');
    const world = damaged({ ...from, allocation: next.allocation }, 'lb/0', ({ files }) => ({
      files: { ...files, ...Object.fromEntries(written.files.map(({ path, after }) => [path, after])) },
    }));
    const ids = order(shop({ 'units: 2': 'units: 3' }), { from: world }).filter((line) => line.includes('lb/0'));
    expect(ids).toEqual([
      'service.ensure lb/0 haproxy < names.ensure container, unit.await web/2',
      'unit.await lb/0 < service.ensure lb/0 haproxy',
    ]);
  });
  it('a network of others is no concern, one of ours without units goes', () => {
    const empty = 'environment: shop\napplications:\n  db: {charm: postgresql, units: 0}\n';
    expect(order(empty, { from: deployed(empty, { from, data: 'remove' }) })).toEqual([]);
  });
});

function starting(services: ObservedMachine['services']): ObservedMachine['services'] {
  return Object.fromEntries(Object.entries(services).map(([name, one]) => [name, { ...one, state: 'starting' }]));
}

describe('order', () => {
  it('from nothing: applications wait for nobody', () =>
    expect(order(SHOP)).toMatchInlineSnapshot(`
    [
      "network.ensure container",
      "names.ensure container < network.ensure container",
      "image.ensure container 4dcf4edbc1b9",
      "image.ensure container 07a9a72cd408",
      "image.ensure container 23e98813836d",
      "storage.ensure db/0/data",
      "machine.create db/0 < network.ensure container, image.ensure container 4dcf4edbc1b9, storage.ensure db/0/data",
      "files.write db/0 < machine.create db/0, names.ensure container",
      "service.ensure db/0 postgresql < files.write db/0",
      "unit.await db/0 postgresql < service.ensure db/0 postgresql",
      "command.run db/0 role-web < service.ensure db/0 postgresql, unit.await db/0 postgresql",
      "unit.await db/0 < command.run db/0 role-web",
      "machine.create lb/0 < network.ensure container, image.ensure container 07a9a72cd408",
      "files.write lb/0 < machine.create lb/0, names.ensure container",
      "service.ensure lb/0 haproxy < files.write lb/0",
      "health.ensure lb/0 < service.ensure lb/0 haproxy",
      "unit.await lb/0 < health.ensure lb/0",
      "machine.create web/0 < network.ensure container, image.ensure container 23e98813836d",
      "files.write web/0 < machine.create web/0, names.ensure container",
      "service.ensure web/0 web < files.write web/0",
      "unit.await web/0 < service.ensure web/0 web",
      "machine.create web/1 < network.ensure container, image.ensure container 23e98813836d",
      "files.write web/1 < machine.create web/1, names.ensure container",
      "service.ensure web/1 web < files.write web/1",
      "unit.await web/1 < service.ensure web/1 web",
      "route.ensure lb:http < unit.await lb/0",
    ]
  `));
  it('scale up: a running consumer waits for new units', () => {
    expect(order(shop({ 'units: 2': 'units: 3' }), { from })).toMatchInlineSnapshot(`
      [
        "names.ensure container",
        "files.write db/0 < names.ensure container",
        "service.ensure db/0 postgresql < files.write db/0",
        "unit.await db/0 < service.ensure db/0 postgresql",
        "machine.create web/2",
        "files.write web/2 < machine.create web/2, names.ensure container",
        "service.ensure web/2 web < files.write web/2",
        "unit.await web/2 < service.ensure web/2 web",
        "files.write lb/0 < names.ensure container, unit.await web/2",
        "service.ensure lb/0 haproxy < files.write lb/0",
        "unit.await lb/0 < service.ensure lb/0 haproxy",
      ]
    `);
  });
  it('scale down: first out of the consumer, then stopped, then the name', () => {
    expect(order(shop({ 'units: 2': 'units: 1' }), { from })).toMatchInlineSnapshot(`
      [
        "files.write db/0",
        "service.ensure db/0 postgresql < files.write db/0",
        "unit.await db/0 < service.ensure db/0 postgresql",
        "files.write lb/0",
        "service.ensure lb/0 haproxy < files.write lb/0",
        "unit.await lb/0 < service.ensure lb/0 haproxy",
        "machine.remove web/1 < service.ensure lb/0 haproxy",
        "names.ensure container < machine.remove web/1",
      ]
    `);
  });
  it('replacement: one unit after the other', () => {
    expect(order(shop({ 'units: 2': 'units: 2, image: debian/13' }), { from })).toMatchInlineSnapshot(`
      [
        "image.ensure container 382b5572ccdf",
        "machine.remove web/0 < image.ensure container 382b5572ccdf",
        "machine.create web/0 < image.ensure container 382b5572ccdf, machine.remove web/0",
        "files.write web/0 < machine.create web/0",
        "service.ensure web/0 web < files.write web/0",
        "unit.await web/0 < service.ensure web/0 web",
        "machine.remove web/1 < image.ensure container 382b5572ccdf, unit.await web/0",
        "machine.create web/1 < image.ensure container 382b5572ccdf, machine.remove web/1",
        "files.write web/1 < machine.create web/1",
        "service.ensure web/1 web < files.write web/1",
        "unit.await web/1 < service.ensure web/1 web",
      ]
    `);
  });
  it('replacement: what does not work goes first', () => {
    const world = damaged(from, 'web/0', ({ services }) => ({ services: starting(services) }));
    const lines = order(shop({ 'units: 2': 'units: 2, image: debian/13' }), { from: world });
    expect(lines.filter((line) => line.startsWith('machine.remove'))).toEqual([
      'machine.remove web/0 < image.ensure container 382b5572ccdf',
      'machine.remove web/1 < image.ensure container 382b5572ccdf, unit.await web/0',
    ]);
  });
  it('limits that the provider cannot change replace the machine', () => {
    const options: BenchOptions = { traits: new Map([['container', { ...CONTAINER, resize: false }]]) };
    const lines = order(shop({ 'units: 2': 'units: 2, constraints: {memory: 256M}' }), { from, ...options });
    expect(lines.filter((line) => line.startsWith('machine.'))).toHaveLength(4);
  });
  it('down: ports, machines, storage, network', () => {
    const machines = ['db/0', 'lb/0', 'web/0', 'web/1'].map((unit) => `machine.remove ${unit}`);
    expect(order(SHOP, { from, mode: 'down', data: 'remove' })).toEqual([
      'route.remove lb:http container',
      'machine.remove db/0',
      'machine.remove lb/0 < route.remove lb:http container',
      'machine.remove web/0',
      'machine.remove web/1',
      'storage.remove db/0/data container < machine.remove db/0',
      `network.remove container < route.remove lb:http container, ${machines.join(', ')}`,
    ]);
  });
  it('a port that moves to another application is freed first', () => {
    const text = shop({ ', expose: {http: 8080}': '', 'units: 2': 'units: 2, expose: {http: 8080}' });
    expect(order(text, { from }).filter((line) => line.startsWith('route'))).toEqual([
      'route.remove lb:http container',
      'route.ensure web:http < route.remove lb:http container',
    ]);
  });
  it('a route loses a unit before the unit goes', () => {
    const exposed = shop({ 'units: 2': 'units: 2, expose: {http: 8090}' });
    const lines = order(exposed.replace('units: 2', 'units: 1'), { from: deployed(exposed) });
    expect(lines.find((line) => line.startsWith('machine.remove'))).toContain('route.ensure web:http');
  });
  it('a unit moves to another provider', () => {
    const text = shop({ 'units: 2': 'units: 2, provider: cloud' });
    expect(order(text, { from }).filter((line) => line.includes('web/0'))).toMatchInlineSnapshot(`
      [
        "machine.remove web/0 < network.ensure cloud, image.ensure cloud 23e98813836d",
        "machine.create web/0 < network.ensure cloud, image.ensure cloud 23e98813836d, machine.remove web/0",
        "unit.await web/0 < machine.create web/0",
        "machine.remove web/1 < network.ensure cloud, image.ensure cloud 23e98813836d, unit.await web/0",
        "names.ensure container < machine.remove web/0, machine.remove web/1",
      ]
    `);
  });
  it('commands before and after services, waiting for those they require', () => {
    const command = {
      environment: {},
      directory: '/',
      user: 'root',
      group: 'root',
      timeoutMs: 1000,
      key: '1',
      command: ['x'],
    };
    const charms = {
      app: testCharm({
        name: 'app',
        unit: () => ({
          files: { '/x': file('x') },
          services: { a: service('a'), b: service('b') },
          commands: [
            { ...command, name: 'init', when: 'before', requires: [] },
            { ...command, name: 'seed', when: 'before', requires: [] },
            { ...command, name: 'role', when: 'after', requires: ['a'] },
            { ...command, name: 'grant', when: 'after', requires: ['a'] },
          ],
        }),
      }),
    };
    const text = 'environment: e\napplications:\n  app: {charm: app}\n';
    expect(order(text, { charms })).toMatchInlineSnapshot(`
      [
        "network.ensure container",
        "names.ensure container < network.ensure container",
        "image.ensure container 23e98813836d",
        "machine.create app/0 < network.ensure container, image.ensure container 23e98813836d",
        "files.write app/0 < machine.create app/0, names.ensure container",
        "command.run app/0 init < files.write app/0",
        "command.run app/0 seed < command.run app/0 init",
        "service.ensure app/0 a < command.run app/0 seed",
        "service.ensure app/0 b < command.run app/0 seed",
        "unit.await app/0 a < service.ensure app/0 a, service.ensure app/0 b",
        "command.run app/0 role < service.ensure app/0 a, service.ensure app/0 b, unit.await app/0 a",
        "command.run app/0 grant < command.run app/0 role, unit.await app/0 a",
        "unit.await app/0 < command.run app/0 grant",
      ]
    `);
    expect(order(text, { charms, from: deployed(text, { charms }) })).toEqual([]);
  });
});

it('a secret that gets its value between two plans is noticed, though nothing else is new', () => {
  const { input, result } = bench(SHOP);
  if (result.desired === null) throw new Error('the shop is wrong');
  const secretVersions = new Map<string, string>();
  const common = { ...input, desired: result.desired, secretVersions, data: 'keep' } as const;
  const versions = () => {
    const operation = plan(common).operations.find(({ id }) => id === 'files.write web/0');
    return operation?.action.kind === 'files.write' ? operation.action.files[0]?.after.secrets : null;
  };
  expect(versions()).toEqual({ 'db/web-password': 'new' });
  secretVersions.set('db/web-password', 'v1');
  expect(versions()).toEqual({ 'db/web-password': 'v1' });
});

describe('storage', () => {
  it('nobody uses is kept and named', () => {
    const { plan } = planFor(SHOP, { from, mode: 'down' });
    expect(plan.retained.map(({ provider, storage }) => [provider, storage.id])).toEqual([['container', 'db/0/data']]);
  });
  it('kept through a down is used again', () => {
    const down = deployed(SHOP, { from, mode: 'down' });
    const { plan } = planFor(SHOP, { from: down });
    expect(plan.operations.filter(({ id }) => id.startsWith('storage'))).toEqual([]);
    expect(plan.operations.find(({ id }) => id === 'machine.create db/0')?.expects).toContainEqual({
      kind: 'storage-present',
      id: 'db/0/data',
    });
  });
});

describe('waiting', () => {
  it('is told for units and routes', () => {
    const text = shop({ '  - [web:database, db:database]\n': '' });
    expect(planFor(text).plan.waiting).toEqual([
      { target: 'lb/0', message: 'for a backend' },
      { target: 'web/0', message: 'for a database' },
      { target: 'web/1', message: 'for a database' },
      { target: 'lb:http', message: 'for an active unit' },
    ]);
  });
});
