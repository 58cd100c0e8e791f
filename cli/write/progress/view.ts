import type { ProgressEvent } from '../../../controller/apply/events.ts';

/** Somebody who shows progress. `end` leaves the terminal as it was. */
export interface ProgressView {
  readonly emit: (event: ProgressEvent) => void;
  /** Prints above the picture, or just prints. */
  readonly note: (line: string) => void;
  readonly end: () => void;
}
