import { describe, expect, it } from 'vitest';
import { status } from '../../engine/status.ts';
import type { Observed, ObservedMachine } from '../../model/observed.ts';
import { deployed, desiredOf, NOTHING } from './support/bench.ts';
import { SHOP, shop } from './support/shop.ts';

const { observed } = deployed(SHOP);

function rows(text: string, world: Observed): readonly string[] {
  const report = status(desiredOf(text, { observed: world }), world);
  return report.units.map(({ name, leader, status: { kind, message }, machine }) => {
    return `${name}${leader ? '*' : ''} ${kind} ${message} ${machine?.state ?? '-'} ${machine?.address ?? '-'}`;
  });
}

function changed(unit: string, change: (machine: ObservedMachine) => Partial<ObservedMachine>): Observed {
  const { container } = observed.providers;
  if (container === undefined) throw new Error('nothing was deployed');
  const machines = container.machines.map((one) => (one.unit === unit ? { ...one, ...change(one) } : one));
  return { providers: { container: { ...container, machines } } };
}

function haproxy(state: 'failed' | 'backoff' | 'starting' | 'unhealthy'): Observed {
  return changed('lb/0', ({ services }) => ({
    services: Object.fromEntries(
      Object.entries(services).map(([name, one]) => [name, { ...one, state, message: 'why' }]),
    ),
  }));
}

describe('units', () => {
  it('at work', () =>
    expect(rows(SHOP, observed)).toMatchInlineSnapshot(`
    [
      "db/0* active  running 10.65.211.2",
      "lb/0* active  running 10.65.211.3",
      "web/0* active  running 10.65.211.4",
      "web/1 active  running 10.65.211.5",
    ]
  `));
  it('before anything was done', () =>
    expect(rows(SHOP, NOTHING)).toMatchInlineSnapshot(`
    [
      "db/0* waiting for a machine - -",
      "lb/0* waiting for a machine - -",
      "web/0* waiting for a machine - -",
      "web/1 waiting for a machine - -",
    ]
  `));
  it('waiting for a relation', () => {
    const text = shop({ '  - [web:database, db:database]\n': '' });
    expect(rows(text, observed)).toMatchInlineSnapshot(`
      [
        "db/0* active  running 10.65.211.2",
        "lb/0* waiting for a backend running 10.65.211.3",
        "web/0* waiting for a database running 10.65.211.4",
        "web/1 waiting for a database running 10.65.211.5",
      ]
    `);
  });
  it('that are about to go', () => {
    expect(rows(shop({ 'units: 2': 'units: 1' }), observed).at(-1)).toBe(
      'web/1 unknown not in the environment any more: cantrip up removes it running 10.65.211.5',
    );
  });
  it.each([
    ['a stopped machine', changed('lb/0', () => ({ state: 'stopped' })), 'error its machine is stopped'],
    ['a broken one', changed('lb/0', () => ({ state: 'broken', message: 'x' })), 'error its machine is broken: x'],
    ['one being made', changed('lb/0', () => ({ state: 'creating' })), 'maintenance its machine is being made'],
    ['a failed service', haproxy('failed'), 'error haproxy is failed: why'],
    ['one that falls again and again', haproxy('backoff'), 'error haproxy is backoff: why'],
    ['one that starts', haproxy('starting'), 'maintenance haproxy is starting: why'],
    ['one that is unhealthy', haproxy('unhealthy'), 'error haproxy is unhealthy: why'],
    [
      'a service that is missing',
      changed('lb/0', () => ({ services: {} })),
      'maintenance haproxy is not installed yet',
    ],
    [
      'a failing health check',
      changed('lb/0', () => ({ health: { digest: '', state: 'failing', message: '503' } })),
      'error health check: 503',
    ],
    ['an unknown address', changed('lb/0', () => ({ address: null })), 'waiting for its address'],
  ])('with %s', (_name, world, expected) => {
    expect(rows(SHOP, world).find((row) => row.startsWith('lb/0'))).toContain(expected);
  });
});

describe('the report', () => {
  it('in full', () =>
    expect(status(desiredOf(SHOP), observed)).toMatchInlineSnapshot(`
    {
      "applications": [
        {
          "active": 1,
          "charm": "postgresql",
          "exposed": false,
          "name": "db",
          "provider": "container",
          "scale": 1,
          "status": {
            "kind": "active",
            "message": "",
          },
        },
        {
          "active": 1,
          "charm": "haproxy",
          "exposed": true,
          "name": "lb",
          "provider": "container",
          "scale": 1,
          "status": {
            "kind": "active",
            "message": "",
          },
        },
        {
          "active": 2,
          "charm": "./shop-web",
          "exposed": false,
          "name": "web",
          "provider": "container",
          "scale": 2,
          "status": {
            "kind": "active",
            "message": "",
          },
        },
      ],
      "environment": "shop",
      "file": "environment.yaml",
      "relations": [
        {
          "id": "db:database web:database",
          "interface": "postgresql",
          "provider": "db:database",
          "requirer": "web:database",
        },
        {
          "id": "web:http lb:backend",
          "interface": "http",
          "provider": "web:http",
          "requirer": "lb:backend",
        },
      ],
      "retained": [],
      "routes": [
        {
          "address": null,
          "application": "lb",
          "id": "lb:http",
          "port": 8080,
          "units": [
            "lb/0",
          ],
        },
      ],
      "units": [
        {
          "application": "db",
          "leader": true,
          "machine": {
            "address": "10.65.211.2",
            "id": "of db/0",
            "provider": "container",
            "state": "running",
          },
          "name": "db/0",
          "ports": [
            {
              "name": "postgresql",
              "port": 5432,
            },
          ],
          "status": {
            "kind": "active",
            "message": "",
          },
        },
        {
          "application": "lb",
          "leader": true,
          "machine": {
            "address": "10.65.211.3",
            "id": "of lb/0",
            "provider": "container",
            "state": "running",
          },
          "name": "lb/0",
          "ports": [
            {
              "name": "http",
              "port": 80,
            },
          ],
          "status": {
            "kind": "active",
            "message": "",
          },
        },
        {
          "application": "web",
          "leader": true,
          "machine": {
            "address": "10.65.211.4",
            "id": "of web/0",
            "provider": "container",
            "state": "running",
          },
          "name": "web/0",
          "ports": [
            {
              "name": "http",
              "port": 8000,
            },
          ],
          "status": {
            "kind": "active",
            "message": "",
          },
        },
        {
          "application": "web",
          "leader": false,
          "machine": {
            "address": "10.65.211.5",
            "id": "of web/1",
            "provider": "container",
            "state": "running",
          },
          "name": "web/1",
          "ports": [
            {
              "name": "http",
              "port": 8000,
            },
          ],
          "status": {
            "kind": "active",
            "message": "",
          },
        },
      ],
    }
  `));
  it('an application is as bad as its worst unit', () => {
    const world = changed('web/1', () => ({ state: 'broken', message: '' }));
    const [web] = status(desiredOf(SHOP), world).applications.filter(({ name }) => name === 'web');
    expect(web).toMatchObject({ status: { kind: 'error' }, active: 1, scale: 2 });
  });
});
