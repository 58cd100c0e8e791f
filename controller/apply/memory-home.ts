import { byText } from '../../model/order.ts';
import type { Clock } from '../read/clock.ts';
import { assertName } from '../read/paths.ts';
import type { LockHolder } from '../read/records.ts';
import { LockedError, type StateHome } from './home.ts';
import { emptyMemoryState, type MemoryState, openMemoryStore } from './memory-store.ts';
import { KEY_BYTES } from './secret-key.ts';

export interface MemoryHomeOptions {
  readonly clock: Clock;
  readonly random: (length: number) => Uint8Array;
}

/** State that lasts as long as the object: a simulated host's disk, which a simulated crash leaves as it is. */
export interface MemoryHome extends StateHome {
  /** What the kernel does when the holder dies: its locks are free. */
  crash(): void;
  /** The disk was lost: nothing is stored of the environment any more. */
  lose(environment: string): void;
}

const RETRY_MS = 20;

export function openMemoryHome(options: MemoryHomeOptions): MemoryHome {
  const states = new Map<string, MemoryState>();
  const holders = new Map<string, LockHolder>();
  let key: Uint8Array | null = null;
  return {
    environments: async () => [...states.keys()].sort(byText),
    read: async (environment) => {
      const state = states.get(environment);
      return state === undefined ? null : openMemoryStore(state);
    },
    holder: async (environment) => holders.get(environment) ?? null,
    lock: async (environment, actor, lockOptions) => {
      assertName(environment);
      let told: LockHolder | null = null;
      for (let holder = holders.get(environment); holder !== undefined; holder = holders.get(environment)) {
        if (!lockOptions.wait) throw new LockedError(environment, holder);
        if (holder !== told) lockOptions.onWait(holder);
        told = holder;
        await options.clock.sleep(RETRY_MS, lockOptions.signal);
        if (lockOptions.signal.aborted) return null;
      }
      const mine = { ...actor, sinceMs: options.clock.nowMs() };
      holders.set(environment, mine);
      return {
        release: async () => {
          if (holders.get(environment) === mine) holders.delete(environment);
        },
      };
    },
    open: async (environment) => {
      const state = states.get(environment) ?? emptyMemoryState();
      states.set(environment, state);
      return openMemoryStore(state);
    },
    forget: async (environment) => {
      states.delete(environment);
    },
    secretKey: async () => {
      key ??= options.random(KEY_BYTES);
      return key;
    },
    crash: () => holders.clear(),
    lose: (environment) => {
      states.delete(environment);
    },
  };
}
