import { describe, expect, it } from 'vitest';
import { overlap, parseSubnet } from '../../engine/allocate/subnet.ts';
import { EMPTY_ALLOCATION } from '../../model/allocation.ts';
import { unitParts } from '../../model/names.ts';
import type { Observed } from '../../model/observed.ts';
import type { BenchOptions } from './support/bench.ts';
import { bench, deployed, faults, NOTHING } from './support/bench.ts';
import { testCharm } from './support/charms.ts';

const CHARMS = { app: testCharm({ name: 'app', storage: { data: '/data' } }) };

function web(units: number): string {
  return `environment: e\napplications:\n  web: {charm: app, units: ${units}}\n`;
}

function allocation(text: string, options: BenchOptions = {}) {
  return bench(text, { charms: CHARMS, ...options }).result.allocation;
}

describe('numbers', () => {
  const stored = (numbers: readonly number[], next: number) => ({
    ...EMPTY_ALLOCATION,
    units: { web: { numbers, next } },
  });
  it.each([
    ['the first', EMPTY_ALLOCATION, 2, [0, 1], 2],
    ['more', stored([0, 1], 2), 4, [0, 1, 2, 3], 4],
    ['fewer: the highest go', stored([0, 1, 2], 3), 1, [0], 3],
    ['never again', stored([0], 3), 2, [0, 3], 4],
    ['none', stored([0, 1], 2), 0, [], 2],
  ])('%s', (_name, allocated, units, numbers, next) => {
    expect(allocation(web(units), { allocation: allocated }).units.web).toEqual({ numbers, next });
  });

  it('are kept for an application that left the file, as far as to not give them again', () => {
    const stored = { ...EMPTY_ALLOCATION, units: { old: { numbers: [0, 1], next: 2 } } };
    expect(allocation(web(1), { allocation: stored }).units.old).toEqual({ numbers: [], next: 2 });
  });

  it('come from what exists when the store was lost', () => {
    const { observed, allocation: stored } = deployed(web(3), { charms: CHARMS });
    expect(allocation(web(3), { observed })).toEqual(stored);
  });

  it('come from storage when the machines are gone too', () => {
    const { observed } = deployed(web(2), { charms: CHARMS });
    const kept = withoutMachines(observed);
    expect(allocation(web(2), { observed: kept }).units.web).toEqual({ numbers: [0, 1], next: 2 });
  });

  it('with the store lost, who runs goes on, and storage that was only kept stays so', () => {
    const two = deployed(web(2), { charms: CHARMS });
    const { container } = two.observed.providers;
    if (container === undefined) throw new Error('nothing was deployed');
    const machines = container.machines.filter(({ unit }) => unit === 'web/1');
    const observed: Observed = { providers: { container: { ...container, machines } } };
    expect(allocation(web(1), { observed }).units.web).toEqual({ numbers: [1], next: 2 });
  });

  it('stay as they are on the way down', () => {
    const stored = { ...EMPTY_ALLOCATION, units: { web: { numbers: [1, 4], next: 5 } } };
    expect(allocation(web(1), { allocation: stored, mode: 'down' })).toEqual(stored);
  });
});

function withoutMachines(observed: Observed): Observed {
  const { container } = observed.providers;
  return container === undefined
    ? NOTHING
    : { providers: { container: { ...container, machines: [], network: null } } };
}

