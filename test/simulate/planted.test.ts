import { describe, expect, it } from 'vitest';
import { KEYS } from '../../controller/read/keys.ts';
import type { ActionKind, Plan } from '../../model/plan.ts';
import type { Provider } from '../../model/provider.ts';
import { historyOf } from './history.ts';
import type { Reconciler } from './reconciler.ts';
import { realReconciler } from './reconciler.ts';
import { simulate } from './simulation.ts';
import type { Mistakes } from './small-reconciler.ts';
import { createSmallReconciler } from './small-reconciler.ts';

const SEEDS = 300;

/** What the simulator found first, or null when it found nothing. Every history has a reconciler of its own. */
async function find(create: () => Reconciler, seeds = SEEDS): Promise<string | null> {
  for (let seed = 1; seed <= seeds; seed += 1) {
    const { faults } = await simulate(kindHistory(seed), create());
    if (faults.length > 0) return faults.join('\n');
  }
  return null;
}

/** Without what the small reconciler does not outlive: crashes, losses, interruptions. Machines do what they want. */
function kindHistory(seed: number) {
  const { steps } = historyOf(seed);
  return { seed, steps: steps.map((step) => ({ ...step, trouble: 0, interrupted: false, lost: false })) };
}

function without(...kinds: readonly ActionKind[]): Mistakes {
  return {
    plan: (made: Plan) => {
      const operations = made.operations.filter(({ action }) => !kinds.includes(action.kind));
      const ids = new Set(operations.map(({ id }) => id));
      const kept = operations.map((one) => ({ ...one, dependsOn: one.dependsOn.filter((id) => ids.has(id)) }));
      return { ...made, operations: kept };
    },
  };
}

describe('mistakes planted into the engine are found', () => {
  it('and without one there is nothing to find', async () => {
    expect(await find(() => createSmallReconciler(), 40)).toBe(null);
  });

  it.each<[string, Mistakes, RegExp]>([
    ['a plan that forgets to remove machines', without('machine.remove'), /left over|does not|instead of|is on it/],
    ['a plan that forgets routes that go', without('route.remove'), /left over/],
    ['a plan that forgets the network', without('network.remove'), /left over/],
    ['a plan that forgets to wait', without('unit.await'), /not ready/],
    ['a plan that forgets storage', without('storage.ensure'), /without its storage|come to rest/],
    [
      'a plan that does not say what it expects, done without a second look',
      {
        blind: true,
        plan: (made) => ({
          ...made,
          operations: [...made.operations].reverse().map((one) => ({ ...one, dependsOn: [] })),
        }),
      },
      /made without|made from|while/,
    ],
    [
      'numbers that are given again',
      {
        allocation: (made) => ({
          ...made,
          units: Object.fromEntries(
            Object.entries(made.units).map(([name, { numbers }]) => [
              name,
              { numbers, next: Math.max(-1, ...numbers) + 1 },
            ]),
          ),
        }),
      },
      /used again/,
    ],
  ])('%s', async (_name, mistakes, expected) => {
    expect(await find(() => createSmallReconciler(mistakes))).toMatch(expected);
  });
});

/** The real controller, on providers that break their promises. */
function onProviders(breaking: (provider: Provider) => Partial<Provider>): Reconciler {
  return (command, world) => {
    const broken = [...world.process.providers].map(
      ([kind, provider]) => [kind, { ...provider, ...breaking(provider) }] as const,
    );
    return realReconciler(command, { ...world, process: { ...world.process, providers: new Map(broken) } });
  };
}

describe('mistakes planted under the real controller are found', () => {
  it.each<[string, (provider: Provider) => Partial<Provider>, RegExp]>([
    [
      'removal that removes nothing',
      () => ({ removeMachine: async () => {} }),
      /left over|instead of|comes? to rest|is on it/,
    ],
    [
      'data that go with their machine',
      (provider) => ({
        removeMachine: async (unit, graceMs) => {
          await provider.removeMachine(unit, graceMs);
          await provider.removeStorage(unit.environment, `${unit.unit}/data`);
        },
      }),
      /nobody agreed|without its storage/,
    ],
    ['a reload that is forgotten', () => ({ reloadService: async () => {} }), /come to rest|without a reason/],
    [
      'second looks that see an old picture',
      (provider) => {
        const seen = new Map<string, ReturnType<Provider['observe']>>();
        const observe: Provider['observe'] = (environment) => {
          const picture = seen.get(environment) ?? provider.observe(environment);
          seen.set(environment, picture);
          return picture;
        };
        return { observe };
      },
      /come to rest|done though|instead of|without/,
    ],
  ])('%s', async (_name, breaking, expected) => {
    expect(await find(() => onProviders(breaking))).toMatch(expected);
  });

  it('and secrets that are made anew while they are used', async () => {
    const forgetful: Reconciler = async (command, world) => {
      const ended = await realReconciler(command, world);
      const store = (await world.home.read('sim')) === null ? null : await world.home.open('sim');
      await store?.txn({ compares: [], writes: [{ kind: 'delete-prefix', prefix: KEYS.secrets }] });
      return ended;
    };
    expect(await find(() => forgetful)).toMatch(/has another value than before/);
  });
});
