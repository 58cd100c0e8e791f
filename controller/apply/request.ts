import type { AbortSignal, Provider } from '../../model/provider.ts';
import type { Clock } from '../read/clock.ts';
import type { Actor } from '../read/records.ts';
import type { EnvironmentSource, ReadContext } from '../read/situation.ts';
import type { Emit } from './events.ts';
import type { StateHome } from './home.ts';

/** Everything `reconcile` needs of the outside. */
export interface ReconcileContext extends ReadContext<Provider> {
  readonly home: StateHome;
  readonly clock: Clock;
  /** Unpredictable bytes: for secrets. */
  readonly random: (length: number) => Uint8Array;
  readonly emit: Emit;
}

export interface ReconcileRequest {
  /** `down` works from the name alone: the file may be gone or wrong. */
  readonly environment: string;
  readonly source: EnvironmentSource;
  /** The source as it is by the time the lock is held: a command that waited must not undo what others asked for. */
  readonly reread?: () => EnvironmentSource;
  readonly mode: 'up' | 'down';
  readonly data: 'keep' | 'remove';
  readonly actor: Actor;
  /** Take an environment over that was made from another file. */
  readonly adopt: boolean;
  /** Wait for another command on the same environment, or refuse with `LockedError`. */
  readonly wait: boolean;
  /** Aborted: nothing new is started, what runs is finished. */
  readonly signal: AbortSignal;
}
