import { corrupt, type SqliteDatabase } from './sqlite.ts';
import { StoreError } from './store.ts';

/** Marks a file as a store of ours: `Cntr`. */
const APPLICATION_ID = 0x436e7472;
const SCHEMA_VERSION = 1;

/** What a writer runs on an empty file. `change` is what watches read; it keeps the last revisions only. */
export const CREATE_SCHEMA = `
  CREATE TABLE entry (
    key TEXT PRIMARY KEY, value TEXT NOT NULL,
    modRevision INTEGER NOT NULL, createRevision INTEGER NOT NULL, version INTEGER NOT NULL
  ) WITHOUT ROWID;
  CREATE TABLE change (
    revision INTEGER NOT NULL, key TEXT NOT NULL, value TEXT, createRevision INTEGER, version INTEGER,
    PRIMARY KEY (revision, key)
  ) WITHOUT ROWID;
  CREATE TABLE counter (one INTEGER PRIMARY KEY CHECK (one = 1), revision INTEGER NOT NULL, compacted INTEGER NOT NULL);
  INSERT INTO counter VALUES (1, 0, 0);
  PRAGMA application_id = ${APPLICATION_ID};
  PRAGMA user_version = ${SCHEMA_VERSION};
`;

/** True for a store of ours, false for a file without anything in it yet; everything else is refused. */
export function checkSchema(database: SqliteDatabase, file: string): boolean {
  const version = pragma(database, 'user_version');
  const application = pragma(database, 'application_id');
  if (version === 0 && application === 0 && pragma(database, 'schema_version') === 0) return false;
  if (application !== APPLICATION_ID) throw corrupt(file, 'it is a database of another program');
  if (version > SCHEMA_VERSION) {
    const formats = `format ${version}, this one reads ${SCHEMA_VERSION}`;
    throw new StoreError('newer', `state ${file} was written by a newer cantrip (${formats})`, 'use the newer cantrip');
  }
  return true;
}

function pragma(database: SqliteDatabase, name: string): number {
  return (database.prepare(`PRAGMA ${name}`).get() as Record<string, number>)[name] ?? 0;
}
