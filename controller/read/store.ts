import type { AbortSignal } from '../../model/provider.ts';

/** One key's present value. Shaped like etcd's, so that etcd can stand behind it. */
export interface Entry {
  readonly key: string;
  readonly value: string;
  /** The store's revision at which this value was written. */
  readonly modRevision: number;
  /** The store's revision at which the key came to be. */
  readonly createRevision: number;
  /** How often it was written since then, from 1. */
  readonly version: number;
}

/** One key's change, as a watch tells it. Changes of one transaction share a revision. */
export type Change =
  | { readonly kind: 'put'; readonly revision: number; readonly entry: Entry }
  | { readonly kind: 'delete'; readonly revision: number; readonly key: string };

export interface WatchOptions {
  /** First revision that is told, the store's next one when absent. */
  readonly fromRevision?: number;
  readonly signal: AbortSignal;
}

/**
 * The reading half of a store: keys in the order of their code units, one revision counter over all of them. Failures
 * are `StoreError`s.
 */
export interface StoreReader {
  /** Of the last transaction that wrote something; 0 for an empty store. */
  revision(): Promise<number>;
  get(key: string): Promise<Entry | null>;
  /** Sorted by key. */
  list(prefix: string): Promise<readonly Entry[]>;
  /**
   * Every change below the prefix, oldest first, until the signal; a `compacted` error when the first revision asked
   * for is no longer kept.
   */
  watch(prefix: string, options: WatchOptions): AsyncIterable<Change>;
  close(): Promise<void>;
}

export type StoreFault = 'corrupt' | 'busy' | 'compacted' | 'newer' | 'io';

/** What happened to the state on disk. `hint` is the way back. */
export class StoreError extends Error {
  readonly fault: StoreFault;
  readonly hint: string | null;

  constructor(fault: StoreFault, message: string, hint: string | null = null) {
    super(message);
    this.name = 'StoreError';
    this.fault = fault;
    this.hint = hint;
  }
}
