import type { AbortSignal } from '../../model/provider.ts';
import { type Change, StoreError, type WatchOptions } from './store.ts';

/** What a store keeps for its watches. */
export interface ChangeSource {
  revision(): number;
  /** Changes at or before it are no longer kept. */
  compacted(): number;
  /** Changes of all keys below the prefix after a revision, oldest first. */
  changesAfter(revision: number, prefix: string): readonly Change[];
  /** Resolves when there may be a newer revision, or the signal was aborted. */
  moved(signal: AbortSignal): Promise<void>;
}

/** The watch of every store: catch up, wait, catch up. */
export async function* watchChanges(
  source: ChangeSource,
  prefix: string,
  options: WatchOptions,
): AsyncIterable<Change> {
  let seen = (options.fromRevision ?? source.revision() + 1) - 1;
  while (!options.signal.aborted) {
    if (seen < source.compacted()) throw compactedError(seen + 1);
    const newest = source.revision();
    if (newest > seen) {
      yield* source.changesAfter(seen, prefix).filter((change) => change.revision <= newest);
      seen = newest;
    } else await source.moved(options.signal);
  }
}

function compactedError(revision: number): StoreError {
  return new StoreError('compacted', `changes since revision ${revision} are no longer kept: list again and watch on`);
}

/** Wakes all who wait; each wait ends once. */
export interface Bell {
  ring(): void;
  /** Resolves at the next ring, or when the signal is aborted. */
  wait(signal: AbortSignal): Promise<void>;
}

export function createBell(): Bell {
  const waiting = new Set<() => void>();
  return {
    ring() {
      for (const wake of [...waiting]) wake();
    },
    wait: (signal) =>
      new Promise((resolve) => {
        const wake = (): void => {
          waiting.delete(wake);
          signal.removeEventListener('abort', wake);
          resolve();
        };
        waiting.add(wake);
        signal.addEventListener('abort', wake);
        if (signal.aborted) wake();
      }),
  };
}
