import { closeSync, existsSync, fsyncSync, linkSync, mkdirSync, openSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { PRIVATE_DIRECTORY, PRIVATE_FILE } from '../read/paths.ts';
import { corrupt, type SqliteDatabase, type SqliteModule } from '../read/sqlite.ts';
import { CREATE_SCHEMA, checkSchema } from '../read/sqlite-schema.ts';

/** Opens a store's file, made when absent, with a write-ahead log that is on disk before a commit returns. */
export function openForWriting(sqlite: SqliteModule, file: string): SqliteDatabase {
  if (!existsSync(file)) create(sqlite, file);
  const database = new sqlite.DatabaseSync(file, { timeout: 0 });
  if (!checkSchema(database, file)) {
    database.close();
    throw corrupt(file, 'it is empty');
  }
  database.exec('PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 256');
  return database;
}

/**
 * The file appears under its name with everything in it, only for its owner: a command that is killed here leaves a
 * draft, never a store that cannot be opened.
 */
function create(sqlite: SqliteModule, file: string): void {
  mkdirSync(dirname(file), { recursive: true, mode: PRIVATE_DIRECTORY });
  const draft = `${file}.${process.pid}.draft`;
  removeDraft(draft);
  closeSync(openSync(draft, 'wx', PRIVATE_FILE));
  const database = new sqlite.DatabaseSync(draft, { timeout: 0 });
  database.exec('PRAGMA synchronous = FULL; PRAGMA journal_mode = WAL');
  database.exec(`BEGIN IMMEDIATE; ${CREATE_SCHEMA} COMMIT`);
  // Closing the last connection puts the log's content into the file and removes the log.
  database.close();
  appear(draft, file);
  removeDraft(draft);
}

/** Somebody else's file that came first is as good. The name survives a power cut. */
function appear(draft: string, file: string): void {
  try {
    linkSync(draft, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  const handle = openSync(dirname(file), 'r');
  fsyncSync(handle);
  closeSync(handle);
}

function removeDraft(draft: string): void {
  for (const suffix of ['', '-wal', '-shm']) rmSync(`${draft}${suffix}`, { force: true });
}
