/**
 * Calls that come while one is under way share the next one. What `run` reads must be in place before it is asked
 * for: then a shared run has seen it.
 */
export function coalesce(run: () => Promise<void>): () => Promise<void> {
  let current: Promise<unknown> = Promise.resolve();
  let next: Promise<void> | null = null;
  return () => {
    if (next !== null) return next;
    const shared = current.then(() => {
      next = null;
      return run();
    });
    next = shared;
    current = shared.catch(() => undefined);
    return shared;
  };
}
