import { holds } from '../../engine/preconditions.ts';
import type { Observed } from '../../model/observed.ts';
import type { Operation } from '../../model/plan.ts';
import type { ProviderReader } from '../../model/provider.ts';
import { observeAll } from '../read/observe.ts';

/** Looks at the world again right before, or after, an operation. */
export interface Lookout {
  /** Why an operation may not be done now, seen by a look that began after the question; null when it may. */
  objection(operation: Operation): Promise<string | null>;
}

/**
 * Questions asked while a look is under way share the next one: many operations cost few looks. All worlds are looked
 * at, because an application's units may be on their way from one to another.
 */
export function openLookout(providers: ReadonlyMap<string, ProviderReader>, environment: string): Lookout {
  const look = sharedLook(async () => (await observeAll(providers, environment)).observed);
  return {
    async objection(operation) {
      if (operation.expects.length === 0) return null;
      const observed = await look();
      const objections = operation.expects.map((expected) => holds(expected, observed, operation.provider));
      return objections.find((objection) => objection !== null) ?? null;
    },
  };
}

function sharedLook(observe: () => Promise<Observed>): () => Promise<Observed> {
  let current: Promise<unknown> = Promise.resolve();
  let next: Promise<Observed> | null = null;
  const look = async (): Promise<Observed> => {
    await current.catch(() => {});
    next = null;
    const observing = observe();
    current = observing;
    return observing;
  };
  return () => {
    next ??= look();
    return next;
  };
}

/**
 * Whether the world is looked at once more before an operation. Every `ensure` looks itself before it acts, so making
 * things needs no second look; what takes something away, or leads traffic, relies on what others do meanwhile.
 */
export function isDelicate(operation: Operation): boolean {
  return (
    operation.action.kind === 'machine.remove' ||
    operation.expects.some((expected) => expected.kind === 'units-ready' || expected.kind === 'storage-unused')
  );
}
