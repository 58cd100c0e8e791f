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

/**
 * Progress of a plan as data. It belongs to one executor and is changed in place: plans have tens of thousands of
 * operations.
 */
export interface RunState {
  readonly plan: Plan;
  readonly limits: RunLimits;
  readonly operations: ReadonlyMap<string, Operation>;
  /** Id → ids that wait for it. */
  readonly dependents: ReadonlyMap<string, readonly string[]>;
  /** Id → how many of its dependencies are not done. */
  readonly missing: Map<string, number>;
  /** Ids whose dependencies are done, in the order of becoming so. */
  readonly readyWork: Queue;
  readonly readyWaits: Queue;
  readonly running: Set<string>;
  readonly results: Map<string, OperationResult>;
  /** How many of the running operations are work. */
  working: number;
  stopped: boolean;
}

/** First in, first out. */
interface Queue {
  readonly ids: string[];
  head: number;
}

export interface RunOutcome {
  /**
   * `done`: everything was done. `stale`: nothing failed, but the world moved: plan again. `stopped`: it was told to
   * stop.
   */
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
  const state: RunState = {
    plan,
    limits,
    operations: new Map(plan.operations.map((operation) => [operation.id, operation])),
    dependents,
    missing,
    readyWork: { ids: [], head: 0 },
    readyWaits: { ids: [], head: 0 },
    running: new Set(),
    results: new Map(),
    working: 0,
    stopped: false,
  };
  for (const { id, dependsOn } of plan.operations) if (dependsOn.length === 0) becomeReady(state, id);
  return state;
}

/** Operations to start now; from here on they count as running until `settled` is called for them. */
export function next(state: RunState): readonly Operation[] {
  if (state.stopped) return [];
  const start = takeFrom(state.readyWaits, Number.POSITIVE_INFINITY);
  const work = takeFrom(state.readyWork, state.limits.concurrency - state.working);
  state.working += work.length;
  start.push(...work);
  for (const id of start) state.running.add(id);
  return start.map((id) => mustGet(state.operations, id));
}

/** Records how a running operation ended and returns the same state. */
export function settled(state: RunState, id: string, result: OperationResult): RunState {
  if (!state.running.delete(id)) throw new Error(`operation ${id} ended but was not running`);
  if (!isWait(state, id)) state.working -= 1;
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
    if (left === 0) becomeReady(state, dependent);
  }
}

function becomeReady(state: RunState, id: string): void {
  (isWait(state, id) ? state.readyWaits : state.readyWork).ids.push(id);
}

function takeFrom(queue: Queue, count: number): string[] {
  const taken = queue.ids.slice(queue.head, Math.min(queue.ids.length, queue.head + Math.max(0, count)));
  queue.head += taken.length;
  return taken;
}

function isWait(state: RunState, id: string): boolean {
  return mustGet(state.operations, id).action.kind === 'unit.await';
}

function isRunning(state: RunState): boolean {
  return state.running.size > 0 || (!state.stopped && (hasMore(state.readyWork) || hasMore(state.readyWaits)));
}

function hasMore(queue: Queue): boolean {
  return queue.head < queue.ids.length;
}

function endedAs(failed: number, stale: number, skipped: number): RunOutcome['kind'] {
  if (failed > 0) return 'failed';
  if (stale > 0) return 'stale';
  return skipped > 0 ? 'stopped' : 'done';
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
