import type { JsonObject } from './json.ts';
import type { UnitName } from './names.ts';

/** What we decided once and keep: stored, and read back from labels when the store is lost. */
export interface Allocation {
  /** Application → its units' numbers in use and the next free one; numbers are never used again. */
  readonly units: Readonly<Record<string, UnitNumbers>>;
  /** Provider kind → the environment's subnet there. */
  readonly subnets: Readonly<Record<string, string>>;
  /** Unit → address. */
  readonly addresses: Readonly<Record<UnitName, string>>;
}

export interface UnitNumbers {
  readonly numbers: readonly number[];
  readonly next: number;
}

export const EMPTY_ALLOCATION: Allocation = { units: {}, subnets: {}, addresses: {} };

/** What an environment was the last time it was applied. */
export interface Definition {
  readonly revision: number;
  readonly file: string;
  readonly text: string;
  readonly resolved: JsonObject;
  readonly appliedAtMs: number;
}
