import type { MemoryHome } from '../../controller/apply/memory-home.ts';
import type { ReconcileContext } from '../../controller/apply/reconcile.ts';
import { reconcile } from '../../controller/apply/reconcile.ts';
import { sha256 } from '../../controller/read/digest.ts';
import type { Allocation } from '../../model/allocation.ts';
import type { Operation } from '../../model/plan.ts';
import type { AbortSignal } from '../../model/provider.ts';
import type { Chance } from './chance.ts';
import { CHARMS } from './charms.ts';
import type { SimulationTime } from './clock.ts';
import { ENVIRONMENT, FILE } from './declaration.ts';
import type { Process } from './worlds.ts';

export interface Command {
  readonly text: string;
  readonly mode: 'up' | 'down';
  readonly data: 'keep' | 'remove';
}

export interface CommandWorld {
  readonly process: Process;
  readonly home: MemoryHome;
  readonly time: SimulationTime;
  readonly chance: Chance;
  readonly signal: AbortSignal;
  /** Kept up to date with what is under way. */
  readonly running: Map<string, Operation>;
}

/** How a command ended, as far as the simulation minds. */
export interface Ended {
  readonly kind: string;
  readonly performed: number;
  readonly forgotten: boolean;
  /** What it decided, when it does not store it. */
  readonly allocation?: Allocation;
  /** More for people. */
  readonly detail: string;
}

/** What drives the world to what the file says: the real controller, or one with a planted fault. */
export type Reconciler = (command: Command, world: CommandWorld) => Promise<Ended>;

/** The real thing, on simulated worlds. */
export const realReconciler: Reconciler = async (command, world) => {
  const outcome = await reconcile(contextOf(world, BUILT_IN), {
    environment: ENVIRONMENT,
    source: { file: FILE, text: command.text },
    mode: command.mode,
    data: command.data,
    actor: { verb: command.mode, who: 'simulation', pid: 1 },
    adopt: false,
    wait: false,
    signal: world.signal,
  });
  const failures = outcome.failures.map(({ operation, message }) => `${operation}: ${message}`);
  const diagnostics = outcome.diagnostics
    .filter(({ severity }) => severity === 'error')
    .map(({ code, message }) => `${code} ${message}`);
  const { kind, performed, forgotten } = outcome;
  return { kind, performed, forgotten, detail: [...failures, ...diagnostics].join('; ') };
};

export const NEVER: AbortSignal = { aborted: false, addEventListener: () => {}, removeEventListener: () => {} };

/** Aborted at that time. */
export function abortedAt(time: SimulationTime, atMs: number): AbortSignal {
  const listeners = new Set<() => void>();
  const signal = {
    aborted: false,
    addEventListener: (_type: 'abort', listener: () => void) => void listeners.add(listener),
    removeEventListener: (_type: 'abort', listener: () => void) => void listeners.delete(listener),
  };
  time.at(atMs, () => {
    signal.aborted = true;
    for (const listener of [...listeners]) listener();
  });
  return signal;
}

const BUILT_IN = Object.entries(CHARMS).map(([name, charm]) => ({ name, load: async () => charm }));

/** What the controller needs of the outside, from a simulated one. */
export function contextOf(
  { process, home, time, chance, running }: CommandWorld,
  builtInCharms: ReconcileContext['builtInCharms'],
): ReconcileContext {
  const silence = new Promise<never>(() => {});
  return {
    providers: { kinds: [...process.providers.keys()].sort(), open: async (kind) => mustFind(process, kind) },
    builtInCharms,
    digest: sha256,
    digestDirectory: async (path) => sha256(path),
    charmCache: null,
    charmKit: '',
    home,
    clock: {
      nowMs: time.nowMs,
      sleep: async (durationMs, signal) => {
        await time.sleep(durationMs, signal);
        if (!process.isAlive()) await silence;
      },
    },
    random: (length) => Uint8Array.from({ length }, () => chance.below(256)),
    emit: (event) => {
      if (event.kind === 'operation.started') running.set(event.operation.id, event.operation);
      if (event.kind === 'operation.ended') running.delete(event.operation.id);
    },
  };
}

function mustFind({ providers }: Process, kind: string) {
  const provider = providers.get(kind);
  if (provider === undefined) throw new Error(`there is no provider ${kind}`);
  return provider;
}
