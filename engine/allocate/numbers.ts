import type { Allocation, UnitNumbers } from '../../model/allocation.ts';
import { byUnit, unitParts } from '../../model/names.ts';
import type { Observed } from '../../model/observed.ts';

/**
 * The units' numbers of every application. New units get numbers never used before, scaling down gives up the highest,
 * and an application
 * that left the file keeps its next number. What the store does not know is taken from what exists.
 */
export function allocateNumbers(
  counts: ReadonlyMap<string, number>,
  stored: Allocation['units'],
  observed: Observed,
): Allocation['units'] {
  const seen = numbersSeen(observed);
  const result: Record<string, UnitNumbers> = {};
  for (const [application, count] of counts) {
    const existing = seen.get(application) ?? [];
    const before = stored[application] ?? { numbers: existing.slice(0, count), next: 0 };
    const next = Math.max(before.next, ...existing.map((number) => number + 1));
    result[application] = resize(before.numbers, next, count);
  }
  for (const [application, { next }] of Object.entries(stored)) result[application] ??= { numbers: [], next };
  return result;
}

function resize(numbers: readonly number[], next: number, count: number): UnitNumbers {
  const kept = [...numbers].sort((a, b) => a - b).slice(0, count);
  const added = Array.from({ length: count - kept.length }, (_, index) => next + index);
  return { numbers: [...kept, ...added], next: next + added.length };
}

/**
 * Application → numbers of the units there are: those with a machine first, because others' storage may be what an
 * earlier scaling down kept; each ascending.
 */
function numbersSeen(observed: Observed): ReadonlyMap<string, readonly number[]> {
  const providers = Object.values(observed.providers);
  const machines = providers.flatMap((provider) => provider.machines.map(({ unit }) => unit));
  const storage = providers.flatMap((provider) => provider.storage.map(({ unit }) => unit));
  const seen = new Map<string, Set<number>>();
  for (const unit of [...machines.sort(byUnit), ...storage.sort(byUnit)]) {
    const { application, number } = unitParts(unit);
    const numbers = seen.get(application);
    if (numbers === undefined) seen.set(application, new Set([number]));
    else numbers.add(number);
  }
  return new Map([...seen].map(([application, numbers]) => [application, [...numbers]]));
}
