import type { AbortSignal } from '../../model/provider.ts';
import type { StateReader } from '../read/home.ts';
import type { Actor, LockHolder } from '../read/records.ts';
import type { Store } from './store.ts';

export interface LockOptions {
  /** False: refused at once with `LockedError` when somebody holds it. */
  readonly wait: boolean;
  readonly signal: AbortSignal;
  /** Called once when it has to wait, and again when another holder comes first. */
  readonly onWait: (holder: LockHolder | null) => void;
}

/** One command at a time changes an environment. A holder that dies frees it without anybody's help. */
export interface Lock {
  release(): Promise<void>;
}

/** What the key is loaded for. Where secrets exist, a key that is gone is not made anew: it would open none of them. */
export type KeyNeed = 'first-secret' | 'secrets-exist';

/** Where the state of environments lives, for those who change it. */
export interface StateHome extends StateReader {
  /** Null: the signal was aborted while it waited. */
  lock(environment: string, actor: Actor, options: LockOptions): Promise<Lock | null>;
  /** Makes the state when there is none. Only under the lock. */
  open(environment: string): Promise<Store>;
  /**
   * Removes everything stored of the environment, at once or not at all. Only under the lock, with the store closed.
   */
  forget(environment: string): Promise<void>;
  /** The key secrets are encrypted with: 32 bytes. Made when there is none and nothing was encrypted with one. */
  secretKey(need: KeyNeed): Promise<Uint8Array>;
}

/** Somebody else is at work; null when who it is cannot be told. */
export class LockedError extends Error {
  readonly environment: string;
  readonly holder: LockHolder | null;

  constructor(environment: string, holder: LockHolder | null) {
    const by = holder === null ? 'another command' : `"${holder.verb}" of ${holder.who} (pid ${holder.pid})`;
    super(`environment ${environment} is being changed by ${by}`);
    this.name = 'LockedError';
    this.environment = environment;
    this.holder = holder;
  }
}
