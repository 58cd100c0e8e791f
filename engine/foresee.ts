import type { Allocation } from '../model/allocation.ts';
import type { Diagnostic } from '../model/diagnostic.ts';
import type { Observed } from '../model/observed.ts';
import type { Operation, Plan } from '../model/plan.ts';
import { isEmptyPlan } from '../model/plan.ts';
import type { DesireInput, DesireResult } from './desire.ts';
import { desire } from './desire.ts';
import { imagine } from './imagine.ts';
import type { PlanInput } from './plan/context.ts';
import { plan } from './plan.ts';

export interface ForeseeInput extends DesireInput {
  readonly secretVersions: PlanInput['secretVersions'];
  readonly data: PlanInput['data'];
  /** What `desire` made of the same input already, if anybody asked before. */
  readonly first?: DesireResult;
}

export interface Foreseen {
  /** Null when there are errors. */
  readonly plan: Plan | null;
  readonly allocation: Allocation;
  readonly diagnostics: readonly Diagnostic[];
}

/** More rounds than any environment needs: one as a rule, one more for what only the world can tell. */
const MAX_ROUNDS = 16;

/** What the loop would do, all rounds in one plan, in a copy of the world in which everything succeeds. */
export function foresee(input: ForeseeInput): Foreseen {
  const rounds: Plan[] = [];
  const first = input.first ?? desire(input);
  let latest: DesireResult = first;
  let observed: Observed = input.observed;
  while (latest.desired !== null && rounds.length < MAX_ROUNDS) {
    const round = plan({ ...input, desired: latest.desired, observed });
    rounds.push(round);
    if (isEmptyPlan(round) || round.operations.length === 0) break;
    observed = imagine(observed, round.operations);
    if (dependsOnWorld(input)) latest = desire({ ...input, observed, allocation: latest.allocation });
  }
  return {
    plan: merge(rounds),
    allocation: latest.allocation,
    diagnostics: (latest.desired === null ? latest : first).diagnostics,
  };
}

/** Where we give the addresses ourselves, nothing that is desired depends on what was done. */
function dependsOnWorld({ environment, traits }: ForeseeInput): boolean {
  return environment.applications.some(({ provider }) => traits.get(provider)?.addresses === 'learned');
}

function merge(rounds: readonly Plan[]): Plan | null {
  const [first] = rounds;
  const last = rounds.at(-1);
  if (first === undefined || last === undefined) return null;
  const operations = rounds.flatMap((round, index) => (index === 0 ? round.operations : renamed(round, index)));
  return { ...first, operations, waiting: last.waiting, retained: last.retained };
}

/** The same operation may come again in a later round; ids stay unique. */
function renamed({ operations }: Plan, index: number): Operation[] {
  const name = (id: string): string => `${id} (round ${index + 1})`;
  return operations.map((operation) => {
    return { ...operation, id: name(operation.id), dependsOn: operation.dependsOn.map(name) };
  });
}
