import type { ObservedMachine, ObservedService } from './observed.ts';
import { sortedEntries } from './order.ts';

/**
 * Why a unit does not take part yet, as its machine was observed; null when it is ready. With `services` only those
 * count (and not its
 * health), without all that it has.
 */
export function whyNotReady(machine: ObservedMachine | undefined, services: readonly string[] = []): string | null {
  if (machine === undefined) return 'it has no machine';
  if (machine.state !== 'running') return `its machine is ${machine.state}${withColon(machine.message)}`;
  if (machine.address === null) return 'its address is not known yet';
  const whole = services.length === 0;
  const names = whole ? sortedEntries(machine.services).map(([name]) => name) : services;
  for (const name of names) {
    const reason = whyServiceNotReady(name, machine.services[name]);
    if (reason !== null) return reason;
  }
  return whole ? whyNotHealthy(machine) : null;
}

function whyServiceNotReady(name: string, service: ObservedService | undefined): string | null {
  if (service === undefined) return `service ${name} is not there`;
  // Stopped by its own restart policy: it has done what it was to do.
  return service.state === 'ready' || service.state === 'stopped'
    ? null
    : `service ${name} is ${service.state}${withColon(service.message)}`;
}

function whyNotHealthy(machine: ObservedMachine): string | null {
  const { state, message } = machine.health;
  return state === 'starting' || state === 'failing' ? `its health check is ${state}${withColon(message)}` : null;
}

function withColon(message: string): string {
  return message === '' ? '' : `: ${message}`;
}
