import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../../controller/apply/clock.ts';
import { openSqliteStore } from '../../../controller/apply/sqlite-store.ts';
import type { Store } from '../../../controller/apply/store.ts';
import { loadSqlite, type SqliteModule } from '../../../controller/read/sqlite.ts';
import { openSqliteReader } from '../../../controller/read/sqlite-reader.ts';
import { buildProgram, type Program } from '../support/child.ts';

let sqlite: SqliteModule;
let directory: string;
let file: string;
beforeAll(async () => {
  sqlite = await loadSqlite();
});
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'cantrip-sqlite-'));
  file = join(directory, 'shop', 'state.db');
});
afterEach(() => rmSync(directory, { recursive: true }));

function put(store: Store, key: string, value = ''): Promise<unknown> {
  return store.txn({ compares: [], writes: [{ kind: 'put', key, value }] });
}

describe('kill -9', () => {
  let writer: Program;
  beforeAll(async () => {
    writer = await buildProgram('children/writer.ts');
  });
  afterAll(() => writer.dispose());

  test('loses nothing that was acknowledged, ten times over', async () => {
    const acknowledged = new Set<string>();
    for (let round = 0; round < 10; round += 1) {
      const program = writer.start(file, String(round * 100_000));
      for (let count = 0; count < 20 + round * 37; count += 1) acknowledged.add((await program.line()) as string);
      await program.kill();
    }
    const store = await openSqliteStore(sqlite, file, systemClock);
    const present = new Set((await store.list('n/')).map((entry) => entry.key.slice(2)));
    expect([...acknowledged].filter((number) => !present.has(number))).toEqual([]);
    expect(acknowledged.size).toBe(10 * 20 + 45 * 37);
    await store.close();
  });
});

describe('several writers', () => {
  test('take turns: none waits long, nothing is lost', async () => {
    const stores = await Promise.all([1, 2, 3].map(() => openSqliteStore(sqlite, file, systemClock)));
    const writes = stores.flatMap((store, writer) =>
      Array.from({ length: 40 }, (_, number) => put(store, `w${writer}/${number}`)),
    );
    await Promise.all(writes);
    const [first] = stores;
    expect(await first?.list('w')).toHaveLength(120);
    await Promise.all(stores.map((store) => store.close()));
  });
});

describe('what lies on disk', () => {
  test('is for its owner alone', async () => {
    const store = await openSqliteStore(sqlite, file, systemClock);
    await put(store, 'a');
    expect(statSync(join(directory, 'shop')).mode & 0o777).toBe(0o700);
    for (const name of readdirSync(join(directory, 'shop'))) {
      expect([name, statSync(join(directory, 'shop', name)).mode & 0o777]).toEqual([name, 0o600]);
    }
    await store.close();
  });

  const damages: readonly [string, string | null][] = [
    ['no database', 'this is no database at all, whoever wrote it '.repeat(30)],
    ['emptied', ''],
    ['another program’s', null],
  ];
  for (const [what, content] of damages) {
    test(`a damaged file is refused with the way back: ${what}`, async () => {
      const path = join(directory, 'state.db');
      if (content !== null) writeFileSync(path, content);
      else {
        const database = new sqlite.DatabaseSync(path);
        database.exec('CREATE TABLE theirs (a)');
        database.close();
      }
      const refused = { name: 'StoreError', fault: 'corrupt', hint: expect.stringContaining('by their labels') };
      await expect(openSqliteStore(sqlite, path, systemClock)).rejects.toMatchObject(refused);
      await expect(openSqliteReader(sqlite, path, systemClock).list('')).rejects.toMatchObject(refused);
    });
  }

  test('it appears whole or not at all: what a killed maker left is no store', async () => {
    const folder = join(directory, 'shop');
    mkdirSync(folder, { recursive: true });
    writeFileSync(`${file}.${process.pid}.draft`, '');
    const store = await openSqliteStore(sqlite, file, systemClock);
    await put(store, 'a');
    await store.close();
    expect(readdirSync(folder).filter((name) => name.includes('draft'))).toEqual([]);
    expect(await openSqliteReader(sqlite, file, systemClock).list('')).toHaveLength(1);
  });

  test('a damaged page is refused, too', async () => {
    const store = await openSqliteStore(sqlite, file, systemClock);
    for (let number = 0; number < 200; number += 1) put(store, `k/${number}`, 'x'.repeat(400));
    await put(store, 'last');
    await store.close();
    const writer = new sqlite.DatabaseSync(file);
    writer.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    writer.close();
    const { size } = statSync(file);
    const handle = openSync(file, 'r+');
    for (let at = 8_192; at < size; at += 4_096) writeSync(handle, Buffer.alloc(2_000, 0x5a), 0, 2_000, at);
    closeSync(handle);
    await expect(openSqliteReader(sqlite, file, systemClock).list('')).rejects.toMatchObject({ fault: 'corrupt' });
  });

  test('a newer format is refused', async () => {
    await (await openSqliteStore(sqlite, file, systemClock)).close();
    const database = new sqlite.DatabaseSync(file);
    database.exec('PRAGMA user_version = 99');
    database.close();
    await expect(openSqliteStore(sqlite, file, systemClock)).rejects.toMatchObject({ fault: 'newer' });
  });
});

describe('a reader', () => {
  test('sees what a writer commits, while it writes and afterwards', async () => {
    const store = await openSqliteStore(sqlite, file, systemClock);
    const reader = openSqliteReader(sqlite, file, systemClock);
    expect(await reader.list('')).toEqual([]);
    for (const key of ['a', 'b', 'c']) {
      await put(store, key);
      expect((await reader.get(key))?.key).toBe(key);
    }
    await store.close();
    expect(await reader.list('')).toHaveLength(3);
    await reader.close();
  });

  test('creates nothing and changes nothing', async () => {
    const store = await openSqliteStore(sqlite, file, systemClock);
    await put(store, 'a');
    await store.close();
    const checkpoint = new sqlite.DatabaseSync(file);
    checkpoint.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    checkpoint.close();
    for (const ending of ['-wal', '-shm']) rmSync(`${file}${ending}`, { force: true });
    const before = statSync(file, { bigint: true });
    const reader = openSqliteReader(sqlite, file, systemClock);
    expect(await reader.list('')).toHaveLength(1);
    await reader.close();
    expect(readdirSync(join(directory, 'shop'))).toEqual(['state.db']);
    expect(statSync(file, { bigint: true }).mtimeNs).toBe(before.mtimeNs);
    expect(existsSync(`${file}-wal`)).toBe(false);
  });

  test('that read a quiet file sees what is written later', async () => {
    const store = await openSqliteStore(sqlite, file, systemClock);
    await put(store, 'a');
    const reader = openSqliteReader(sqlite, file, systemClock);
    await reader.list('');
    await put(store, 'b');
    expect(await reader.list('')).toHaveLength(2);
    await reader.close();
    await store.close();
  });
});
