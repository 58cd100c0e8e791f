import { describe, expect, test } from 'vitest';
import { readDefinitions, readStored } from '../../../controller/read/stored.ts';
import { type Bench, createBench, SHOP } from '../support/bench.ts';
import { createFakeProvider, failing } from '../support/fake-provider.ts';

async function storedOf({ home }: Bench) {
  const reader = await home.read('shop');
  return reader === null ? null : readStored(reader);
}

function machines({ provider }: Bench): string[] {
  return [...provider.world.machines.values()].map(({ unit, address }) => `${unit} ${address}`).sort();
}

/** Makes calls fail: name and target → failure, as often as given. */
function failOn(bench: Bench, call: string, error: Error, times = Number.POSITIVE_INFINITY): void {
  let left = times;
  bench.provider.onCall = (made) => {
    if (made !== call || left === 0) return;
    left -= 1;
    throw error;
  };
}

describe('up', () => {
  test('makes everything, in one round', async () => {
    const bench = createBench();
    const outcome = await bench.up();
    expect(outcome).toMatchObject({ kind: 'done', rounds: 1, failures: [], forgotten: false });
    expect([...bench.provider.world.machines.keys()].sort()).toEqual(['db/0', 'web/0', 'web/1']);
    expect(outcome.remaining?.operations).toEqual([]);
  });

  test('again: nothing is done and nothing is written', async () => {
    const bench = createBench();
    await bench.up();
    const calls = bench.provider.calls.length;
    const revision = await (await bench.home.read('shop'))?.revision();
    const outcome = await bench.up();
    expect(outcome).toMatchObject({ kind: 'done', rounds: 0, performed: 0 });
    expect(bench.provider.calls).toHaveLength(calls);
    expect(await (await bench.home.read('shop'))?.revision()).toBe(revision);
  });

  test('does only what changed', async () => {
    const bench = createBench();
    await bench.up();
    const calls = bench.provider.calls.length;
    await bench.up(SHOP.replace('units: 2', 'units: 2, options: {greeting: moin}'));
    expect(bench.provider.calls.slice(calls).sort()).toEqual([
      'awaitUnit web/0',
      'awaitUnit web/1',
      'restartService web/0 server',
      'restartService web/1 server',
      'writeFiles web/0',
      'writeFiles web/1',
    ]);
  });

  test('does what the file says once it is alone, not what it said before it waited', async () => {
    const bench = createBench();
    const text = SHOP.replace('units: 2', 'units: 3');
    await bench.up(SHOP, { reread: () => ({ file: '/shop/environment.yaml', text }) });
    expect([...bench.provider.world.machines.keys()].sort()).toEqual(['db/0', 'web/0', 'web/1', 'web/2']);
    expect((await storedOf(bench))?.definition?.text).toBe(text);
  });

  test('refuses a wrong file, and leaves nothing behind', async () => {
    const bench = createBench();
    const outcome = await bench.up(SHOP.replace('server', 'servr'));
    expect(outcome.kind).toBe('refused');
    expect(outcome.diagnostics).toMatchObject([{ code: 'E3001', hint: 'did you mean "server"?', place: { line: 5 } }]);
    expect(await bench.home.environments()).toEqual([]);
    expect(bench.provider.calls).toEqual([]);
  });

  test.each(['Shop', '', '../shop'])(
    'refuses the name %j before it locks or stores anything under it',
    async (name) => {
      const bench = createBench();
      const outcome = await bench.up(SHOP.replace('shop', JSON.stringify(name)), { environment: name });
      expect(outcome.kind).toBe('refused');
      expect(outcome.diagnostics).toMatchObject([{ code: 'E1105', place: { line: 1 } }]);
      expect(await bench.home.environments()).toEqual([]);
    },
  );
});

