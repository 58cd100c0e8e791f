import { describe, expect, test } from 'vitest';
import { openJournal } from '../../../controller/apply/journal.ts';
import { emptyMemoryState, openMemoryStore } from '../../../controller/apply/memory-store.ts';
import { readJournal } from '../../../controller/read/stored.ts';
import { createBench } from '../support/bench.ts';
import { createVirtualClock } from '../support/virtual-clock.ts';

describe('journal', () => {
  test('every effect has its begin on disk before it happens, and its end after it', async () => {
    const bench = createBench();
    const missing: string[] = [];
    bench.provider.onCall = async (call) => {
      if (call.startsWith('observe') || call.startsWith('awaitUnit')) return;
      const reader = await bench.home.read('shop');
      const records = reader === null ? [] : ((await readJournal(reader)).at(-1)?.records ?? []);
      const begun = records.filter((record) => record.kind === 'operation.begin').length;
      const made = bench.provider.calls.filter((name) => !name.startsWith('awaitUnit')).length;
      if (begun <= made) missing.push(call);
    };
    await bench.up();
    expect(missing).toEqual([]);
    const reader = await bench.home.read('shop');
    const [run] = reader === null ? [] : await readJournal(reader);
    const kinds = run?.records.map((record) => record.kind) ?? [];
    expect(kinds.slice(0, 2)).toEqual(['run.begin', 'plan']);
    expect(kinds.at(-1)).toBe('run.end');
    expect(run?.ended).toBe('done');
    expect(run?.records[0]).toMatchObject({ actor: { verb: 'up', who: 'tester', pid: 1 }, file: expect.any(String) });
    const begun = run?.records.flatMap((record) => (record.kind === 'operation.begin' ? [record.operation] : []));
    const ended = run?.records.flatMap((record) => (record.kind === 'operation.end' ? [record.operation] : []));
    expect(ended?.sort()).toEqual(begun?.sort());
  });

  test('old runs are dropped', async () => {
    const store = openMemoryStore(emptyMemoryState());
    const clock = createVirtualClock();
    for (let run = 1; run <= 30; run += 1) {
      const journal = await openJournal(store, { clock, actor: { verb: 'up', who: 'me', pid: run }, file: '/f' });
      await journal.append({ kind: 'plan', round: 1, operations: 1 });
      await journal.close('done');
    }
    const runs = await readJournal(store);
    expect(runs.map(({ run }) => run)).toEqual(Array.from({ length: 20 }, (_, index) => index + 11));
    expect(runs.every(({ records }) => records.length === 3)).toBe(true);
  });

  test('a failure to write is not lost', async () => {
    const store = openMemoryStore(emptyMemoryState());
    const broken = { ...store, txn: () => Promise.reject(new Error('disk full')) };
    const options = { clock: createVirtualClock(), actor: { verb: 'up', who: 'me', pid: 1 }, file: '/f' };
    const journal = await openJournal(broken, options);
    journal.note({ kind: 'plan', round: 1, operations: 1 });
    await expect(journal.append({ kind: 'plan', round: 1, operations: 1 })).rejects.toThrow('disk full');
    await expect(journal.close('done')).rejects.toThrow('disk full');
  });
});

describe('secrets', () => {
  test('reach exactly the calls that use them, and nothing else tells them', async () => {
    const bench = createBench();
    await bench.up();
    const given = [...bench.provider.secrets].flatMap(([call, values]) =>
      [...values.keys()].map((id) => `${call} ${id}`),
    );
    expect(given).toEqual(['ensureService db/0 store db/admin']);
    const value = bench.provider.secrets.get('ensureService db/0 store')?.get('db/admin') as string;
    expect(value).toHaveLength(32);
    const reader = await bench.home.read('shop');
    expect(JSON.stringify(await reader?.list(''))).not.toContain(value);
    expect(JSON.stringify(bench.events)).not.toContain(value);
  });

  test('what a program prints in its failure is told without them', async () => {
    const bench = createBench();
    const { ProviderError } = await import('../../../model/provider.ts');
    const ensureService = bench.provider.ensureService;
    Object.assign(bench.provider, {
      ensureService: async (...[unit, request]: Parameters<typeof ensureService>) => {
        const value = request.secrets.get('db/admin');
        if (value === undefined) return ensureService(unit, request);
        const detail = [`PASSWORD=${value}`];
        throw new ProviderError({ action: 'start', target: 'db/0', message: `${value} is refused`, detail });
      },
    });
    const { failures } = await bench.up();
    expect(failures).toMatchObject([
      { message: 'start db/0: {{secret:db/admin}} is refused', detail: ['PASSWORD={{secret:db/admin}}'] },
    ]);
  });
});
