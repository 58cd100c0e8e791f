import type { OperationResult, RunOutcome, RunState } from '../../engine/run.ts';
import { next, outcome, settled, startRun, stop } from '../../engine/run.ts';
import type { Operation, Plan } from '../../model/plan.ts';
import type { AbortSignal } from '../../model/provider.ts';
import { type OperateContext, operate } from './operate.ts';
import type { Failure } from './outcome.ts';

/** Operations under way at once; waiting for units does not count. */
const CONCURRENCY = 16;

export interface ApplyRequest {
  readonly plan: Plan;
  /** Operations that are not tried again, nor what depends on them. */
  readonly givenUp: ReadonlySet<string>;
  /** Aborted: nothing new is started, what changes something is finished, waiting is broken off. */
  readonly signal: AbortSignal;
}

export interface Applied {
  readonly run: RunOutcome;
  /** Of this run; what was given up before is not among them. */
  readonly failures: readonly Failure[];
}

/**
 * Performs a plan: in its order, many operations at once. One failure stops only what depends on it. A mistake of ours
 * stops everything and is thrown when what runs has ended.
 */
export async function apply(context: OperateContext, request: ApplyRequest): Promise<Applied> {
  const run = startRun(request.plan, { concurrency: CONCURRENCY });
  const failures: Failure[] = [];
  const mistakes: unknown[] = [];
  await new Promise<void>((resolve) => {
    const advance = (): void => {
      if (request.signal.aborted || mistakes.length > 0) stop(run);
      for (const operation of startable(run, request.givenUp)) begin(operation);
      if (run.running.size === 0) resolve();
    };
    const end = (operation: Operation, result: OperationResult): void => {
      settled(run, operation.id, result);
      advance();
    };
    const begin = (operation: Operation): void => {
      operate(context, operation, request.signal).then(
        ({ result, failure }) => {
          if (failure !== null) failures.push(failure);
          end(operation, result);
        },
        (mistake) => {
          mistakes.push(mistake);
          end(operation, { kind: 'failed', message: String(mistake) });
        },
      );
    };
    advance();
  });
  if (mistakes.length > 0) throw mistakes[0];
  return { run: outcome(run), failures };
}

/** What to start now. An operation that was given up fails without being tried, which may be all there was. */
function startable(run: RunState, givenUp: ReadonlySet<string>): readonly Operation[] {
  for (;;) {
    const operations = next(run);
    const started = operations.filter((operation) => !givenUp.has(operation.id));
    for (const { id } of operations) if (givenUp.has(id)) settled(run, id, { kind: 'failed', message: 'given up' });
    if (started.length > 0 || operations.length === 0) return started;
  }
}
