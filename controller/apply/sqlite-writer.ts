import type { Clock } from '../read/clock.ts';
import { isBusy, type SqliteDatabase, type SqliteStatement } from '../read/sqlite.ts';
import type { Queries } from '../read/sqlite-queries.ts';
import type { Compare, Txn, TxnResult, Write } from './store.ts';
import { COMPACT_EVERY, KEPT_REVISIONS } from './txn.ts';

/** A writer that finds another one at work tries again after this; SQLite's own back-off lets some wait for seconds. */
const BUSY_RETRY_MS = 2;
const BUSY_LIMIT_MS = 10_000;

/** Begins a transaction that writes, when its turn has come. */
export async function beginWriting(database: SqliteDatabase, clock: Clock): Promise<void> {
  const deadline = clock.nowMs() + BUSY_LIMIT_MS;
  for (;;) {
    try {
      database.exec('BEGIN IMMEDIATE');
      return;
    } catch (error) {
      if (!isBusy(error) || clock.nowMs() > deadline) throw error;
      await clock.sleep(BUSY_RETRY_MS);
    }
  }
}

export interface Writer {
  /** Performs the transactions in order and commits them together, inside a transaction that was begun; all or none. */
  commit(batch: readonly Txn[]): readonly TxnResult[];
}

export function prepareWriter(database: SqliteDatabase, queries: Queries): Writer {
  const statements = prepareStatements(database);
  return {
    commit(batch) {
      try {
        const results: TxnResult[] = [];
        let revision = queries.revision();
        for (const txn of batch) {
          const succeeded = txn.compares.every((compare) => holds(queries, compare));
          if (succeeded && write(txn.writes, revision + 1)) revision += 1;
          results.push({ succeeded, revision });
        }
        finish(revision);
        return results;
      } catch (error) {
        rollBack(database);
        throw error;
      }
    },
  };

  /** Nothing written, nothing to sync. */
  function finish(revision: number): void {
    const changed = revision !== queries.revision();
    if (changed) {
      statements.setRevision.run(revision);
      compact(revision);
    }
    database.exec(changed ? 'COMMIT' : 'ROLLBACK');
  }

  /** Whether anything changed. */
  function write(writes: readonly Write[], revision: number): boolean {
    let changed = false;
    for (const item of writes) changed = writeOne(item, revision) || changed;
    return changed;
  }

  function writeOne(item: Write, revision: number): boolean {
    if (item.kind === 'put') {
      const before = queries.get(item.key);
      const created = before?.createRevision ?? revision;
      const version = (before?.version ?? 0) + 1;
      statements.put.run(item.key, item.value, revision, created, version);
      statements.change.run(revision, item.key, item.value, created, version);
      return true;
    }
    const keys = item.kind === 'delete' ? [item.key] : queries.list(item.prefix).map((entry) => entry.key);
    const present = keys.filter((key) => queries.get(key) !== null);
    for (const key of present) {
      statements.remove.run(key);
      statements.change.run(revision, key, null, null, null);
    }
    return present.length > 0;
  }

  function compact(revision: number): void {
    const upTo = revision - KEPT_REVISIONS;
    if (upTo - queries.compacted() < COMPACT_EVERY) return;
    statements.forget.run(upTo);
    statements.setCompacted.run(upTo);
  }
}

/** SQLite has done so itself after some failures (a full disk); saying it again must not hide them. */
function rollBack(database: SqliteDatabase): void {
  try {
    database.exec('ROLLBACK');
  } catch (error) {
    if (!/no transaction/.test(String(error))) throw error;
  }
}

function holds(queries: Queries, compare: Compare): boolean {
  return (queries.get(compare.key)?.modRevision ?? 0) === compare.modRevision;
}

function prepareStatements(database: SqliteDatabase): Record<StatementName, SqliteStatement> {
  return {
    put: database.prepare('INSERT OR REPLACE INTO entry VALUES (?, ?, ?, ?, ?)'),
    remove: database.prepare('DELETE FROM entry WHERE key = ?'),
    change: database.prepare('INSERT INTO change VALUES (?, ?, ?, ?, ?)'),
    setRevision: database.prepare('UPDATE counter SET revision = ?'),
    setCompacted: database.prepare('UPDATE counter SET compacted = ?'),
    forget: database.prepare('DELETE FROM change WHERE revision <= ?'),
  };
}

type StatementName = 'put' | 'remove' | 'change' | 'setRevision' | 'setCompacted' | 'forget';
