import type { OperationResult } from '../../engine/run.ts';
import type { Operation, Plan } from '../../model/plan.ts';
import type { LockHolder } from '../read/records.ts';

/** Progress, for those who show it. Nothing depends on who listens. */
export type ProgressEvent =
  | { readonly kind: 'lock.waiting'; readonly holder: LockHolder | null }
  /** A round begins; its plan is not empty. */
  | { readonly kind: 'round.started'; readonly round: number; readonly plan: Plan }
  | { readonly kind: 'operation.started'; readonly operation: Operation }
  | { readonly kind: 'operation.progress'; readonly operation: Operation; readonly line: string }
  | {
      readonly kind: 'operation.retry';
      readonly operation: Operation;
      readonly attempt: number;
      readonly delayMs: number;
      readonly message: string;
    }
  | {
      readonly kind: 'operation.ended';
      readonly operation: Operation;
      readonly result: OperationResult;
      readonly durationMs: number;
    }
  /** Nothing can be done until the world tells more (an address). */
  | { readonly kind: 'facts.waiting'; readonly targets: readonly string[]; readonly deadlineMs: number };

export type Emit = (event: ProgressEvent) => void;
