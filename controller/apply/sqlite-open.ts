import { closeSync, fsyncSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Clock } from '../read/clock.ts';
import { PRIVATE_DIRECTORY, PRIVATE_FILE } from '../read/paths.ts';
import type { SqliteDatabase, SqliteModule } from '../read/sqlite.ts';
import { CREATE_SCHEMA, checkSchema } from '../read/sqlite-schema.ts';
import { beginWriting } from './sqlite-writer.ts';

/** Opens a store's file, made when absent, with a write-ahead log that is on disk before a commit returns. */
export async function openForWriting(sqlite: SqliteModule, file: string, clock: Clock): Promise<SqliteDatabase> {
  createPrivate(file);
  const database = new sqlite.DatabaseSync(file, { timeout: 0 });
  if (!checkSchema(database, file)) {
    database.exec('PRAGMA journal_mode = WAL');
    await beginWriting(database, clock);
    if (checkSchema(database, file)) database.exec('ROLLBACK');
    else database.exec(`${CREATE_SCHEMA} COMMIT`);
  }
  database.exec('PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 256');
  return database;
}

/** Makes an empty file that only its owner may use, and sees to it that its name survives a power cut. */
function createPrivate(file: string): void {
  const directory = dirname(file);
  mkdirSync(directory, { recursive: true, mode: PRIVATE_DIRECTORY });
  try {
    closeSync(openSync(file, 'wx', PRIVATE_FILE));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return;
    throw error;
  }
  const handle = openSync(directory, 'r');
  fsyncSync(handle);
  closeSync(handle);
}