describe('the world says no', () => {
  test('one failure does not stop what does not depend on it, and is told with the way to look further', async () => {
    const bench = createBench();
    failOn(bench, 'writeFiles web/1', failing('web/1', false, ['disk full']));
    const outcome = await bench.up();
    expect(outcome.kind).toBe('failed');
    expect(outcome.failures).toEqual([
      {
        operation: 'files.write web/1',
        cause: expect.objectContaining({ text: expect.any(String) }),
        message: 'call web/1: the world says no',
        detail: ['disk full'],
        hint: 'cantrip logs web/1',
      },
    ]);
    expect(bench.provider.world.machines.get('web/0')?.services.server?.state).toBe('ready');
    expect(bench.provider.world.machines.get('web/1')?.services.server).toBeUndefined();
    expect(bench.provider.calls.filter((call) => call === 'ensureMachine web/1')).toHaveLength(1);
    bench.provider.onCall = () => {};
    expect((await bench.up()).kind).toBe('done');
  });

  test('what may pass is tried again, each time later', async () => {
    const bench = createBench();
    const before = bench.context.clock.nowMs();
    failOn(bench, 'ensureMachine db/0', failing('db/0', true), 3);
    expect((await bench.up()).kind).toBe('done');
    const retries = bench.events.flatMap((event) => (event.kind === 'operation.retry' ? [event.delayMs] : []));
    expect(retries).toEqual([200, 600, 1_800]);
    expect(bench.context.clock.nowMs() - before).toBe(2_600);
  });

  test('not for ever', async () => {
    const bench = createBench();
    failOn(bench, 'ensureMachine db/0', failing('db/0', true));
    const outcome = await bench.up();
    expect(outcome.kind).toBe('failed');
    expect(outcome.failures.map((failure) => failure.operation)).toEqual(['machine.create db/0']);
  });

  test('a look that fails for a moment is repeated; one that fails for good is the command’s failure', async () => {
    const bench = createBench();
    failOn(bench, 'observe shop', failing('shop', true), 2);
    expect((await bench.up()).kind).toBe('done');
    failOn(bench, 'observe shop', failing('shop', false));
    await expect(bench.up()).rejects.toThrow('the world says no');
    bench.provider.onCall = () => {};
    expect((await bench.up()).kind).toBe('done');
  });

  test('a machine that vanishes under way is no failure: the next round makes it anew', async () => {
    const bench = createBench();
    let vanished = false;
    bench.provider.onCall = (call) => {
      if (call !== 'ensureService web/0 server' || vanished) return;
      vanished = true;
      bench.provider.world.machines.delete('web/0');
    };
    expect(await bench.up()).toMatchObject({ kind: 'done', failures: [] });
    expect(bench.provider.world.machines.get('web/0')?.services.server?.state).toBe('ready');
  });

  test('a world that undoes everything ends the loop', async () => {
    const bench = createBench();
    await bench.up();
    bench.provider.onCall = (call) => {
      if (call === 'observe shop') bench.provider.world.routes.clear();
    };
    const outcome = await bench.up();
    expect(outcome.kind).toBe('failed');
    expect(outcome.failures).toMatchObject([
      { operation: 'route.ensure web:http', message: expect.stringContaining('something undoes it') },
    ]);
  });

  test('a mistake of ours stops everything and is thrown', async () => {
    const bench = createBench();
    failOn(bench, 'ensureStorage db/0/data', new TypeError('not a function'));
    await expect(bench.up()).rejects.toThrow(TypeError);
    expect(await bench.home.holder('shop')).toBeNull();
  });
});

describe('interrupted', () => {
  test('nothing new is started, what runs is finished, and the next run goes on', async () => {
    const bench = createBench();
    const stopped = new AbortController();
    bench.provider.onCall = (call) => {
      if (call === 'ensureMachine db/0') stopped.abort();
    };
    const outcome = await bench.up(SHOP, { signal: stopped.signal });
    expect(outcome.kind).toBe('interrupted');
    expect(outcome.remaining?.operations.map((operation) => operation.id)).toContain('files.write web/0');
    expect(bench.provider.world.machines.has('db/0')).toBe(true);
    expect(bench.provider.calls.filter((call) => call.startsWith('writeFiles'))).toEqual([]);
    expect(await bench.up()).toMatchObject({ kind: 'done' });
  });

  test('waiting for a unit is broken off', async () => {
    const bench = createBench();
    const stopped = new AbortController();
    bench.provider.onCall = (call) => {
      if (call !== 'awaitUnit db/0') return undefined;
      stopped.abort();
      return new Promise(() => {});
    };
    expect((await bench.up(SHOP, { signal: stopped.signal })).kind).toBe('interrupted');
  });
});

describe('whose environment it is', () => {
  const elsewhere = { file: '/copy/environment.yaml', text: SHOP };

  test('the same name from another file is refused with both paths', async () => {
    const bench = createBench();
    await bench.up();
    for (const outcome of [await bench.up(SHOP, { source: elsewhere }), await bench.down({ source: elsewhere })]) {
      expect(outcome.kind).toBe('refused');
      expect(outcome.diagnostics).toMatchObject([
        {
          code: 'E4001',
          message: 'environment shop on this host is made from /shop/environment.yaml, not from /copy/environment.yaml',
        },
      ]);
    }
  });

  test('unless it takes it over', async () => {
    const bench = createBench();
    await bench.up();
    expect((await bench.up(SHOP, { source: elsewhere, adopt: true })).kind).toBe('done');
    expect((await storedOf(bench))?.identity.file).toBe('/copy/environment.yaml');
    expect((await bench.up()).kind).toBe('refused');
  });

  test('one command at a time: the other one is told who is at work', async () => {
    const bench = createBench();
    let second: Promise<unknown> = Promise.resolve();
    bench.provider.onCall = (call) => {
      if (call === 'ensureMachine db/0') second = bench.down({ wait: false }).catch((error) => error.message);
    };
    await bench.up();
    expect(await second).toBe('environment shop is being changed by "up" of tester (pid 1)');
  });
});

