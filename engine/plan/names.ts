import type { NameTable } from '../../model/desired.ts';
import { byText, sortedEntries } from '../../model/order.ts';
import type { UnitPlan } from './unit-plan.ts';

/** Every unit by its host name, every application by its own; only where the address is known. */
export function wantedNames(plans: readonly UnitPlan[]): NameTable {
  const names: Record<string, string[]> = {};
  for (const { unit, machine } of plans) {
    const learned = machine?.state === 'running' ? machine.address : null;
    const address = unit.machine.address ?? learned;
    if (address === null) continue;
    names[unit.machine.hostname] = [address];
    const all = names[unit.application];
    if (all === undefined) names[unit.application] = [address];
    else all.push(address);
  }
  return Object.fromEntries(sortedEntries(names).map(([name, addresses]) => [name, addresses.sort(byText)]));
}
