import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { systemClock } from '../../../controller/apply/clock.ts';
import { openFileHome } from '../../../controller/apply/file-home.ts';
import { reconcile } from '../../../controller/apply/reconcile.ts';
import { readFileState } from '../../../controller/read/file-state.ts';
import { check, prepare } from '../../../controller/read/prepare.ts';
import { createBench, SHOP } from '../support/bench.ts';
import { neverAborted } from '../support/fake-provider.ts';

const FILE = '/shop/environment.yaml';

function prepared(bench = createBench(), text = SHOP, file = FILE) {
  return prepare(bench.context, bench.home, {
    environment: null,
    source: { file, text },
    mode: 'up',
    adopt: false,
  });
}

describe('prepare', () => {
  test('of what was never applied: all that is desired, nothing stored, nothing changed', async () => {
    const bench = createBench();
    const situation = await prepared(bench);
    expect(situation.stored).toBeNull();
    expect(situation.diagnostics).toEqual([]);
    expect(situation.desired?.units.map((unit) => unit.name)).toEqual(['db/0', 'web/0', 'web/1']);
    expect(bench.provider.calls).toEqual([]);
    expect(await bench.home.environments()).toEqual([]);
  });

  test('of what runs: the stored decisions and the secrets’ versions, without their values', async () => {
    const bench = createBench();
    await bench.up();
    const situation = await prepared(bench);
    expect(situation.stored?.identity).toMatchObject({ name: 'shop', file: FILE, providers: ['fake'] });
    expect([...(situation.stored?.secrets.keys() ?? [])]).toEqual(['db/admin']);
    expect(situation.allocation).toEqual(situation.stored?.allocation);
    expect(situation.observed.providers.fake?.machines).toHaveLength(3);
  });

  test('from another file it says whose the environment is', async () => {
    const bench = createBench();
    await bench.up();
    const { desired, diagnostics } = await prepared(bench, SHOP, '/copy/environment.yaml');
    expect(desired).toBeNull();
    expect(diagnostics).toMatchObject([{ code: 'E4001', place: { file: '/copy/environment.yaml', line: 1 } }]);
  });

  test('a file that does not name its environment makes nobody look at a world', async () => {
    const bench = createBench();
    bench.provider.observe = () => Promise.reject(new Error('looked at'));
    const { desired, diagnostics } = await prepared(bench, SHOP.replace('environment: shop\n', ''));
    expect(desired).toBeNull();
    expect(diagnostics).toMatchObject([{ code: 'E1102' }]);
  });

  test('all faults at once, in the order of the file', async () => {
    const text = SHOP.replace('charm: database', 'charm: databas').replace('charm: server', 'charm: ./gone');
    const { desired, diagnostics } = await prepared(createBench(), text);
    expect(desired).toBeNull();
    expect(diagnostics.map(({ code, place }) => [code, place?.line])).toEqual([
      ['E3001', 4],
      ['E3001', 5],
    ]);
  });

  test('a provider that holds something and is not here any more is named', async () => {
    const bench = createBench();
    await bench.up();
    const context = { ...bench.context, providers: { ...bench.context.providers, kinds: ['other'] } };
    const source = { file: FILE, text: SHOP.replace('fake', 'other') };
    const request = { environment: null, source, mode: 'up', adopt: false } as const;
    expect((await prepare(context, bench.home, request)).diagnostics).toMatchObject([
      { code: 'E4002', message: expect.stringContaining('provider fake') },
    ]);
  });
});

describe('check', () => {
  const cases: readonly [string, string, readonly string[]][] = [
    ['a correct file', SHOP, []],
    ['an option of the wrong type', SHOP.replace('units: 2', 'options: {greeting: 3}'), ['E2001']],
    ['a directory that is not there', SHOP.replace('units: 2', 'resources: {app: ./app}'), ['E2003', 'E3101']],
    ['no YAML', 'environment: [', ['E1001']],
  ];
  for (const [what, text, codes] of cases) {
    test(`${what}: ${codes.join(' ') || 'nothing'}`, async () => {
      const bench = createBench();
      const digestDirectory = (): Promise<string> =>
        Promise.reject(Object.assign(new Error('gone'), { code: 'ENOENT' }));
      bench.provider.onCall = () => expect.fail('the world was looked at');
      const found = await check({ ...bench.context, digestDirectory }, { file: FILE, text });
      expect(found.map((diagnostic) => diagnostic.code).sort()).toEqual(codes);
    });
  }
});

describe('on disk', () => {
  test('a run is found again by name, from anywhere; a damaged store is refused with the way back', async () => {
    const state = mkdtempSync(join(tmpdir(), 'cantrip-state-'));
    const bench = createBench();
    const home = openFileHome(state, { clock: systemClock, random: randomBytes });
    const actor = { verb: 'up', who: 'tester', pid: process.pid };
    const source = { file: FILE, text: SHOP };
    const fixed = { environment: 'shop', source, mode: 'up', data: 'keep', actor, wait: false, adopt: false } as const;
    const run = () => reconcile({ ...bench.context, home, clock: systemClock }, { ...fixed, signal: neverAborted() });
    expect((await run()).kind).toBe('done');
    expect(await readFileState(state, systemClock).environments()).toEqual(['shop']);
    expect(await run()).toMatchObject({ kind: 'done', performed: 0 });
    for (const name of readdirSync(join(state, 'environments/shop'))) {
      if (name.startsWith('state.db-')) rmSync(join(state, 'environments/shop', name));
    }
    writeFileSync(join(state, 'environments/shop/state.db'), 'damaged'.repeat(200));
    await expect(run()).rejects.toMatchObject({ fault: 'corrupt', hint: expect.stringContaining('mv ') });
    rmSync(state, { recursive: true });
  });

  test.each([
    ['ENOENT', 'there is no directory /shop/app'],
    ['ENOTDIR', '/shop/app is not a directory'],
    ['EFBIG', 'directory /shop/app: too much'],
    ['EACCES', 'directory /shop/app cannot be read: EACCES'],
  ])('a directory that cannot be handed in, %s: %s', async (code, message) => {
    const digestDirectory = (): Promise<string> => Promise.reject(Object.assign(new Error('too much'), { code }));
    const text = SHOP.replace('units: 2', 'resources: {app: ./app}');
    const found = await check({ ...createBench().context, digestDirectory }, { file: FILE, text });
    expect(found.find((diagnostic) => diagnostic.code === 'E3101')?.message).toBe(message);
  });
});