describe('networks', () => {
  const using = (...subnetsInUse: string[]): Observed => {
    const { container } = deployed(web(0), { charms: CHARMS }).observed.providers;
    const empty = { network: null, names: {}, images: [], machines: [], storage: [], routes: [] };
    return { providers: { container: { ...empty, ...container, host: { portsInUse: [], subnetsInUse } } } };
  };
  const subnet = (units: number, options: BenchOptions = {}) => allocation(web(units), options).subnets.container ?? '';

  it.each([
    [1, 24],
    [250, 24],
    [251, 23],
    [10_000, 17],
  ])('%i units get a /%i', (units, prefix) => expect(parseSubnet(subnet(units))?.prefix).toBe(prefix));

  it('lie in 10.64.0.0/10', () => {
    const range = parseSubnet('10.64.0.0/10');
    const chosen = parseSubnet(subnet(1));
    expect(range !== null && chosen !== null && overlap(range, chosen)).toBe(true);
  });

  it('avoid those in use, also by a wider one', () => {
    const first = subnet(1);
    const wider = `${first.split('.').slice(0, 2).join('.')}.0.0/16`;
    const second = parseSubnet(subnet(1, { observed: using('fd00::/8', wider) }));
    const avoided = parseSubnet(wider);
    expect(second !== null && avoided !== null && overlap(second, avoided)).toBe(false);
  });

  it('differ between environments', () => {
    expect(subnet(1)).not.toBe(allocation(web(1).replace('environment: e', 'environment: f')).subnets.container);
  });

  it('stay while they exist, even when somebody else claims the same', () => {
    const { observed, allocation: stored } = deployed(web(1), { charms: CHARMS });
    const claimed = using(stored.subnets.container ?? '').providers.container?.host;
    const { container } = observed.providers;
    if (container === undefined || claimed === undefined) throw new Error('nothing was deployed');
    const world: Observed = { providers: { container: { ...container, host: claimed } } };
    expect(allocation(web(1), { observed: world, allocation: stored }).subnets).toEqual(stored.subnets);
  });

  it('move when somebody took them while nothing was there', () => {
    const stored = allocation(web(1));
    const moved = allocation(web(1), { allocation: stored, observed: using(stored.subnets.container ?? '') });
    expect(moved.subnets.container).not.toBe(stored.subnets.container);
    expect(parseSubnet(moved.subnets.container ?? '')?.prefix).toBe(24);
    expect(moved.addresses['web/0']).not.toBe(stored.addresses['web/0']);
  });

  it('that are too small are named', () => {
    const from = deployed(web(1), { charms: CHARMS });
    expect(faults(web(300), { charms: CHARMS, ...from })).toEqual([
      `environment.yaml:1:1 E2302 the network ${from.allocation.subnets.container} has no room for 300 units` +
        ' | run cantrip down --keep-data, then cantrip up: it gets a larger one',
    ]);
  });

  it('are none where the world gives addresses', () => {
    const text = web(1).replace('charm: app', 'charm: app, provider: cloud');
    expect(allocation(text)).toMatchObject({ subnets: {}, addresses: {} });
  });
});

describe('addresses', () => {
  it('are one a unit and none twice', () => {
    const { addresses } = allocation(web(600));
    expect(new Set(Object.values(addresses)).size).toBe(600);
  });

  it('stay with the unit', () => {
    const two = allocation(web(2));
    const three = allocation(web(3), { allocation: two });
    expect(three.addresses).toMatchObject(two.addresses);
  });

  it('of machines about to go are not given away', () => {
    const from = deployed(web(2), { charms: CHARMS });
    const text = `environment: e\napplications:\n  web: {charm: app, units: 1}\n  xyz: {charm: app}\n`;
    const next = allocation(text, from);
    expect(Object.keys(next.addresses).map((unit) => unitParts(unit).application)).toEqual(['web', 'xyz']);
    expect(next.addresses['xyz/0']).not.toBe(from.allocation.addresses['web/1']);
  });

  it('of machines about to go may leave too little room, which is told', () => {
    const from = deployed(web(200), { charms: CHARMS });
    const text = web(100).replace('web:', 'other:');
    expect(faults(text, { charms: CHARMS, ...from })).toEqual([
      `environment.yaml:1:1 E2302 the network ${from.allocation.subnets.container} has no room for 100 units` +
        ' beside 200 that go | let these go first: add the new units when cantrip up has removed them',
    ]);
  });

  it('are free again when the machine is gone', () => {
    const from = deployed(web(2), { charms: CHARMS });
    const smaller = deployed(web(1), { charms: CHARMS, from });
    const next = allocation(web(2), smaller);
    expect(next.addresses['web/2']).toBe(from.allocation.addresses['web/1']);
  });
});
