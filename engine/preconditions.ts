import type { UnitName } from '../model/names.ts';
import type { Observed, ObservedMachine } from '../model/observed.ts';
import type { Precondition } from '../model/plan.ts';
import { whyNotReady } from '../model/readiness.ts';

/**
 * Null when the precondition holds in a world, else a sentence that says what is there instead. `provider` is the
 * operation's.
 */
export function holds(precondition: Precondition, observed: Observed, provider: string): string | null {
  const index = indexOf(observed, provider);
  switch (precondition.kind) {
    case 'machine-absent': {
      const machine = index.machines.get(precondition.unit);
      return machine === undefined ? null : `${precondition.unit} has a machine already: ${machine.id}`;
    }
    case 'machine-present':
      return machineFault(precondition, index.machines.get(precondition.unit));
    case 'image-present':
      return index.images.has(precondition.key) ? null : `image ${precondition.key.slice(0, 12)} is not there`;
    case 'storage-present':
      return index.storage.has(precondition.id) ? null : `storage ${precondition.id} is not there`;
    case 'storage-unused': {
      const user = index.users.get(precondition.id);
      return user === undefined ? null : `storage ${precondition.id} is used by ${user}`;
    }
    case 'units-ready': {
      const ready = precondition.units.filter((unit) => isReadySomewhere(unit, observed));
      if (ready.length >= precondition.atLeast) return null;
      return `${ready.length} of ${precondition.atLeast} units are ready`;
    }
  }
}

/** An application's units may be on their way from one provider to another. */
function isReadySomewhere(unit: UnitName, observed: Observed): boolean {
  return Object.keys(observed.providers).some((provider) => {
    return whyNotReady(indexOf(observed, provider).machines.get(unit)) === null;
  });
}

interface WorldIndex {
  readonly machines: ReadonlyMap<UnitName, ObservedMachine>;
  readonly images: ReadonlySet<string>;
  readonly storage: ReadonlySet<string>;
  /** Storage id → unit whose machine has it mounted. */
  readonly users: ReadonlyMap<string, UnitName>;
}

/** One look at the world serves many preconditions. */
const indexes = new WeakMap<Observed, Map<string, WorldIndex>>();

function indexOf(observed: Observed, provider: string): WorldIndex {
  const known = indexes.get(observed) ?? new Map<string, WorldIndex>();
  indexes.set(observed, known);
  const index = known.get(provider) ?? buildIndex(observed, provider);
  known.set(provider, index);
  return index;
}

function buildIndex(observed: Observed, provider: string): WorldIndex {
  const { machines = [], images = [], storage = [] } = observed.providers[provider] ?? {};
  const users = machines.flatMap(({ unit, spec }) => spec.storage.map(({ id }) => [id, unit] as const));
  return {
    machines: new Map(machines.map((machine) => [machine.unit, machine])),
    images: new Set(images),
    storage: new Set(storage.map(({ id }) => id)),
    users: new Map(users),
  };
}

function machineFault(
  { unit, id }: Extract<Precondition, { kind: 'machine-present' }>,
  machine: ObservedMachine | undefined,
): string | null {
  if (machine === undefined) return `${unit} has no machine`;
  return id === null || machine.id === id ? null : `${unit} has another machine: ${machine.id}`;
}
