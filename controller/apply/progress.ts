import { byText } from '../../model/order.ts';
import type { Operation, Plan } from '../../model/plan.ts';
import type { Applied } from './apply.ts';
import type { Failure } from './outcome.ts';

/** Rounds in a row in which the world had always moved on before the loop gives up. */
const IDLE_ROUNDS = 3;

/** The same work done that often and needed again: something undoes it. */
const REPEATS = 3;

/** More rounds that change something than any environment needs. */
const MAX_ROUNDS = 100;

/** What a run has achieved, and what it does not try again. Sees to it that the loop ends. */
export interface Progress {
  readonly givenUp: ReadonlySet<string>;
  /** Gives up what was done again and again in vain. False: nothing is left in the plan that can be tried. */
  beginRound(plan: Plan): boolean;
  /** False: it only waited, and the world is as it was. */
  endRound(plan: Plan, applied: Applied): boolean;
  /** A round only waited, and there is nothing to wait for. */
  noteVain(plan: Plan): void;
  /** Nothing more will come of it. */
  isStuck(): boolean;
  failures(): readonly Failure[];
  readonly counts: { readonly performed: number; readonly rounds: number };
}

export function startProgress(): Progress {
  const failures = new Map<string, Failure>();
  const givenUp = new Set<string>();
  const repeats = new Map<string, number>();
  const counts = { performed: 0, rounds: 0 };
  let idle = 0;
  let changed = 0;
  let stuck: readonly Failure[] = [];
  const isVain = (operation: Operation): boolean => (repeats.get(workOf(operation)) ?? 0) >= REPEATS;
  const giveUp = (failure: Failure): void => {
    givenUp.add(failure.operation);
    failures.set(failure.operation, failure);
  };
  return {
    givenUp,
    counts,
    beginRound(plan) {
      if (repeats.size > 0) for (const operation of plan.operations) if (isVain(operation)) giveUp(vainly(operation));
      if (!hasWork(plan, givenUp)) return false;
      counts.rounds += 1;
      return true;
    },
    endRound(plan, { run, failures: failed }) {
      counts.performed += run.done.length;
      for (const failure of failed) giveUp(failure);
      const operations = new Map(plan.operations.map((operation) => [operation.id, operation]));
      const changes = run.done.flatMap((id) => changing(operations.get(id)));
      // The first round makes everything; only what comes after it can be a repetition.
      if (counts.rounds > 1) for (const operation of changes) count(repeats, operation);
      if (changes.length > 0) {
        changed += 1;
        idle = 0;
      } else if (run.stale.length > 0) idle += 1;
      stuck = run.stale.flatMap(({ id, message }) => unsettled(operations.get(id), message));
      return changes.length > 0 || run.stale.length > 0;
    },
    noteVain(plan) {
      idle += 1;
      const left = plan.operations.filter((operation) => !givenUp.has(operation.id));
      stuck = left.flatMap((operation) => unsettled(operation, 'it ended well and is needed again'));
    },
    isStuck: () => idle >= IDLE_ROUNDS || changed >= MAX_ROUNDS,
    failures() {
      const all = [...failures.values(), ...(idle >= IDLE_ROUNDS ? stuck : [])];
      return all.sort((a, b) => byText(a.operation, b.operation));
    },
  };
}

/**
 * Whether any operation neither was given up nor depends on one that was. Plans are sorted: what is depended on comes
 * first.
 */
function hasWork(plan: Plan, givenUp: ReadonlySet<string>): boolean {
  const blocked = new Set<string>();
  for (const { id, dependsOn } of plan.operations) {
    if (givenUp.has(id) || dependsOn.some((dependency) => blocked.has(dependency))) blocked.add(id);
    else return true;
  }
  return false;
}

/** Waiting changes nothing. */
function changing(operation: Operation | undefined): Operation[] {
  return operation === undefined || operation.action.kind === 'unit.await' ? [] : [operation];
}

function count(repeats: Map<string, number>, operation: Operation): void {
  const work = workOf(operation);
  repeats.set(work, (repeats.get(work) ?? 0) + 1);
}

/** Equal for equal work: names are told again and again while addresses become known, each time other ones. */
function workOf({ id, action }: Operation): string {
  return `${id} ${JSON.stringify(action)}`;
}

function vainly({ id, cause }: Operation): Failure {
  const message = `it was done ${REPEATS} times and is needed again: something undoes it`;
  return { operation: id, cause, message, detail: [], hint: 'cantrip status' };
}

function unsettled(operation: Operation | undefined, message: string): Failure[] {
  if (operation === undefined) return [];
  const { id, cause } = operation;
  return [{ operation: id, cause, message, detail: [], hint: 'the world keeps changing: run the command again' }];
}
