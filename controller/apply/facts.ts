import type { AbortSignal } from '../../model/provider.ts';
import type { Clock } from '../read/clock.ts';
import type { Situation } from '../read/situation.ts';
import type { Emit } from './events.ts';

/** How often the world is asked for what it has not told yet. */
const POLL_MS = 1_000;

/** Waiting for what only the world can tell, as long as its slowest part may take. */
export interface FactsWait {
  /** `told`: look again, there may be news. `nothing`: there is nothing to wait for. */
  wait(situation: Situation, signal: AbortSignal): Promise<'told' | 'nothing' | 'deadline' | 'interrupted'>;
  /** Something was done: what it brings about has its own time. */
  restart(): void;
}

export function startFactsWait({ clock, emit }: { readonly clock: Clock; readonly emit: Emit }): FactsWait {
  let deadlineMs: number | null = null;
  return {
    async wait(situation, signal) {
      const targets = unitsWithoutFacts(situation);
      if (targets.length === 0) return 'nothing';
      if (deadlineMs === null) {
        deadlineMs = clock.nowMs() + factsTimeoutMs(situation);
        emit({ kind: 'facts.waiting', targets, deadlineMs });
      }
      if (clock.nowMs() >= deadlineMs) return 'deadline';
      await clock.sleep(POLL_MS, signal);
      return signal.aborted ? 'interrupted' : 'told';
    },
    restart() {
      deadlineMs = null;
    },
  };
}

/** Units whose machines only the world can tell more of: still being created, or without their address. Sorted. */
function unitsWithoutFacts({ desired, observed, traits }: Situation): readonly string[] {
  const unknown = new Set(
    Object.entries(observed.providers).flatMap(([kind, { machines }]) => {
      const learns = traits.get(kind)?.addresses === 'learned';
      return machines
        .filter(({ state, address }) => state === 'creating' || (learns && state === 'running' && address === null))
        .map(({ unit }) => unit);
    }),
  );
  return (desired?.units ?? []).map((unit) => unit.name).filter((unit) => unknown.has(unit));
}

function factsTimeoutMs({ traits }: Situation): number {
  return Math.max(0, ...[...traits.values()].map((trait) => trait.createTimeoutMs));
}
