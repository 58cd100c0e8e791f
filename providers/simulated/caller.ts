import { ProviderError } from '../../model/provider.ts';
import type { Faults } from './faults.ts';
import type { SimulatedHost } from './host.ts';

/** Somebody who calls, and may die in the middle of it: then it hears and does nothing any more. */
export interface Caller {
  readonly host: SimulatedHost;
  readonly faults: Faults;
  /** Told when it dies in a call. */
  readonly onDeath: () => void;
  /** Whether what it had under way when it died still happens; asked for each. */
  readonly arrives: () => boolean;
  readonly underWay: Set<() => void>;
  alive: boolean;
}

export interface Call {
  readonly name: string;
  readonly target: string;
  /** Beside the way there and back. */
  readonly durationMs?: number;
  readonly effect: () => void;
}

/** One call: it takes its time, happens, and is answered; or goes wrong in one of the ways there are. */
export async function makeCall(caller: Caller, call: Call): Promise<void> {
  if (!caller.alive) return silence();
  const { timing } = caller.host.world;
  const fault = caller.faults(`${call.name} ${call.target}`);
  const extraMs = fault?.kind === 'delay' ? fault.delayMs : 0;
  caller.underWay.add(call.effect);
  await pause(caller, timing.callMs + (call.durationMs ?? 0) + extraMs);
  caller.underWay.delete(call.effect);
  if (fault?.kind === 'error') throw refusal(call, 'the world is busy', fault.retryable);
  if (fault?.kind !== 'crash' || fault.done) call.effect();
  if (fault?.kind === 'crash') return die(caller);
  if (fault?.kind === 'lost-answer') throw refusal(call, 'no answer', true);
}

/** Time passes, for those who live. */
export async function pause(caller: Caller, durationMs: number): Promise<void> {
  await caller.host.clock.sleep(durationMs);
  if (!caller.alive) await silence();
}

export function refusal(call: { name: string; target: string }, message: string, retryable = false): ProviderError {
  return new ProviderError({ action: call.name, target: call.target, message, retryable });
}

/** The caller dies: what it had under way happens at once or never. */
export function die(caller: Caller): Promise<never> {
  caller.alive = false;
  const underWay = [...caller.underWay];
  caller.underWay.clear();
  for (const effect of underWay) if (caller.arrives()) attempt(effect);
  caller.onDeath();
  return silence();
}

/** Nobody hears its refusals any more. */
function attempt(effect: () => void): void {
  try {
    effect();
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
  }
}

function silence(): Promise<never> {
  return new Promise(() => {});
}
