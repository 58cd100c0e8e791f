import type { Diagnostic } from '../../model/diagnostic.ts';
import type { Cause, Plan } from '../../model/plan.ts';
import type { Situation } from '../read/situation.ts';

/** An operation that did not get done, told to people. */
export interface Failure {
  /** `service.ensure db/0 postgresql`. */
  readonly operation: string;
  readonly cause: Cause;
  readonly message: string;
  /** Output's tail, last log lines. */
  readonly detail: readonly string[];
  /** The way to look further: `cantrip logs db/0`. */
  readonly hint: string | null;
}

/**
 * How a verb ended. `done`: everything asked for is so. `failed`: see `failures`. `deadline`: the world did not tell in
 * time what was needed. `interrupted`: stopped by the user, the next run goes on. `refused`: diagnostics, nothing was
 * done.
 */
export type OutcomeKind = 'done' | 'failed' | 'deadline' | 'interrupted' | 'refused';

export interface Outcome {
  readonly kind: OutcomeKind;
  /** Operations that were done. */
  readonly performed: number;
  readonly rounds: number;
  /** Sorted by operation. */
  readonly failures: readonly Failure[];
  readonly diagnostics: readonly Diagnostic[];
  /** What was left to do when it ended; its `waiting` tells what waits for what. Null when it never came to a plan. */
  readonly remaining: Plan | null;
  /** The last look at the world; null when refused before. */
  readonly situation: Situation | null;
  /** All data is gone, too, and the environment's state with it. */
  readonly forgotten: boolean;
}
