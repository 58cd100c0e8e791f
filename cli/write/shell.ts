import type { ReconcileContext } from '../../controller/apply/reconcile.ts';
import type { Actor } from '../../controller/read/records.ts';
import type { Provider } from '../../model/provider.ts';
import type { ReadShell } from '../read/shell.ts';

/** All that a verb that changes the world can reach, beside what looking needs. */
export interface WriteShell extends ReadShell {
  /** Refuses with a sentence when this user may not make machines. */
  requireRoot(verb: string): void;
  /** Opens what changing needs. `emit` hears of progress. */
  reconcileContext(emit: ReconcileContext['emit']): Promise<ReconcileContext>;
  /** A provider's doing half, for what is no reconcile (`exec`). */
  provider(kind: string): Promise<Provider>;
  /** Who does it, for the lock and the journal. */
  actor(verb: string): Actor;
  /** One line from the user after a question; null when there is nobody to ask. */
  ask(question: string): Promise<string | null>;
}
