import { setTimeout as sleep } from 'node:timers/promises';

/** The agent answers first and tidies up a moment later; it ends by itself ten seconds after it is of no more use. */
export const TIDY_PATIENCE_MS = 25_000;

/** Asks again and again until the check passes; after 20 seconds its own complaint is the test's. */
export async function eventually<T>(check: () => T | Promise<T>, patienceMs = 20_000): Promise<T> {
  const deadline = performance.now() + patienceMs;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (performance.now() > deadline) throw error;
      await sleep(50);
    }
  }
}
