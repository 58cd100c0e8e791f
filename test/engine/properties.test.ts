import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { desire } from '../../engine/desire.ts';
import { imagine } from '../../engine/imagine.ts';
import { plan } from '../../engine/plan.ts';
import { holds } from '../../engine/preconditions.ts';
import { EMPTY_ALLOCATION } from '../../model/allocation.ts';
import { parseEnvironment } from '../../model/environment-parse.ts';
import type { Observed } from '../../model/observed.ts';
import type { Operation, Plan } from '../../model/plan.ts';
import { isEmptyPlan } from '../../model/plan.ts';
import { planJson } from '../../model/plan-json.ts';
import { renderPlan } from '../../model/render-plan.ts';
import { CONTAINER_LIKE, SLOW_CLOUD } from '../../providers/simulated/settings.ts';
import { CHARMS } from '../simulate/charms.ts';
import type { Declaration } from '../simulate/declaration.ts';
import { declarationText } from '../simulate/declaration.ts';
import { historyOf } from '../simulate/history.ts';
import { perform } from '../simulate/verbs.ts';
import type { Deployed } from './support/bench.ts';
import { digest, UNDEPLOYED } from './support/bench.ts';

const TRAITS = new Map([CONTAINER_LIKE, SLOW_CLOUD].map(({ kind, traits }) => [kind, traits]));

/** Two declarations, the second some verbs later than the first. */
const change = fc.integer({ min: 1, max: 1_000_000 }).map((seed) => {
  const verbs = historyOf(seed).steps.map(({ verb }) => verb);
  const half = Math.ceil(verbs.length / 2);
  const nothing: Declaration = { applications: [], relations: [] };
  const before = verbs.slice(0, half).reduce(perform, nothing);
  return { before, after: verbs.slice(half).reduce(perform, before) };
});

function planOf(declaration: Declaration, from: Deployed, mode: 'up' | 'down' = 'up'): { made: Plan; next: Deployed } {
  const options = { providers: [...TRAITS.keys()], resolvePath: (path: string) => path };
  const { value: environment } = parseEnvironment(declarationText(declaration), 'environment.yaml', options);
  if (environment === null) throw new Error('the declaration cannot be read');
  const charms = environment.applications.flatMap(({ name, charm }) => {
    const found = CHARMS[charm];
    return found === undefined ? [] : [[name, found] as const];
  });
  const common = { observed: from.observed, traits: TRAITS, digest };
  const input = { environment, charms: new Map(charms), directories: new Map(), allocation: from.allocation, mode };
  const { desired, allocation, diagnostics } = desire({ ...common, ...input });
  if (desired === null) throw new Error(diagnostics.map(({ message }) => message).join('; '));
  const secretVersions = new Map([...from.secretVersions, ...desired.secrets.map((id) => [id, 'v1'] as const)]);
  const made = plan({ ...common, desired, secretVersions, data: 'keep' });
  return { made, next: { ...from, allocation, secretVersions } };
}

/** Everything done, again and again, with addresses told where they are learned. */
function deploy(declaration: Declaration, from: Deployed): Deployed {
  let current = from;
  for (let round = 0; round < 10; round += 1) {
    const { made, next } = planOf(declaration, current);
    const observed = told(imagine(current.observed, made.operations));
    if (isEmptyPlan(made) && JSON.stringify(observed) === JSON.stringify(current.observed)) return next;
    current = { ...next, observed };
  }
  throw new Error('the plan does not become empty');
}

/** The world tells the addresses it was asked for. */
function told(observed: Observed): Observed {
  const cloud = observed.providers[SLOW_CLOUD.kind];
  if (cloud === undefined) return observed;
  const machines = cloud.machines.map((machine) => ({ ...machine, address: machine.address ?? `at ${machine.unit}` }));
  return { providers: { ...observed.providers, [SLOW_CLOUD.kind]: { ...cloud, machines } } };
}

function positions(operations: readonly Operation[]): ReadonlyMap<string, number> {
  return new Map(operations.map(({ id }, index) => [id, index]));
}

const RUNS = { numRuns: 150 };

describe('of any change of any environment', () => {
  it('the plan is sorted: everything stands after what it depends on, each id once', () => {
    fc.assert(
      fc.property(change, ({ before, after }) => {
        const { operations } = planOf(after, deploy(before, UNDEPLOYED)).made;
        const at = positions(operations);
        expect(at.size).toBe(operations.length);
        for (const [index, { dependsOn }] of operations.entries()) {
          for (const id of dependsOn) expect(at.get(id)).toBeLessThan(index);
        }
      }),
      RUNS,
    );
  });

  it('the plan, when all of it is done, leaves nothing to do', () => {
    fc.assert(
      fc.property(change, ({ before, after }) => {
        deploy(after, deploy(before, UNDEPLOYED));
      }),
      RUNS,
    );
  });

  it('every operation finds what it expects, when it is done in its turn', () => {
    fc.assert(
      fc.property(change, ({ before, after }) => {
        const from = deploy(before, UNDEPLOYED);
        let observed = from.observed;
        for (const operation of planOf(after, from).made.operations) {
          const objections = operation.expects.map((one) => holds(one, observed, operation.provider));
          expect([operation.id, ...objections.filter((one) => one !== null)]).toEqual([operation.id]);
          observed = told(imagine(observed, [operation]));
        }
      }),
      { numRuns: 60 },
    );
  });

  it('down leaves nothing but data, and up again gives them back', () => {
    fc.assert(
      fc.property(change, ({ after }) => {
        const from = deploy(after, UNDEPLOYED);
        const down = planOf(after, from, 'down');
        const observed = imagine(from.observed, down.made.operations);
        for (const { machines, network, routes } of Object.values(observed.providers)) {
          expect({ machines, network, routes }).toEqual({ machines: [], network: null, routes: [] });
        }
        const again = deploy(after, { ...down.next, observed });
        const units = (world: Deployed) =>
          Object.values(world.observed.providers).flatMap(({ machines }) => machines.map(({ unit }) => unit));
        expect(units(again)).toEqual(units(from));
      }),
      { numRuns: 60 },
    );
  });

  it('the plan can be told', () => {
    fc.assert(
      fc.property(change, ({ after }) => {
        const { made } = planOf(after, UNDEPLOYED);
        expect(renderPlan(made).length).toBeGreaterThan(0);
        expect(JSON.parse(JSON.stringify(planJson(made)))).toMatchObject({ version: 1, empty: isEmptyPlan(made) });
      }),
      { numRuns: 40 },
    );
  });
});

it('a world without a store is the same world', () => {
  fc.assert(
    fc.property(change, ({ after }) => {
      const from = deploy(after, UNDEPLOYED);
      const { made } = planOf(after, { ...from, allocation: EMPTY_ALLOCATION });
      expect(made.operations).toEqual([]);
    }),
    { numRuns: 60 },
  );
});
