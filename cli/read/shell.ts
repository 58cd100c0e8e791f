import type { StateReader } from '../../controller/read/home.ts';
import type { ReadContext } from '../../controller/read/situation.ts';
import type { ExitStatus } from '../output/exit-status.ts';
import type { Terminal } from '../output/terminal.ts';

/** All that a verb that only looks can reach. Composed by `cli/wire.ts`. */
export interface ReadShell {
  readonly terminal: Terminal;
  /** Where the user is; absolute. */
  readonly directory: string;
  readonly isRoot: boolean;
  /** Where things lie on this host. */
  readonly places: { readonly state: string; readonly run: string; readonly native: string };
  readonly state: StateReader;
  readonly nowMs: () => number;
  /** Opens what observing needs; loads nothing before. */
  context(): Promise<ReadContext>;
  /** Ctrl-C no longer ends the process but aborts this signal; a second one leaves at once. */
  interruptible(): AbortSignal;
  /** Makes the exit status of a verb's promise the process's. */
  action<A extends unknown[]>(run: (...args: A) => Promise<ExitStatus>): (...args: A) => Promise<void>;
}
