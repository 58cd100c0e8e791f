import { statSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import type { AbortSignal } from '../../model/provider.ts';
import type { Clock } from './clock.ts';
import { corrupt, type SqliteDatabase, type SqliteModule, storeError } from './sqlite.ts';
import { prepareQueries, type Queries } from './sqlite-queries.ts';
import { checkSchema } from './sqlite-schema.ts';
import { StoreError, type StoreReader } from './store.ts';
import { watchChanges } from './watch.ts';

/** How often a watch looks for what other processes wrote. */
export const POLL_MS = 100;

/** How often a read is repeated because a writer came in between. */
const ATTEMPTS = 20;

/**
 * Reads a store that others may be writing. A write-ahead log that is there is read with SQLite's shared memory;
 * without one the file alone is opened as immutable, because SQLite would create the log even for readers, and a read
 * that a writer came across is repeated.
 */
export function openSqliteReader(sqlite: SqliteModule, file: string, clock: Clock): StoreReader {
  let view: FileView | null = null;
  const read = <T>(query: (queries: Queries) => T): T => {
    for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
      view ??= openView(sqlite, file);
      const result = tryRead(view, query);
      if (isCurrent(view, file)) return result();
      closeView(view);
      view = null;
    }
    throw new StoreError('busy', `state ${file} is rewritten all the time`);
  };
  const source = {
    revision: () => read((queries) => queries.revision()),
    compacted: () => read((queries) => queries.compacted()),
    changesAfter: (revision: number, prefix: string) => read((queries) => queries.changesAfter(revision, prefix)),
    moved: (signal: AbortSignal) => clock.sleep(POLL_MS, signal),
  };
  return {
    revision: async () => source.revision(),
    get: async (key) => read((queries) => queries.get(key)),
    list: async (prefix) => read((queries) => queries.list(prefix)),
    watch: (prefix, options) => watchChanges(source, prefix, options),
    close: async () => {
      if (view !== null) closeView(view);
      view = null;
    },
  };

  /** The result or the failure, kept back until it is sure that nobody wrote meanwhile. */
  function tryRead<T>(current: FileView, query: (queries: Queries) => T): () => T {
    try {
      const result = query(current.queries());
      return () => result;
    } catch (error) {
      return () => {
        throw storeError(error, file);
      };
    }
  }
}

interface FileView {
  readonly database: SqliteDatabase;
  readonly queries: () => Queries;
  /** What the file looked like when it was opened as immutable; null when SQLite takes care itself. */
  readonly fingerprint: string | null;
}

function openView(sqlite: SqliteModule, file: string): FileView {
  const fingerprint = quietFingerprint(file);
  try {
    const database =
      fingerprint === null
        ? new sqlite.DatabaseSync(file, { readOnly: true, timeout: 2_000 })
        : new sqlite.DatabaseSync(`${pathToFileURL(file).href}?immutable=1`, { readOnly: true });
    let queries: Queries | null = null;
    const prepare = (): Queries => {
      if (!checkSchema(database, file)) throw corrupt(file, 'it is empty');
      return prepareQueries(database);
    };
    return { database, fingerprint, queries: () => (queries ??= prepare()) };
  } catch (error) {
    throw storeError(error, file);
  }
}

function closeView(view: FileView): void {
  view.database.close();
}

function isCurrent(view: FileView, file: string): boolean {
  return view.fingerprint === null || view.fingerprint === quietFingerprint(file);
}

/** Changes with the file's content; null while there is a write-ahead log. */
function quietFingerprint(file: string): string | null {
  if (statSync(`${file}-wal`, { throwIfNoEntry: false }) !== undefined) return null;
  const found = statSync(file, { bigint: true, throwIfNoEntry: false });
  return found === undefined ? 'absent' : `${found.ino}:${found.size}:${found.mtimeNs}`;
}
