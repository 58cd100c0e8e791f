import type { Allocation } from '../../model/allocation.ts';
import type { UnitName } from '../../model/names.ts';
import type { ObservedMachine } from '../../model/observed.ts';
import type { Subnet } from './subnet.ts';
import { formatAddress, isForUnits, parseAddress } from './subnet.ts';

/**
 * An address of the subnet for every unit. A unit keeps the one it has (stored or, with the store gone, its machine's);
 * others get the lowest
 * that nobody has, machines that are about to go included.
 */
export function allocateAddresses(
  subnet: Subnet,
  units: readonly UnitName[],
  stored: Allocation['addresses'],
  machines: readonly ObservedMachine[],
): ReadonlyMap<UnitName, string> {
  const observed = new Map(machines.map(({ unit, spec }) => [unit, spec.address]));
  const result = new Map<UnitName, string>();
  const taken = new Set<number>();
  for (const unit of units) {
    const address = keptAddress(subnet, stored[unit] ?? observed.get(unit) ?? null, taken);
    if (address !== null) result.set(unit, formatAddress(address));
  }
  for (const address of observed.values()) if (address !== null) taken.add(parseAddress(address) ?? 0);
  let candidate = subnet.first + 2;
  for (const unit of units) {
    if (result.has(unit)) continue;
    while (taken.has(candidate)) candidate += 1;
    result.set(unit, formatAddress(candidate));
    candidate += 1;
  }
  return result;
}

function keptAddress(subnet: Subnet, text: string | null, taken: Set<number>): number | null {
  const address = text === null ? null : parseAddress(text);
  if (address === null || !isForUnits(subnet, address) || taken.has(address)) return null;
  taken.add(address);
  return address;
}
