import { describe, expect, test } from 'vitest';
import { readJournal } from '../../../controller/read/stored.ts';
import { type Bench, createBench, SHOP } from '../support/bench.ts';

/** Runs a verb that dies at its n-th call: before the call had its effect, or after it, with the answer lost. */
async function crashAt(
  bench: Bench,
  call: number,
  when: 'before' | 'after',
  run: () => Promise<unknown>,
): Promise<boolean> {
  let made = 0;
  let died = false;
  const death = new Promise<void>((resolve) => {
    bench.provider.onCall = (name) => {
      if (name.startsWith('observe')) return undefined;
      made += 1;
      if (made < call || (when === 'after' && made === call)) return undefined;
      died = true;
      resolve();
      return new Promise(() => {});
    };
  });
  await Promise.race([run(), death]);
  bench.home.crash();
  bench.provider.onCall = () => {};
  return died;
}

function summary({ provider }: Bench) {
  const machines = [...provider.world.machines.values()];
  return {
    machines: machines.map(({ unit, address }) => `${unit} ${address}`).sort(),
    services: machines
      .flatMap(({ unit, services }) => Object.entries(services).map(([n, s]) => `${unit} ${n} ${s.state}`))
      .sort(),
    storage: [...provider.world.storage.keys()],
    routes: [...provider.world.routes.keys()],
  };
}

describe('kill -9 anywhere', () => {
  for (const when of ['before', 'after'] as const) {
    test(`of up, ${when} the effect: the next run converges, nothing is doubled or forgotten`, async () => {
      const whole = createBench();
      await whole.up();
      const expected = summary(whole);
      for (let call = 1; ; call += 1) {
        const bench = createBench();
        if (!(await crashAt(bench, call, when, () => bench.up()))) break;
        const outcome = await bench.up();
        expect(outcome).toMatchObject({ kind: 'done', failures: [] });
        expect(summary(bench)).toEqual(expected);
        expect(await bench.up()).toMatchObject({ performed: 0 });
      }
    });

    test(`of down, ${when} the effect: the next run takes the rest and forgets`, async () => {
      for (let call = 1; ; call += 1) {
        const bench = createBench();
        await bench.up();
        const died = await crashAt(bench, call, when, () => bench.down({ data: 'remove' }));
        await bench.down({ data: 'remove' });
        expect(summary(bench)).toEqual({ machines: [], services: [], storage: [], routes: [] });
        expect(bench.provider.world.network).toBeNull();
        expect(await bench.home.environments()).toEqual([]);
        if (!died) break;
      }
    });
  }

  test('the journal tells what was under way', async () => {
    const bench = createBench();
    await crashAt(bench, 4, 'before', () => bench.up());
    const reader = await bench.home.read('shop');
    const [run] = reader === null ? [] : await readJournal(reader);
    expect(run?.ended).toBeNull();
    const begun = run?.records.filter((record) => record.kind === 'operation.begin').length ?? 0;
    const ended = run?.records.filter((record) => record.kind === 'operation.end').length ?? 0;
    expect(begun).toBeGreaterThan(ended);
  });
});

describe('the store is lost', () => {
  test('what is labelled is found again: nothing is made twice, numbers and addresses stay', async () => {
    const bench = createBench();
    await bench.up(SHOP.replace('units: 2', 'units: 3'));
    await bench.up();
    const before = summary(bench);
    bench.home.lose('shop');
    expect((await bench.up()).kind).toBe('done');
    expect(summary(bench)).toEqual(before);
  });
});
