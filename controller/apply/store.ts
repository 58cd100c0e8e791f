import type { StoreReader } from '../read/store.ts';

/** Must hold for a transaction to write; `modRevision` 0 = the key is absent. */
export interface Compare {
  readonly key: string;
  readonly modRevision: number;
}

export type Write =
  | { readonly kind: 'put'; readonly key: string; readonly value: string }
  | { readonly kind: 'delete'; readonly key: string }
  | { readonly kind: 'delete-prefix'; readonly prefix: string };

export interface Txn {
  /** All must hold. */
  readonly compares: readonly Compare[];
  /** Done together, at one revision, in this order; a key is written at most once. */
  readonly writes: readonly Write[];
}

export interface TxnResult {
  /** False: a compare did not hold and nothing was written. */
  readonly succeeded: boolean;
  /** The store's revision after it. */
  readonly revision: number;
}

/** The doing half: when `txn` resolves, what it wrote survives a power cut. */
export interface Store extends StoreReader {
  txn(txn: Txn): Promise<TxnResult>;
}
