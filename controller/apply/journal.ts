import type { Clock } from '../read/clock.ts';
import { KEYS, recordKey, runPrefix } from '../read/keys.ts';
import type { Actor, JournalRecord } from '../read/records.ts';
import type { Store, Write } from './store.ts';

/** When a run begins, the one that many before it is dropped. */
const KEPT_RUNS = 20;

/** What is written down without the time, which the journal adds. */
type Told<R = JournalRecord> = R extends JournalRecord ? Omit<R, 'atMs'> : never;

/** One run's append-only record of what was intended and what came of it. */
export interface Journal {
  /** Resolves when it is on disk: before an effect, that is waited for. */
  append(record: Told): Promise<void>;
  /**
   * After an effect nobody need wait: the next append that is waited for, or `close`, carries it to the disk, and shows
   * its failure.
   */
  note(record: Told): void;
  close(result: string): Promise<void>;
}

export interface JournalRunOptions {
  readonly clock: Clock;
  readonly actor: Actor;
  readonly file: string;
}

/** Begins a run. Its first record is not on disk before the first `append` is. */
export async function openJournal(store: Store, options: JournalRunOptions): Promise<Journal> {
  const run = Number((await store.get(KEYS.lastRun))?.value ?? 0) + 1;
  let count = 0;
  let pending: Promise<unknown> = Promise.resolve();
  const write = (record: Told, writes: readonly Write[] = []): Promise<void> => {
    const value = JSON.stringify({ ...record, atMs: options.clock.nowMs() });
    const put: Write = { kind: 'put', key: recordKey(run, count), value };
    count += 1;
    const written = store.txn({ compares: [], writes: [...writes, put] }).then(() => {});
    pending = pending.then(() => written);
    pending.catch(() => {});
    return written;
  };
  const begin: Write[] = [{ kind: 'put', key: KEYS.lastRun, value: String(run) }];
  if (run > KEPT_RUNS) begin.push({ kind: 'delete-prefix', prefix: runPrefix(run - KEPT_RUNS) });
  write({ kind: 'run.begin', actor: options.actor, file: options.file }, begin).catch(() => {});
  return {
    append: write,
    note: (record) => {
      write(record).catch(() => {});
    },
    close: async (result) => {
      write({ kind: 'run.end', result }).catch(() => {});
      await pending;
    },
  };
}
