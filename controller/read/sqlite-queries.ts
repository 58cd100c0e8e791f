import type { SqliteDatabase } from './sqlite.ts';
import type { Change, Entry } from './store.ts';

/** Prepared once, used for as long as the connection lives. */
export interface Queries {
  revision(): number;
  compacted(): number;
  get(key: string): Entry | null;
  list(prefix: string): readonly Entry[];
  changesAfter(revision: number, prefix: string): readonly Change[];
}

const ENTRY = 'SELECT key, value, modRevision, createRevision, version FROM entry';

/** Above every key below a prefix: keys are printable ASCII. */
const ABOVE = '\x7f';

export function prepareQueries(database: SqliteDatabase): Queries {
  const counter = database.prepare('SELECT revision, compacted FROM counter');
  const get = database.prepare(`${ENTRY} WHERE key = ?`);
  const list = database.prepare(`${ENTRY} WHERE key >= ? AND key < ? ORDER BY key`);
  const changes = database.prepare(
    `SELECT revision, key, value, createRevision, version FROM change
     WHERE revision > ? AND key >= ? AND key < ? ORDER BY revision, key`,
  );
  const readCounter = (): Counter => counter.get() as Counter;
  return {
    revision: () => readCounter().revision,
    compacted: () => readCounter().compacted,
    get: (key) => (get.get(key) as Entry | undefined) ?? null,
    list: (prefix) => list.all(prefix, prefix + ABOVE) as Entry[],
    changesAfter: (revision, prefix) => (changes.all(revision, prefix, prefix + ABOVE) as ChangeRow[]).map(changeOf),
  };
}

interface Counter {
  readonly revision: number;
  readonly compacted: number;
}

type ChangeRow = { readonly revision: number; readonly key: string } & (
  | { readonly value: null }
  | { readonly value: string; readonly createRevision: number; readonly version: number }
);

function changeOf(row: ChangeRow): Change {
  const { revision, key, value } = row;
  if (value === null) return { kind: 'delete', revision, key };
  const { createRevision, version } = row;
  return { kind: 'put', revision, entry: { key, value, modRevision: revision, createRevision, version } };
}
