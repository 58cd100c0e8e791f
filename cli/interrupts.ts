import { EXIT } from './output/exit-status.ts';

/** Signals that ask a command to stop. */
const STOPPING = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

export interface Interrupts {
  /** From the first call on a stop is a request: it aborts the signal. The next one leaves at once. */
  signal(): AbortSignal;
}

/** Until a verb asks for the signal, Ctrl-C simply ends the process. */
export function openInterrupts(process: NodeJS.Process): Interrupts {
  let controller: AbortController | null = null;
  const stop = (): void => {
    if (controller?.signal.aborted) process.exit(EXIT.interrupted);
    controller?.abort();
  };
  return {
    signal: () => {
      if (controller === null) {
        controller = new AbortController();
        for (const name of STOPPING) process.on(name, stop);
      }
      return controller.signal;
    },
  };
}
