import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BINARIES } from '../../../charms/postgresql/paths.ts';
import { START_SETTINGS } from '../../../charms/postgresql/settings.ts';
import { passwordOf, type Rig, startPostgresql } from './rig.ts';

let rig: Rig;

beforeAll(async () => {
  rig = await startPostgresql();
});

afterAll(() => rig?.stop());

const client = (user: string, version = 1, database = user) => ({
  user,
  password: passwordOf(`db/${user}-password`, version),
  database,
});

describe('the cluster', () => {
  test('is planted once: a second run leaves it alone', async () => {
    writeFileSync(join(rig.directory, 'data/15/ours'), 'ours');
    await rig.plant();
    expect(existsSync(join(rig.directory, 'data/15/ours'))).toBe(true);
  });

  test('has checksums, UTF-8 and an order that is the same everywhere', async () => {
    const shown = await rig.administer(
      'SELECT current_setting($$data_checksums$$), datcollate, pg_encoding_to_char(encoding) FROM pg_database LIMIT 1',
    );
    expect(shown).toBe('on|C.UTF-8|UTF8');
  });

  test('a copy that was cut off is made anew', async () => {
    await aside(async (cluster) => {
      mkdirSync(`${cluster}.new`);
      writeFileSync(`${cluster}.new/PG_VERSION`, 'half');
      await rig.plant();
      expect(existsSync(`${cluster}.new`)).toBe(false);
      expect(execFileSync(`${BINARIES}/pg_controldata`, [cluster]).toString()).toContain('shut down');
    });
  });

  test('a copy that may not have reached the disk before the power failed is made anew', async () => {
    await aside(async (cluster) => {
      mkdirSync(cluster);
      writeFileSync(`${cluster}/PG_VERSION`, 'torn');
      writeFileSync(`${cluster}.fresh`, '');
      await rig.plant();
      expect(readFileSync(`${cluster}/PG_VERSION`, 'utf8')).toBe('15\n');
      await expect.poll(() => existsSync(`${cluster}.fresh`)).toBe(false);
    });
  });

  test('nobody is let in before the cluster is on disk', async () => {
    const mark = join(rig.directory, 'data/15.fresh');
    writeFileSync(mark, '');
    await expect(rig.apply({})).rejects.toThrow('could not be brought to disk');
    rmSync(mark);
    await rig.apply({});
  });
});

/** With the running server's cluster out of the way. */
async function aside(act: (cluster: string) => Promise<void>): Promise<void> {
  const cluster = join(rig.directory, 'data/15');
  renameSync(cluster, `${cluster}.aside`);
  try {
    await act(cluster);
  } finally {
    rmSync(cluster, { recursive: true, force: true });
    renameSync(`${cluster}.aside`, cluster);
  }
}

describe('relations', () => {
  test('each gets a role and a database that only it can enter', async () => {
    await rig.apply({ web: 1, 'shop-api': 1 });
    await rig.query(client('web'), 'CREATE TABLE visits (id int); INSERT INTO visits VALUES (7)');
    expect(await rig.query(client('web'), 'SELECT id FROM visits')).toBe('7');
    expect(await rig.query(client('shop-api'), 'SELECT current_database()')).toBe('shop-api');
    await expect(rig.query(client('shop-api', 1, 'web'), 'SELECT 1')).rejects.toThrow('no pg_hba.conf entry');
    await expect(rig.query(client('web', 2), 'SELECT 1')).rejects.toThrow('password authentication failed');
    await expect(rig.query(client('postgres'), 'SELECT 1')).rejects.toThrow('no pg_hba.conf entry');
  });

  test('applied again nothing changes', async () => {
    await rig.apply({ web: 1, 'shop-api': 1 });
    expect(await rig.query(client('web'), 'SELECT id FROM visits')).toBe('7');
  });

  test('a rotated password replaces the old one', async () => {
    await rig.apply({ web: 2, 'shop-api': 1 });
    expect(await rig.query(client('web', 2), 'SELECT id FROM visits')).toBe('7');
    await expect(rig.query(client('web', 1), 'SELECT 1')).rejects.toThrow('password authentication failed');
  });

  test('one that goes ends its sessions and is locked, its data stay', async () => {
    const session = rig.query(client('web', 2), 'SELECT pg_sleep(30)').catch((error: Error) => error.message);
    await expect.poll(() => rig.administer("SELECT count(*) FROM pg_stat_activity WHERE usename = 'web'")).toBe('1');
    await rig.apply({ 'shop-api': 1 });
    expect(await session).toContain('terminating connection');
    expect(await rig.administer("SELECT rolcanlogin FROM pg_roles WHERE rolname = 'web'")).toBe('f');
    expect(await rig.query(client('shop-api'), 'SELECT 1')).toBe('1');
    await rig.apply({ web: 3, 'shop-api': 1 });
    expect(await rig.query(client('web', 3), 'SELECT id FROM visits')).toBe('7');
  });

  test('roles that people made are left alone', async () => {
    await rig.administer('CREATE ROLE auditor LOGIN');
    await rig.apply({ web: 3 });
    expect(await rig.administer("SELECT rolcanlogin FROM pg_roles WHERE rolname = 'auditor'")).toBe('t');
  });

  test('extensions are made in every database', async () => {
    await rig.apply({ web: 3 }, { extensions: ['pg_trgm', 'uuid-ossp'] });
    const made = await rig.query(
      client('web', 3),
      'SELECT string_agg(extname, $$,$$ ORDER BY extname) FROM pg_extension',
    );
    expect(made).toBe('pg_trgm,plpgsql,uuid-ossp');
  });

  test('settings that need no start are taken over by the running server', async () => {
    await rig.apply(
      { web: 3 },
      { settings: { work_mem: '7MB', log_min_duration_statement: 250, log_line_prefix: "it's \\ %m " } },
    );
    await expect.poll(() => rig.administer('SHOW work_mem')).toBe('7MB');
    expect(await rig.administer('SHOW log_line_prefix')).toBe("it's \\ %m");
  });
});

test("the list of settings that need a start is the real server's", () => {
  // The server refuses to describe itself to root.
  const described = execFileSync('setpriv', [
    '--reuid=postgres',
    '--regid=postgres',
    '--clear-groups',
    `${BINARIES}/postgres`,
    '--describe-config',
  ]);
  const rows = described
    .toString()
    .split('\n')
    .map((line) => line.split('\t'));
  expect([...START_SETTINGS].sort()).toEqual(
    rows
      .filter((row) => row[1] === 'postmaster')
      .map((row) => row[0])
      .sort(),
  );
});
