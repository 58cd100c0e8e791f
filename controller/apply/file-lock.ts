import { closeSync, mkdirSync, openSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Clock } from '../read/clock.ts';
import { processStart, readHolder } from '../read/holder.ts';
import { PRIVATE_DIRECTORY, PRIVATE_FILE } from '../read/paths.ts';
import type { Actor, LockHolder } from '../read/records.ts';
import { isBusy, type SqliteDatabase, type SqliteModule, storeError } from '../read/sqlite.ts';
import { LockedError, type LockOptions } from './home.ts';

/** How often a command that waits tries again. */
const RETRY_MS = 20;

export interface FileLockPlace {
  readonly environment: string;
  /** Locked by the kernel for as long as the process lives: that is why a dead holder needs no unlock. */
  readonly lockFile: string;
  readonly holderFile: string;
}

export interface HeldFileLock {
  /** False once the lock's directory was moved away: the name may be somebody else's by now. */
  isInPlace(): boolean;
  release(): void;
}

/** Takes the lock, waiting if need be; null when the signal came first. */
export async function takeFileLock(
  tools: { readonly sqlite: SqliteModule; readonly clock: Clock },
  place: FileLockPlace,
  actor: Actor,
  options: LockOptions,
): Promise<HeldFileLock | null> {
  let told: string | null = null;
  while (!options.signal.aborted) {
    const database = tryLock(tools.sqlite, place.lockFile);
    if (database !== null) return hold(database, place, { ...actor, sinceMs: tools.clock.nowMs() });
    const holder = readHolder(place.holderFile);
    if (!options.wait) throw new LockedError(place.environment, holder);
    const name = JSON.stringify(holder);
    if (name !== told) options.onWait(holder);
    told = name;
    await tools.clock.sleep(RETRY_MS, options.signal);
  }
  return null;
}

/**
 * An exclusive SQLite transaction that is never written to: all it does is hold the kernel's lock. Null when somebody
 * has it. A file that was removed (the environment was forgotten) while we opened it is no lock any more, so the name
 * is looked up again with the lock in hand.
 */
function tryLock(sqlite: SqliteModule, file: string): SqliteDatabase | null {
  for (;;) {
    const before = createLockFile(file);
    let database: SqliteDatabase | null = null;
    try {
      database = new sqlite.DatabaseSync(file, { timeout: 0 });
      database.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
      if (inode(file) === before) return database;
      database.close();
    } catch (error) {
      database?.close();
      if (isBusy(error)) return null;
      if (inode(file) === before) throw storeError(error, file);
    }
  }
}

/** Opened only when it is new: closing a file drops every lock this process has on it. */
function createLockFile(file: string): bigint | null {
  for (;;) {
    const present = inode(file);
    if (present !== null) return present;
    try {
      mkdirSync(dirname(file), { recursive: true, mode: PRIVATE_DIRECTORY });
      closeSync(openSync(file, 'wx', PRIVATE_FILE));
    } catch (error) {
      if (!['EEXIST', 'ENOENT'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    }
  }
}

function inode(file: string): bigint | null {
  return statSync(file, { bigint: true, throwIfNoEntry: false })?.ino ?? null;
}

function hold(database: SqliteDatabase, place: FileLockPlace, holder: LockHolder): HeldFileLock {
  const record = JSON.stringify({ ...holder, processStart: processStart(holder.pid) });
  const draft = `${place.holderFile}.${holder.pid}`;
  writeFileSync(draft, record, { mode: PRIVATE_FILE });
  renameSync(draft, place.holderFile);
  const mine = inode(place.lockFile);
  const isInPlace = (): boolean => inode(place.lockFile) === mine;
  return {
    isInPlace,
    release() {
      if (isInPlace()) rmSync(place.holderFile, { force: true });
      database.close();
    },
  };
}
