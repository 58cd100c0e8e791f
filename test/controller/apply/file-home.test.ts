import { randomBytes } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../../controller/apply/clock.ts';
import { openFileHome } from '../../../controller/apply/file-home.ts';
import type { LockOptions, StateHome } from '../../../controller/apply/home.ts';
import { buildProgram, type Program } from '../support/child.ts';

let state: string;
let home: StateHome;
let holder: Program;
beforeAll(async () => {
  holder = await buildProgram('children/holder.ts');
});
afterAll(() => holder.dispose());
beforeEach(() => {
  state = mkdtempSync(join(tmpdir(), 'cantrip-state-'));
  home = openFileHome(state, { clock: systemClock, random: randomBytes });
});
afterEach(() => rmSync(state, { recursive: true }));

const ME = { verb: 'status', who: 'me', pid: process.pid };
const PATIENT: LockOptions = { wait: true, signal: new AbortController().signal, onWait: () => {} };
const IMPATIENT: LockOptions = { ...PATIENT, wait: false };

async function store(environment: string): Promise<void> {
  const opened = await home.open(environment);
  await opened.txn({ compares: [], writes: [{ kind: 'put', key: 'a', value: '1' }] });
  await opened.close();
}

describe('lock', () => {
  test('one that does not wait is told who holds it', async () => {
    const other = holder.start(state, 'shop', '60000');
    expect(await other.line()).toBe('held');
    await expect(home.lock('shop', ME, IMPATIENT)).rejects.toThrow(
      `environment shop is being changed by "up" of tester (pid ${other.pid})`,
    );
    expect(await home.holder('shop')).toMatchObject({ verb: 'up', who: 'tester', pid: other.pid });
    await other.kill();
  });

  test('one that waits says for whom, and comes next', async () => {
    const first = holder.start(state, 'shop', '200');
    expect(await first.line()).toBe('held');
    const second = holder.start(state, 'shop', '0');
    expect(await second.line()).toBe(`waiting for ${first.pid}`);
    expect(await first.line()).toBe('released');
    expect(await second.line()).toBe('held');
    expect(await second.ended).toBe(0);
  });

  test('a dead holder needs no unlock: five times over', async () => {
    for (let round = 0; round < 5; round += 1) {
      const other = holder.start(state, 'shop', '60000');
      expect(await other.line()).toBe('held');
      await other.kill();
      expect(await home.holder('shop')).toBeNull();
      const lock = await home.lock('shop', ME, IMPATIENT);
      expect(await home.holder('shop')).toMatchObject({ pid: process.pid });
      await lock?.release();
    }
  });

  test('holds in the same process, too; environments do not disturb each other', async () => {
    const lock = await home.lock('shop', ME, IMPATIENT);
    await expect(home.lock('shop', ME, IMPATIENT)).rejects.toMatchObject({ name: 'LockedError', environment: 'shop' });
    const other = await home.lock('blog', ME, IMPATIENT);
    await other?.release();
    await lock?.release();
    await (await home.lock('shop', ME, IMPATIENT))?.release();
  });

  test('waiting ends with the signal', async () => {
    const lock = await home.lock('shop', ME, IMPATIENT);
    const stopped = new AbortController();
    const waiting = home.lock('shop', ME, { ...PATIENT, signal: stopped.signal, onWait: () => stopped.abort() });
    expect(await waiting).toBeNull();
    await lock?.release();
  });

  test('readers read while it is held', async () => {
    await store('shop');
    const other = holder.start(state, 'shop', '60000');
    expect(await other.line()).toBe('held');
    const reader = await home.read('shop');
    expect(await reader?.list('')).toHaveLength(1);
    await reader?.close();
    await other.kill();
  });
});

describe('forgetting', () => {
  test('removes everything; who waited gets a lock on the new environment, alone', async () => {
    const lock = await home.lock('shop', ME, IMPATIENT);
    await store('shop');
    const waiters = [holder.start(state, 'shop', '100'), holder.start(state, 'shop', '100')];
    for (const waiter of waiters) expect(await waiter.line()).toBe(`waiting for ${process.pid}`);
    await home.forget('shop');
    expect(await home.environments()).toEqual([]);
    await lock?.release();
    const told = await Promise.all(waiters.map((waiter) => waiter.line()));
    expect(told).toContain('held');
    expect(await Promise.all(waiters.map((waiter) => waiter.ended))).toEqual([0, 0]);
    expect(readdirSync(join(state, 'environments'))).toEqual([]);
  });

  test('what a crash left of a forgotten environment goes with the next command', async () => {
    const left = join(state, 'environments', '.shop.12345678');
    mkdirSync(left, { recursive: true });
    writeFileSync(join(left, 'state.db'), '');
    expect(await home.environments()).toEqual([]);
    const lock = await home.lock('blog', ME, IMPATIENT);
    expect(existsSync(left)).toBe(false);
    await lock?.release();
  });

  test('a lock under which nothing was stored leaves nothing behind', async () => {
    const lock = await home.lock('shop', ME, IMPATIENT);
    await lock?.release();
    expect(readdirSync(join(state, 'environments'))).toEqual([]);
  });
});

describe('looking', () => {
  test('creates nothing', async () => {
    expect(await home.read('shop')).toBeNull();
    expect(await home.read('../etc')).toBeNull();
    expect(await home.environments()).toEqual([]);
    expect(await home.holder('shop')).toBeNull();
    expect(readdirSync(state)).toEqual([]);
  });

  test('environments are listed sorted', async () => {
    for (const name of ['web', 'blog', 'shop']) await store(name);
    expect(await home.environments()).toEqual(['blog', 'shop', 'web']);
  });
});

describe('key', () => {
  test('is made once, for its owner alone, whoever asks at the same time', async () => {
    const homes = Array.from({ length: 8 }, () => openFileHome(state, { clock: systemClock, random: randomBytes }));
    const keys = await Promise.all(homes.map((each) => each.secretKey('first-secret')));
    expect(new Set(keys.map((key) => Buffer.from(key).toString('hex'))).size).toBe(1);
    expect(statSync(join(state, 'key')).mode & 0o777).toBe(0o600);
    expect(readFileSync(join(state, 'key'))).toHaveLength(32);
    expect(readdirSync(state)).toEqual(['key']);
  });

  test('one that is gone is not made anew where it is needed to open what exists', async () => {
    await expect(home.secretKey('secrets-exist')).rejects.toMatchObject({
      message: `key ${join(state, 'key')} is gone`,
    });
    expect(existsSync(join(state, 'key'))).toBe(false);
  });

  test('a damaged one is refused with the way back', async () => {
    writeFileSync(join(state, 'key'), 'short');
    const hint = expect.stringContaining('backup');
    await expect(home.secretKey('secrets-exist')).rejects.toMatchObject({ name: 'StoreError', fault: 'corrupt', hint });
  });
});
