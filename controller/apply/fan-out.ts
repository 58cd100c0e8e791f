import type { AbortSignal } from '../../model/provider.ts';

/** A signal for any number of listeners, itself one listener of the given one: Node warns of more than ten. */
export interface FanOut {
  readonly signal: AbortSignal;
  close(): void;
}

export function fanOut(source: AbortSignal): FanOut {
  const listeners = new Set<() => void>();
  const onAbort = (): void => {
    for (const listener of [...listeners]) listener();
  };
  source.addEventListener('abort', onAbort);
  return {
    signal: {
      get aborted() {
        return source.aborted;
      },
      addEventListener: (_, listener) => listeners.add(listener),
      removeEventListener: (_, listener) => listeners.delete(listener),
    },
    close: () => source.removeEventListener('abort', onAbort),
  };
}
