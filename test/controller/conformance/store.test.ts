import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'vitest';
import { systemClock } from '../../../controller/apply/clock.ts';
import { emptyMemoryState, openMemoryStore } from '../../../controller/apply/memory-store.ts';
import { openSqliteStore } from '../../../controller/apply/sqlite-store.ts';
import { SQLITE_DRIVERS, type SqliteModule } from '../../../controller/read/sqlite.ts';
import { type StoreSubject, storeConformance } from './store.ts';

storeConformance('memory', async () => {
  const state = emptyMemoryState();
  return { open: async () => openMemoryStore(state), dispose: async () => {} };
});

for (const [name, load] of Object.entries(SQLITE_DRIVERS)) {
  const sqlite = await load();
  if (sqlite !== null) storeConformance(`sqlite (${name})`, () => sqliteSubject(sqlite));
  else describe(`store sqlite (${name})`, () => test.skip(`this Node (${process.version}) has no ${name}`, () => {}));
}

async function sqliteSubject(sqlite: SqliteModule): Promise<StoreSubject> {
  const directory = await mkdtemp(join(tmpdir(), 'cantrip-store-'));
  return {
    open: () => openSqliteStore(sqlite, join(directory, 'state.db'), systemClock),
    dispose: () => rm(directory, { recursive: true }),
  };
}
