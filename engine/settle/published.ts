import type { JsonObject } from '../../model/json.ts';

/** What a unit published on one relation. */
export interface Published {
  readonly unit: JsonObject | null;
  /** For the application as a whole; counts only from the leader. */
  readonly application: JsonObject | null;
  /** Equal for equal data. */
  readonly text: string;
}
