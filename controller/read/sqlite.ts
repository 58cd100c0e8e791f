import { StoreError } from './store.ts';

/** What is used of the `node:sqlite` API, which two modules offer. */
export interface SqliteModule {
  readonly DatabaseSync: new (path: string, options?: SqliteOptions) => SqliteDatabase;
}

interface SqliteOptions {
  readonly readOnly?: boolean;
  readonly timeout?: number;
}

export interface SqliteDatabase {
  exec(sql: string): void;
  prepare(sql: string): SqliteStatement;
  close(): void;
}

export interface SqliteStatement {
  run(...parameters: SqliteValue[]): unknown;
  get(...parameters: SqliteValue[]): unknown;
  all(...parameters: SqliteValue[]): unknown[];
}

type SqliteValue = null | number | string;

/** Drivers by name: Node's own where it is built in, else a package with the same API. Null: not on this Node. */
export const SQLITE_DRIVERS: Readonly<
  Record<'node:sqlite' | '@photostructure/sqlite', () => Promise<SqliteModule | null>>
> = {
  'node:sqlite': () => Promise.resolve(loadBuiltIn()),
  '@photostructure/sqlite': () => import('@photostructure/sqlite'),
};

/** Loads SQLite, which costs milliseconds: only commands that touch state do. */
export async function loadSqlite(): Promise<SqliteModule> {
  const loaded = (await SQLITE_DRIVERS['node:sqlite']()) ?? (await SQLITE_DRIVERS['@photostructure/sqlite']());
  if (loaded === null) throw new Error('no SQLite on this Node');
  return loaded;
}

/** Node calls its own module experimental on standard error; we test it, so the user need not hear of it. */
function loadBuiltIn(): SqliteModule | null {
  const { emitWarning } = process;
  process.emitWarning = () => {};
  try {
    return (process.getBuiltinModule('node:sqlite') as SqliteModule | undefined) ?? null;
  } finally {
    process.emitWarning = emitWarning;
  }
}

const OTHER = 1;
const BUSY = 5;
const CORRUPT = 11;
const NOT_A_DATABASE = 26;

/** The package leaves the code out of failures found while rows are read. */
const CODE_OF_MESSAGE: Readonly<Record<string, number>> = {
  'database is locked': BUSY,
  'database disk image is malformed': CORRUPT,
  'file is not a database': NOT_A_DATABASE,
};

/** Result code of a failure that SQLite reported, without its extension; null for any other failure. */
function resultCode(error: unknown): number | null {
  if (!(error instanceof Error)) return null;
  const { code, errcode } = error as { code?: unknown; errcode?: unknown };
  if (code !== 'ERR_SQLITE_ERROR') return null;
  return typeof errcode === 'number' ? errcode & 0xff : (CODE_OF_MESSAGE[error.message] ?? OTHER);
}

/** Somebody else writes at this moment. */
export function isBusy(error: unknown): boolean {
  return resultCode(error) === BUSY;
}

/** SQLite's failure as ours, with the way back; what is no failure of SQLite is passed on. */
export function storeError(error: unknown, file: string): unknown {
  const code = resultCode(error);
  if (code === null || !(error instanceof Error)) return error;
  if (code === CORRUPT || code === NOT_A_DATABASE) return corrupt(file, error.message);
  if (code === BUSY) return new StoreError('busy', `state ${file} is in use: ${error.message}`);
  return new StoreError('io', `state ${file} cannot be used: ${error.message}`);
}

/** A file that is no store of ours or was damaged. What runs is labelled, so moving the file away is a way back. */
export function corrupt(file: string, found: string): StoreError {
  return new StoreError(
    'corrupt',
    `state ${file} is damaged: ${found}`,
    `put a backup in its place, or move it away (mv ${file} ${file}.damaged) and run cantrip up: ` +
      'units, addresses and storage are found again by their labels, passwords are made anew',
  );
}
