import type { Allocation } from '../../model/allocation.ts';
import { unitName } from '../../model/names.ts';
import { whyNotReady } from '../../model/readiness.ts';
import { isEmpty, observeHost, worldOf } from '../../providers/simulated/host.ts';
import type { Declaration } from './declaration.ts';
import { ENVIRONMENT } from './declaration.ts';
import type { Hosts } from './worlds.ts';

/** What hosts found wrong with their callers, since the last time they were asked. */
export function violations(hosts: Hosts): readonly string[] {
  return [...hosts.values()].flatMap((host) => host.violations.splice(0));
}

/** `KIND STORAGE` of all storage there is. */
export function storageOn(hosts: Hosts): ReadonlySet<string> {
  const all = [...hosts].flatMap(([kind, host]) => {
    return [...worldOf(host, ENVIRONMENT).storage.keys()].map((id) => `${kind} ${id}`);
  });
  return new Set(all);
}

/** Storage that went without consent. */
export function lostStorage(before: ReadonlySet<string>, hosts: Hosts, data: 'keep' | 'remove'): readonly string[] {
  if (data === 'remove') return [];
  const after = storageOn(hosts);
  return [...before].filter((id) => !after.has(id)).map((id) => `storage ${id} went, and nobody agreed`);
}

/** Unit numbers that were given up once, and what is wrong with those in use now. */
export interface NumberMemory {
  check(allocation: Allocation): readonly string[];
  /** Nobody can remember what the store had to. */
  forget(): void;
}

export function rememberNumbers(): NumberMemory {
  const gone = new Set<string>();
  let inUse = new Set<string>();
  return {
    check({ units }) {
      const now = new Set(
        Object.entries(units).flatMap(([name, { numbers }]) => numbers.map((one) => unitName(name, one))),
      );
      for (const unit of inUse) if (!now.has(unit)) gone.add(unit);
      inUse = now;
      return [...now].filter((unit) => gone.has(unit)).map((unit) => `the number of ${unit} is used again`);
    },
    forget() {
      gone.clear();
      inUse = new Set();
    },
  };
}

/** What differs from the declaration when everything is said to be done. */
export function differences({ applications }: Declaration, hosts: Hosts): readonly string[] {
  const found: string[] = [];
  for (const [kind, host] of hosts) {
    const { machines, network, routes } = observeHost(host, ENVIRONMENT);
    const here = applications.filter(({ provider }) => provider === kind);
    for (const { name, units } of here) {
      const count = machines.filter(({ unit }) => unit.startsWith(`${name}/`)).length;
      if (count !== units) found.push(`${name} has ${count} machines on ${kind} instead of ${units}`);
    }
    const strangers = machines.filter(({ unit }) => !here.some(({ name }) => unit.startsWith(`${name}/`)));
    found.push(...strangers.map(({ unit }) => `${unit} is left over on ${kind}`));
    for (const machine of machines) {
      const reason = whyNotReady(machine);
      if (reason !== null) found.push(`${machine.unit} is not ready: ${reason}`);
    }
    if ((network !== null) !== machines.length > 0)
      found.push(`the network on ${kind} is ${network === null ? 'missing' : 'left over'}`);
    const unexposed = routes.filter(({ application }) =>
      here.every(({ name, exposed }) => name !== application || exposed === null),
    );
    found.push(...unexposed.map(({ id }) => `route ${id} is left over`));
    found.push(...twins(machines.map(({ address }) => address)).map((address) => `${address} is given twice`));
  }
  return found;
}

function twins(addresses: readonly (string | null)[]): readonly string[] {
  const known = addresses.filter((address) => address !== null);
  return known.filter((address, index) => known.indexOf(address) !== index);
}

/** What is left when everything, data too, was taken down. */
export function leftovers(hosts: Hosts): readonly string[] {
  return [...hosts]
    .filter(([, host]) => !isEmpty(worldOf(host, ENVIRONMENT)))
    .map(([kind, host]) => {
      const { machines, storage, routes, network } = observeHost(host, ENVIRONMENT);
      const rest = [...machines.map(({ unit }) => unit), ...storage.map(({ id }) => id), ...routes.map(({ id }) => id)];
      return `left over on ${kind}: ${[...rest, ...(network === null ? [] : ['network'])].join(', ')}`;
    });
}