describe('definitions', () => {
  test('each apply that changed the file is kept, with who and when', async () => {
    const bench = createBench();
    await bench.up();
    await bench.up();
    await bench.up(SHOP.replace('units: 2', 'units: 1'));
    const reader = await bench.home.read('shop');
    const definitions = reader === null ? [] : await readDefinitions(reader);
    expect(definitions.map(({ revision, text, actor }) => [revision, text.includes('units: 1'), actor.who])).toEqual([
      [1, false, 'tester'],
      [2, true, 'tester'],
    ]);
    expect(definitions[1]?.resolved).toMatchObject({ name: 'shop' });
  });
});

describe('facts that only the world can tell', () => {
  function slowCloud(tellsAfterLooks: number): Bench {
    const provider = createFakeProvider('fake', { addresses: 'learned', createTimeoutMs: 300_000 });
    const bench = createBench(provider);
    let looks = 0;
    provider.onCall = (call) => {
      if (!call.startsWith('observe')) return;
      looks += 1;
      for (const machine of provider.world.machines.values()) {
        const told = looks < tellsAfterLooks ? null : `192.0.2.${machine.id.slice(3)}`;
        provider.world.machines.set(machine.unit, { ...machine, address: told });
      }
    };
    return bench;
  }

  test('are waited for, and what needs them is done then', async () => {
    const bench = slowCloud(40);
    const outcome = await bench.up();
    expect(outcome).toMatchObject({ kind: 'done', failures: [] });
    expect(bench.provider.world.machines.get('web/0')?.files['/etc/server']?.content).toMatch(
      /^hello from 192\.0\.2\./,
    );
    expect(bench.events.filter((event) => event.kind === 'facts.waiting').length).toBeGreaterThan(0);
  });

  test('but not longer than the world may take', async () => {
    const bench = slowCloud(Number.POSITIVE_INFINITY);
    const before = bench.context.clock.nowMs();
    expect((await bench.up()).kind).toBe('deadline');
    expect(bench.context.clock.nowMs() - before).toBeLessThan(400_000);
  });
});

describe('down', () => {
  test('takes everything away; data that is kept comes back with the same numbers', async () => {
    const bench = createBench();
    await bench.up();
    const before = machines(bench);
    const outcome = await bench.down();
    expect(outcome).toMatchObject({ kind: 'done', forgotten: false });
    expect(machines(bench)).toEqual([]);
    expect([...bench.provider.world.storage.keys()]).toEqual(['db/0/data']);
    expect(outcome.remaining?.retained).toHaveLength(1);
    await bench.up();
    expect(machines(bench)).toEqual(before);
  });

  test('without its data the environment is forgotten', async () => {
    const bench = createBench();
    await bench.up();
    expect(await bench.down({ data: 'remove' })).toMatchObject({ kind: 'done', forgotten: true });
    expect(bench.provider.world.storage.size).toBe(0);
    expect(await bench.home.environments()).toEqual([]);
  });

  test('of what is not there does nothing', async () => {
    const bench = createBench();
    expect(await bench.down()).toMatchObject({ kind: 'done', performed: 0 });
    expect(await bench.home.environments()).toEqual([]);
  });

  test('works with a file that is wrong or gone, and without any state', async () => {
    for (const lost of [false, true]) {
      const bench = createBench();
      await bench.up();
      if (lost) bench.home.lose('shop');
      const outcome = await bench.down({ data: 'remove', source: { file: '/shop/environment.yaml', text: ': [' } });
      expect(outcome).toMatchObject({ kind: 'done', forgotten: true });
      expect(bench.provider.world.machines.size).toBe(0);
    }
  });
});

test('many units at once are no reason for Node to warn', async () => {
  const warnings: string[] = [];
  const onWarning = (warning: Error): void => void warnings.push(warning.name);
  process.on('warning', onWarning);
  const bench = createBench();
  await bench.up(SHOP.replace('units: 2', 'units: 40'));
  await new Promise((resolve) => setImmediate(resolve));
  process.off('warning', onWarning);
  expect(warnings).toEqual([]);
});
