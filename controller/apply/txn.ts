import type { Txn, Write } from './store.ts';

/** Keys are printable ASCII, so that order by bytes is order by code units. */
const KEY = /^[\x20-\x7e]+$/;

/** Refuses what no store takes, before it reaches one: a mistake of ours. */
export function assertTxn(txn: Txn): void {
  const seen = new Set<string>();
  for (const write of txn.writes) {
    const key = target(write);
    if (!KEY.test(key)) throw new Error(`not a key: ${JSON.stringify(key)}`);
    if (seen.has(key)) throw new Error(`${key} is written twice in one transaction`);
    seen.add(key);
  }
  for (const write of txn.writes) if (write.kind === 'delete-prefix') assertUnwritten(write.prefix, seen);
}

function assertUnwritten(prefix: string, keys: ReadonlySet<string>): void {
  for (const key of keys) {
    if (key !== prefix && key.startsWith(prefix)) throw new Error(`${key} is written and removed in one transaction`);
  }
}

function target(write: Write): string {
  return write.kind === 'delete-prefix' ? write.prefix : write.key;
}

/** How many revisions of changes are kept for watches. */
export const KEPT_REVISIONS = 1_000;

/** Stores look for old changes to drop only every so many revisions. */
export const COMPACT_EVERY = 250;
