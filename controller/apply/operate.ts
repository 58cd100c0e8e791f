import type { OperationResult } from '../../engine/run.ts';
import type { Operation } from '../../model/plan.ts';
import { type AbortSignal, type Provider, ProviderError, type SecretValues } from '../../model/provider.ts';
import type { Clock } from '../read/clock.ts';
import type { Emit } from './events.ts';
import { failureOf } from './failure.ts';
import type { Journal } from './journal.ts';
import { isDelicate, type Lookout } from './lookout.ts';
import type { Failure } from './outcome.ts';
import { perform, secretsUsed } from './perform.ts';
import { retrying } from './retry.ts';
import type { Vault } from './vault.ts';

export interface OperateContext {
  readonly environment: string;
  /** By kind: all that plans name. */
  readonly providers: ReadonlyMap<string, Provider>;
  readonly lookout: Lookout;
  readonly vault: Vault;
  readonly journal: Journal;
  readonly clock: Clock;
  readonly emit: Emit;
}

export interface Operated {
  readonly result: OperationResult;
  /** Null unless it failed. */
  readonly failure: Failure | null;
}

/**
 * Does one operation: looks whether it still may be done, calls the provider, again if the failure may pass, and tells
 * how it went.
 */
export async function operate(context: OperateContext, operation: Operation, signal: AbortSignal): Promise<Operated> {
  const { clock, emit } = context;
  const startedMs = clock.nowMs();
  emit({ kind: 'operation.started', operation });
  const secrets = await context.vault.reveal(secretsUsed(operation.action));
  const operated = await attempts(context, { operation, secrets, signal });
  emit({ kind: 'operation.ended', operation, result: operated.result, durationMs: clock.nowMs() - startedMs });
  return operated;
}

interface Task {
  readonly operation: Operation;
  readonly secrets: SecretValues;
  readonly signal: AbortSignal;
}

async function attempts(context: OperateContext, task: Task): Promise<Operated> {
  const { operation, secrets, signal } = task;
  const onRetry = (attempt: number, delayMs: number, error: ProviderError): void => {
    const { message } = failureOf(operation, error, secrets);
    context.emit({ kind: 'operation.retry', operation, attempt, delayMs, message });
  };
  try {
    const options = { clock: context.clock, signal, onRetry };
    const result = await retrying((attempt) => attemptOnce(context, task, attempt), options);
    return { result, failure: null };
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    return explain(context, task, error);
  }
}

async function attemptOnce(context: OperateContext, task: Task, attempt: number): Promise<OperationResult> {
  const { operation, signal } = task;
  const objection = isDelicate(operation) ? await context.lookout.objection(operation) : null;
  if (objection !== null) return { kind: 'stale', message: objection };
  if (!isWait(operation)) await journaled(context, task, attempt);
  else if (await abortedBefore(call(context, task), signal)) return INTERRUPTED;
  return { kind: 'done' };
}

const INTERRUPTED: OperationResult = { kind: 'stale', message: 'interrupted' };

/** The call between its two entries in the journal: the first is on disk before anything happens. */
async function journaled(context: OperateContext, task: Task, attempt: number): Promise<void> {
  const operation = task.operation.id;
  await context.journal.append({ kind: 'operation.begin', operation, attempt });
  try {
    await call(context, task);
    context.journal.note({ kind: 'operation.end', operation, attempt, result: 'done', error: null });
  } catch (error) {
    const told =
      error instanceof ProviderError ? failureOf(task.operation, error, task.secrets).message : String(error);
    context.journal.note({ kind: 'operation.end', operation, attempt, result: 'failed', error: told });
    throw error;
  }
}

function call(context: OperateContext, { operation, secrets }: Task): Promise<void> {
  const { action, id, provider: kind } = operation;
  const provider = context.providers.get(kind);
  if (provider === undefined) throw new Error(`${id} is for provider ${kind}, which is not open`);
  const onProgress = (line: string): void => context.emit({ kind: 'operation.progress', operation, line });
  return perform(provider, { environment: context.environment, action, secrets, onProgress });
}

/** A failure because the world moved on is none: the next plan starts from what is there now. */
async function explain(context: OperateContext, task: Task, error: ProviderError): Promise<Operated> {
  const objection = await context.lookout.objection(task.operation).catch(() => null);
  if (objection !== null) return { result: { kind: 'stale', message: objection }, failure: null };
  const failure = failureOf(task.operation, error, task.secrets);
  return { result: { kind: 'failed', message: failure.message }, failure };
}

/** Waiting changes nothing: it is not journaled, and breaks off when interrupted. */
function isWait(operation: Operation): boolean {
  return operation.action.kind === 'unit.await';
}

/** Whether the signal came before the work ended; the work's failure is thrown. */
async function abortedBefore(work: Promise<void>, signal: AbortSignal): Promise<boolean> {
  let onAbort: () => void = () => {};
  const aborted = new Promise<boolean>((resolve) => {
    onAbort = () => resolve(true);
    signal.addEventListener('abort', onAbort);
    if (signal.aborted) resolve(true);
  });
  try {
    return await Promise.race([work.then(() => false), aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
