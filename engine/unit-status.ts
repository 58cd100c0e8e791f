import type { Status } from '../model/charm.ts';
import type { DesiredUnit } from '../model/desired.ts';
import type { ObservedMachine, ObservedService } from '../model/observed.ts';
import { sortedEntries } from '../model/order.ts';

/** How a unit is: what its world shows first, then what its charm says. */
export function unitStatus(unit: DesiredUnit, machine: ObservedMachine | undefined): Status {
  if (machine === undefined) return { kind: 'waiting', message: 'for a machine' };
  const { status } = unit.intent;
  return (
    machineTrouble(machine) ?? serviceTrouble(machine) ?? (status.kind === 'active' ? ready(unit, machine) : status)
  );
}

function machineTrouble({ state, message }: ObservedMachine): Status | null {
  switch (state) {
    case 'running':
      return null;
    case 'creating':
      return { kind: 'maintenance', message: 'its machine is being made' };
    case 'stopped':
    case 'broken':
      return { kind: 'error', message: `its machine is ${state}${message === '' ? '' : `: ${message}`}` };
  }
}

/** A service in trouble is worse than anything the charm can know. */
function serviceTrouble({ services }: ObservedMachine): Status | null {
  const troubled = sortedEntries(services).find(([, { state }]) => state === 'failed' || state === 'backoff');
  return troubled === undefined ? null : { kind: 'error', message: serviceText(troubled[0], troubled[1]) };
}

/** The charm has nothing to complain about: is everything it asked for there? */
function ready({ intent }: DesiredUnit, { services, health, address }: ObservedMachine): Status {
  if (address === null) return { kind: 'waiting', message: 'for its address' };
  for (const [name] of sortedEntries(intent.services)) {
    const service = services[name];
    if (service === undefined) return { kind: 'maintenance', message: `${name} is not installed yet` };
    if (service.state === 'unhealthy') return { kind: 'error', message: serviceText(name, service) };
    if (service.state === 'starting' || service.state === 'waiting') {
      return { kind: 'maintenance', message: serviceText(name, service) };
    }
  }
  if (health.state === 'failing') return { kind: 'error', message: `health check: ${health.message}` };
  if (health.state === 'starting') return { kind: 'maintenance', message: 'its health check has not passed yet' };
  return intent.status;
}

function serviceText(name: string, { state, message }: ObservedService): string {
  return `${name} is ${state}${message === '' ? '' : `: ${message}`}`;
}
