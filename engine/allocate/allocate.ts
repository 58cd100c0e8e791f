import type { Allocation } from '../../model/allocation.ts';
import type { Place } from '../../model/diagnostic.ts';
import type { Environment } from '../../model/environment.ts';
import type { Digest } from '../../model/json.ts';
import type { UnitName } from '../../model/names.ts';
import { unitName } from '../../model/names.ts';
import type { Observed, ObservedMachine } from '../../model/observed.ts';
import { byText } from '../../model/order.ts';
import type { ProviderTraits } from '../../model/provider.ts';
import type { EngineReport } from '../report.ts';
import { allocateAddresses } from './addresses.ts';
import { chooseSubnet } from './choose-subnet.ts';
import { allocateNumbers } from './numbers.ts';
import type { Subnet } from './subnet.ts';
import { capacity, formatSubnet } from './subnet.ts';

export interface AllocateInput {
  readonly environment: Environment;
  readonly allocation: Allocation;
  readonly observed: Observed;
  readonly traits: ReadonlyMap<string, ProviderTraits>;
  readonly digest: Digest;
  readonly report: EngineReport;
}

/**
 * The next allocation: what was given stays, what is new is given, what is gone is free except for the units'
 * numbers.
 */
export function allocate(input: AllocateInput): Allocation {
  const { environment, allocation, observed } = input;
  const counts = new Map(environment.applications.map(({ name, units }) => [name, units]));
  const units = allocateNumbers(counts, allocation.units, observed);
  const subnets: Record<string, string> = {};
  const addresses: Record<string, string> = {};
  for (const [provider, names] of unitsByProvider(environment, units)) {
    if (input.traits.get(provider)?.addresses !== 'allocated') continue;
    const machines = observed.providers[provider]?.machines ?? [];
    const subnet = subnetOf(provider, names.length, input);
    if (subnet === null || !hasRoom(subnet, names, { machines, input })) continue;
    subnets[provider] = formatSubnet(subnet);
    for (const [unit, address] of allocateAddresses(subnet, names, allocation.addresses, machines)) {
      addresses[unit] = address;
    }
  }
  return { units, subnets, addresses };
}

/** Machines that are about to go have their addresses until they are gone. */
function hasRoom(
  subnet: Subnet,
  names: readonly UnitName[],
  { machines, input }: { readonly machines: readonly ObservedMachine[]; readonly input: AllocateInput },
): boolean {
  const all = new Set([...names, ...machines.map(({ unit }) => unit)]);
  if (all.size <= capacity(subnet.prefix)) return true;
  const place: Place = { file: input.environment.file, line: 1, column: 1 };
  const going = all.size - names.length;
  const message = `the network ${formatSubnet(subnet)} has no room for ${names.length} units beside ${going} that go`;
  input.report.error('E2302', place, message, 'let these go first: add the new units when cantrip up has removed them');
  return false;
}

function unitsByProvider(environment: Environment, units: Allocation['units']): [string, string[]][] {
  const groups = new Map<string, string[]>();
  for (const { name, provider } of environment.applications) {
    const group = groups.get(provider) ?? [];
    for (const number of units[name]?.numbers ?? []) group.push(unitName(name, number));
    groups.set(provider, group);
  }
  return [...groups].sort(([a], [b]) => byText(a, b));
}

function subnetOf(provider: string, units: number, input: AllocateInput): Subnet | null {
  const { environment, allocation, observed, digest, report } = input;
  const choice = chooseSubnet({
    environment: environment.name,
    units,
    stored: allocation.subnets[provider] ?? null,
    observed: observed.providers[provider],
    digest,
  });
  const place: Place = { file: environment.file, line: 1, column: 1 };
  switch (choice.kind) {
    case 'chosen':
      return choice.subnet;
    case 'outgrown': {
      const message = `the network ${formatSubnet(choice.subnet)} has no room for ${units} units`;
      report.error('E2302', place, message, 'run cantrip down --keep-data, then cantrip up: it gets a larger one');
      return null;
    }
    case 'exhausted':
      report.error('E2302', place, `no free network for ${units} units`, 'other networks of the host use 10.64.0.0/10');
      return null;
  }
}
