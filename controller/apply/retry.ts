import type { AbortSignal } from '../../model/provider.ts';
import { ProviderError } from '../../model/provider.ts';
import type { Clock } from '../read/clock.ts';

/** Waits between attempts, milliseconds: a busy world gets a few seconds to come round. */
const DELAYS_MS = [200, 600, 1_800, 5_400];

export interface RetryOptions {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly onRetry: (attempt: number, delayMs: number, error: ProviderError) => void;
}

/**
 * Calls until it succeeds, as long as the failure may pass by itself; gives up after the last delay or when
 * interrupted.
 */
export async function retrying<T>(call: (attempt: number) => Promise<T>, options: RetryOptions): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await call(attempt);
    } catch (error) {
      const delayMs = DELAYS_MS[attempt - 1];
      const passes = error instanceof ProviderError && error.retryable;
      if (!passes || delayMs === undefined || options.signal.aborted) throw error;
      options.onRetry(attempt, delayMs, error);
      await options.clock.sleep(delayMs, options.signal);
      if (options.signal.aborted) throw error;
    }
  }
}
