import { setTimeout as sleep } from 'node:timers/promises';

/**
 * As long as the kernel tries a connection again that lost its peer with data under way; only then does it let the
 * network namespace, and with it the link, of a machine go that is no more.
 */
export const KERNEL_PATIENCE_MS = 150_000;

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
