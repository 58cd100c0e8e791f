import type { DesiredUnit } from '../../model/desired.ts';
import type { ObservedMachine } from '../../model/observed.ts';
import type { UnitDiff } from './diff-unit.ts';
import type { MachineStep } from './machine-step.ts';

/** A unit with everything that is to happen to it, before it is ordered. */
export interface UnitPlan {
  readonly unit: DesiredUnit;
  readonly machine: ObservedMachine | undefined;
  /** The unit's machine on a provider it is no longer on. */
  readonly elsewhere: LeavingMachine | undefined;
  readonly step: MachineStep;
  readonly diff: UnitDiff;
}

export interface LeavingMachine {
  readonly provider: string;
  readonly machine: ObservedMachine;
}

/** Whether a new machine is made for the unit. */
export function isMade({ step }: UnitPlan): boolean {
  return step.kind === 'create' || step.kind === 'replace';
}

/** A unit nobody knows yet: no machine of it exists. */
export function isNew({ step, elsewhere }: UnitPlan): boolean {
  return step.kind === 'create' && elsewhere === undefined;
}

/** A unit at work now, and to go on working while it is changed. */
export function isRunning({ step }: UnitPlan): boolean {
  return step.kind === 'keep' || step.kind === 'resize';
}
