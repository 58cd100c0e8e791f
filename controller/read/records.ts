import type { Allocation, Definition } from '../../model/allocation.ts';

/** Who changes an environment: the lock's and the journal's signature. */
export interface Actor {
  /** `up`, `scale`. */
  readonly verb: string;
  /** The user's name. */
  readonly who: string;
  readonly pid: number;
}

export interface LockHolder extends Actor {
  readonly sinceMs: number;
}

/** What makes an environment itself: its name on this host and the file it is made from. */
export interface Identity {
  readonly name: string;
  /** Absolute path. */
  readonly file: string;
  readonly createdAtMs: number;
  /** Kinds of all providers it ever had something on: where leftovers may be. Sorted. */
  readonly providers: readonly string[];
}

/** What an environment was at one time, and who made it so. */
export interface DefinitionRecord extends Definition {
  readonly actor: Actor;
}

/** A generated secret as it is stored: encrypted. */
export interface SecretRecord {
  /** Random, so that a secret made anew after the store was lost is not taken for the old one. */
  readonly version: string;
  /** Base 64 of nonce, tag and cipher text. */
  readonly sealed: string;
}

/** All that is stored of an environment and needed to plan: read in one go. */
export interface Stored {
  readonly identity: Identity;
  readonly allocation: Allocation;
  /** The last one applied; null before the first. */
  readonly definition: DefinitionRecord | null;
  /** Sorted by id. */
  readonly secrets: ReadonlyMap<string, SecretRecord>;
  /** The store's revision when it was read: 0 for an environment that is new. */
  readonly revision: number;
}

export type JournalRecord =
  | { readonly kind: 'run.begin'; readonly atMs: number; readonly actor: Actor; readonly file: string }
  | { readonly kind: 'plan'; readonly atMs: number; readonly round: number; readonly operations: number }
  | { readonly kind: 'operation.begin'; readonly atMs: number; readonly operation: string; readonly attempt: number }
  | {
      readonly kind: 'operation.end';
      readonly atMs: number;
      readonly operation: string;
      readonly attempt: number;
      readonly result: 'done' | 'failed' | 'stale';
      readonly error: string | null;
    }
  | { readonly kind: 'run.end'; readonly atMs: number; readonly result: string };

/** One run of a verb, as the journal tells it. `ended` is null when it was cut off. */
export interface JournalRun {
  readonly run: number;
  readonly records: readonly JournalRecord[];
  readonly ended: string | null;
}
