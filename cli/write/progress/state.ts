import type { ProgressEvent } from '../../../controller/apply/events.ts';
import type { Operation, Plan } from '../../../model/plan.ts';
import { phraseOf, rowOf } from './phrase.ts';

/** What is known of one line of the tree. */
export interface Row {
  readonly total: number;
  readonly done: number;
  /** Operations under way, oldest first. */
  readonly running: readonly Running[];
  /** What went wrong last; null when nothing did. */
  readonly fault: string | null;
}

interface Running {
  readonly operation: string;
  readonly text: string;
  readonly sinceMs: number;
}

/** Progress of a run, made of its events alone. Keys of rows are units, applications and the environment. */
export interface ProgressState {
  readonly environment: string;
  readonly startedMs: number;
  readonly round: number;
  readonly rows: ReadonlyMap<string, Row>;
  /** What the whole waits for, in a sentence; null when it does not. */
  readonly note: string | null;
}

export function startProgress(environment: string, nowMs: number): ProgressState {
  return { environment, startedMs: nowMs, round: 0, rows: new Map(), note: null };
}

/** The state after one more event. */
export function advance(state: ProgressState, event: ProgressEvent, nowMs: number): ProgressState {
  switch (event.kind) {
    case 'lock.waiting': {
      const { holder } = event;
      const who = holder === null ? 'another command' : `"${holder.verb}" of ${holder.who} (pid ${holder.pid})`;
      return { ...state, note: `waiting for ${who} to finish` };
    }
    case 'round.started':
      return { ...state, round: event.round, note: null, rows: rowsOf(event.plan, state.rows) };
    case 'facts.waiting':
      return { ...state, note: `waiting to learn about ${event.targets.join(', ')}` };
    case 'operation.started':
      return onRow(state, event.operation, (row) => begin(row, event.operation, nowMs));
    case 'operation.progress':
      return onRow(state, event.operation, (row) => say(row, event.operation, event.line));
    case 'operation.retry':
      return onRow(state, event.operation, (row) => say(row, event.operation, `again after: ${event.message}`));
    case 'operation.ended':
      return onRow(state, event.operation, (row) => finish(row, event));
  }
}

/** Rows of a round's plan. What was done in rounds before still counts. */
function rowsOf(plan: Plan, before: ReadonlyMap<string, Row>): ReadonlyMap<string, Row> {
  const rows = new Map([...before].map(([key, row]) => [key, { ...row, total: row.done, running: [] }]));
  for (const operation of plan.operations) {
    const key = rowOf(operation, plan.environment);
    const row = rows.get(key) ?? EMPTY_ROW;
    rows.set(key, { ...row, total: row.total + 1, running: [] });
  }
  return rows;
}

const EMPTY_ROW: Row = { total: 0, done: 0, running: [], fault: null };

function onRow(state: ProgressState, operation: Operation, change: (row: Row) => Row): ProgressState {
  const key = rowOf(operation, state.environment);
  const rows = new Map(state.rows);
  rows.set(key, change(rows.get(key) ?? EMPTY_ROW));
  return { ...state, rows, note: null };
}

function begin(row: Row, operation: Operation, nowMs: number): Row {
  const running = { operation: operation.id, text: phraseOf(operation.action).doing, sinceMs: nowMs };
  return { ...row, fault: null, running: [...row.running, running] };
}

function say(row: Row, operation: Operation, line: string): Row {
  const { doing } = phraseOf(operation.action);
  const running = row.running.map((one) =>
    one.operation === operation.id ? { ...one, text: `${doing}: ${line}` } : one,
  );
  return { ...row, running };
}

function finish(row: Row, { operation, result }: ProgressEvent & { kind: 'operation.ended' }): Row {
  const running = row.running.filter((one) => one.operation !== operation.id);
  if (result.kind === 'failed') return { ...row, running, fault: result.message };
  return { ...row, running, done: row.done + (result.kind === 'done' ? 1 : 0) };
}
