import type { Clock } from '../../../controller/read/clock.ts';

/** Time that passes when somebody sleeps: at once. */
export function createVirtualClock(): Clock {
  let now = 1_000_000;
  return {
    nowMs: () => now,
    sleep: async (durationMs, signal) => {
      if (!signal?.aborted) now += durationMs;
    },
  };
}
