import type { Operation, Plan } from '../model/plan.ts';

/** How an operation ended. `stale`: a precondition no longer held, so the loop plans again; nothing went wrong. */
export type OperationResult =
  | { readonly kind: 'done' }
  | { readonly kind: 'stale'; readonly message: string }
  | { readonly kind: 'failed'; readonly message: string };

export interface RunLimits {
  /** Operations under way at once. Waiting for a unit is no work and does not count. */
  readonly concurrency: number;
}

/** Progress of a plan as data. It belongs to one executor and is changed in place: plans have tens of thousands of operations. */
export interface RunState {
  readonly plan: Plan;
  readonly limits: RunLimits;
  readonly operations: ReadonlyMap<string, Operation>;
  /** Id → ids that wait for it. */
  readonly dependents: ReadonlyMap<string, readonly string[]>;
  /** Id → how many of its dependencies are not done. */
  readonly missing: Map<string, number>;
  /** Ids whose dependencies are done, in the plan's order of becoming so. */
  readonly ready: string[];
  readonly running: Set<string>;
  readonly results: Map<string, OperationResult>;
  stopped: boolean;
}

export interface RunOutcome {
  /** `done`: everything was done. `stale`: nothing failed, but the world moved: plan again. `stopped`: it was told to stop. */
  readonly kind: 'running' | 'done' | 'stale' | 'failed' | 'stopped';
  readonly done: readonly string[];
  readonly failed: readonly { readonly id: string; readonly message: string }[];
  readonly stale: readonly { readonly id: string; readonly message: string }[];
  /** Never started, because something they depend on did not succeed or the run was stopped. */
  readonly skipped: readonly string[];
}

export function startRun(plan: Plan, limits: RunLimits): RunState {
  const dependents = new Map<string, string[]>();
  const missing = new Map<string, number>();
  for (const { id } of plan.operations) dependents.set(id, []);
  for (const { id, dependsOn } of plan.operations) {
    missing.set(id, dependsOn.length);
    for (const dependency of dependsOn) mustGet(dependents, dependency).push(id);
  }
  return {
    plan,
    limits,
    operations: new Map(plan.operations.map((operation) => [operation.id, operation])),
    dependents,
    missing,
    ready: plan.operations.filter(({ dependsOn }) => dependsOn.length === 0).map(({ id }) => id),
    running: new Set(),
    results: new Map(),
    stopped: false,
  };
}

/** Operations to start now; from here on they count as running until `settled` is called for them. */
export function next(state: RunState): readonly Operation[] {
  if (state.stopped) return [];
  let free = state.limits.concurrency - countWork(state);
  const start: Operation[] = [];
  const later: string[] = [];
  for (const id of state.ready.splice(0)) {
    const operation = mustGet(state.operations, id);
    const isWait = operation.action.kind === 'unit.await';
    if (!isWait && free <= 0) {
      later.push(id);
      continue;
    }
    if (!isWait) free -= 1;
    state.running.add(id);
    start.push(operation);
  }
  state.ready.push(...later);
  return start;
}

/** Records how a running operation ended and returns the same state. */
export function settled(state: RunState, id: string, result: OperationResult): RunState {
  if (!state.running.delete(id)) throw new Error(`operation ${id} ended but was not running`);
  state.results.set(id, result);
  if (result.kind === 'done') releaseDependents(state, id);
  return state;
}

/** Nothing more is started; what runs is let finish. */
export function stop(state: RunState): RunState {
  state.stopped = true;
  return state;
}

export function outcome(state: RunState): RunOutcome {
  const skipped = state.plan.operations
    .map(({ id }) => id)
    .filter((id) => !state.results.has(id) && !state.running.has(id));
  const failed = withMessages(state, 'failed');
  const stale = withMessages(state, 'stale');
  const kind = isRunning(state) ? 'running' : endedAs(failed.length, stale.length, skipped.length);
  return { kind, done: idsOfDone(state), failed, stale, skipped };
}

function releaseDependents(state: RunState, id: string): void {
  for (const dependent of mustGet(state.dependents, id)) {
    const left = mustGet(state.missing, dependent) - 1;
    state.missing.set(dependent, left);
    if (left === 0) state.ready.push(dependent);
  }
}

function isRunning(state: RunState): boolean {
  return state.running.size > 0 || (!state.stopped && state.ready.length > 0);
}

function endedAs(failed: number, stale: number, skipped: number): RunOutcome['kind'] {
  if (failed > 0) return 'failed';
  if (stale > 0) return 'stale';
  return skipped > 0 ? 'stopped' : 'done';
}

function countWork(state: RunState): number {
  let count = 0;
  for (const id of state.running) if (mustGet(state.operations, id).action.kind !== 'unit.await') count += 1;
  return count;
}

function idsOfDone(state: RunState): string[] {
  return [...state.results].filter(([, result]) => result.kind === 'done').map(([id]) => id);
}

function withMessages(state: RunState, kind: 'failed' | 'stale'): { id: string; message: string }[] {
  const found: { id: string; message: string }[] = [];
  for (const [id, result] of state.results) if (result.kind === kind) found.push({ id, message: result.message });
  return found;
}

function mustGet<K, V>(map: ReadonlyMap<K, V>, key: K): V {
  const value = map.get(key);
  if (value === undefined) throw new Error(`the plan names an operation it does not hold: ${String(key)}`);
  return value;
}
