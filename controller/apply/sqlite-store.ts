import type { AbortSignal } from '../../model/provider.ts';
import type { Clock } from '../read/clock.ts';
import { type SqliteDatabase, type SqliteModule, storeError } from '../read/sqlite.ts';
import { prepareQueries, type Queries } from '../read/sqlite-queries.ts';
import { POLL_MS } from '../read/sqlite-reader.ts';
import type { Change, Entry, WatchOptions } from '../read/store.ts';
import { type Bell, createBell, watchChanges } from '../read/watch.ts';
import { openForWriting } from './sqlite-open.ts';
import { beginWriting, prepareWriter, type Writer } from './sqlite-writer.ts';
import type { Store, Txn, TxnResult } from './store.ts';
import { assertTxn } from './txn.ts';

/**
 * A store in one SQLite file, made when absent. All transactions of one turn of the event loop share a commit, that is
 * one fsync: they are acknowledged together, after it.
 */
export async function openSqliteStore(sqlite: SqliteModule, file: string, clock: Clock): Promise<Store> {
  try {
    return new SqliteStore(openForWriting(sqlite, file), file, clock);
  } catch (error) {
    throw storeError(error, file);
  }
}

interface Pending {
  readonly txn: Txn;
  readonly resolve: (result: TxnResult) => void;
  readonly reject: (error: unknown) => void;
}

class SqliteStore implements Store {
  readonly #database: SqliteDatabase;
  readonly #queries: Queries;
  readonly #writer: Writer;
  readonly #file: string;
  readonly #clock: Clock;
  readonly #bell: Bell = createBell();
  #queue: Pending[] = [];
  #flushing: Promise<void> | null = null;

  constructor(database: SqliteDatabase, file: string, clock: Clock) {
    this.#database = database;
    this.#queries = prepareQueries(database);
    this.#writer = prepareWriter(database, this.#queries);
    this.#file = file;
    this.#clock = clock;
  }

  revision(): Promise<number> {
    return this.#read((queries) => queries.revision());
  }

  get(key: string): Promise<Entry | null> {
    return this.#read((queries) => queries.get(key));
  }

  list(prefix: string): Promise<readonly Entry[]> {
    return this.#read((queries) => queries.list(prefix));
  }

  watch(prefix: string, options: WatchOptions): AsyncIterable<Change> {
    return watchChanges({ ...this.#queries, moved: (signal) => this.#moved(signal) }, prefix, options);
  }

  txn(txn: Txn): Promise<TxnResult> {
    return new Promise((resolve, reject) => {
      assertTxn(txn);
      this.#queue.push({ txn, resolve, reject });
      this.#flushing ??= this.#flush();
    });
  }

  async close(): Promise<void> {
    await this.#flushing;
    this.#database.close();
  }

  async #read<T>(query: (queries: Queries) => T): Promise<T> {
    try {
      return query(this.#queries);
    } catch (error) {
      throw storeError(error, this.#file);
    }
  }

  async #flush(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    while (this.#queue.length > 0) {
      const batch = this.#queue;
      this.#queue = [];
      await this.#commit(batch);
      this.#bell.ring();
    }
    this.#flushing = null;
  }

  async #commit(batch: readonly Pending[]): Promise<void> {
    try {
      await beginWriting(this.#database, this.#clock);
      const results = this.#writer.commit(batch.map((pending) => pending.txn));
      for (const [index, pending] of batch.entries()) pending.resolve(results[index] as TxnResult);
    } catch (error) {
      for (const pending of batch) pending.reject(storeError(error, this.#file));
    }
  }

  /** Our own commits ring; what other processes commit is looked for. */
  async #moved(signal: AbortSignal): Promise<void> {
    const ended = new AbortController();
    const end = (): void => ended.abort();
    signal.addEventListener('abort', end);
    if (!signal.aborted) await Promise.race([this.#bell.wait(ended.signal), this.#clock.sleep(POLL_MS, ended.signal)]);
    signal.removeEventListener('abort', end);
    end();
  }
}
