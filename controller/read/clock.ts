import type { AbortSignal } from '../../model/provider.ts';

/** Time as an argument: the simulator's runs as fast as it is looked at. */
export interface Clock {
  /** Milliseconds since the epoch. */
  nowMs(): number;
  /** Resolves after that long, or at once when the signal is or becomes aborted. Never rejects. */
  sleep(durationMs: number, signal?: AbortSignal): Promise<void>;
}
