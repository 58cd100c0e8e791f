import type { ObservedHealth, ObservedMachine, ObservedService, ServiceState } from '../../model/observed.ts';
import type { ContainerRecord, Manifest } from './containers.ts';
import { describeExit } from './exit-status.ts';
import type { ContainerState } from './native/agent.ts';
import type { InitStatus, ServiceStatus } from './native/init.ts';

/** A container as seen from outside and, when it runs, by its own process 1. */
export interface Sight {
  readonly record: ContainerRecord;
  readonly manifest: Manifest;
  /** What the agent knows; undefined when it knows nothing of it. */
  readonly outside: ContainerState | undefined;
  /** Null when it does not run or does not answer. */
  readonly inside: InitStatus | null;
}

export function machineOf(sight: Sight): ObservedMachine {
  const { record, manifest, inside } = sight;
  return {
    unit: record.spec.unit,
    id: record.id,
    ...stateOf(sight),
    spec: record.spec,
    address: record.spec.address,
    files: manifest.files,
    directories: manifest.directories,
    commands: manifest.commands,
    services: inside === null ? {} : servicesOf(inside, manifest),
    health: healthOf(inside, manifest),
  };
}

function stateOf({ outside, inside }: Sight): Pick<ObservedMachine, 'state' | 'message'> {
  if (outside === undefined) {
    return { state: 'stopped', message: 'it was never started, or not since the host was' };
  }
  if (outside.state === 'exited') return { state: 'stopped', message: whyStopped(outside) };
  if (inside === null) return { state: 'broken', message: 'its process 1 does not answer' };
  return { state: 'running', message: '' };
}

function whyStopped({ status, oomKills }: ContainerState): string {
  const end = status === null ? 'its process 1 has ended' : `its process 1 ${describeExit(status)}`;
  return oomKills === 0 ? end : `${end}; ${oomKills} of its processes were killed because its memory was used up`;
}

/** Only what process 1 has: after a restart of the machine it has nothing, whatever the manifest says. */
function servicesOf(inside: InitStatus, manifest: Manifest): Readonly<Record<string, ObservedService>> {
  return Object.fromEntries(inside.services.map((service) => [service.name, serviceOf(service, manifest)]));
}

function serviceOf(service: ServiceStatus, manifest: Manifest): ObservedService {
  const entry = manifest.services[service.name];
  return {
    digest: service.digest,
    configuration: entry?.digest === service.digest ? entry.configuration : '',
    state: service.state as ServiceState,
    restarts: service.restarts,
    message: service.message,
    sinceMs: service.sinceMs,
  };
}

const HEALTH_STATES: Readonly<Record<string, ObservedHealth['state']>> = {
  ready: 'passing',
  unhealthy: 'failing',
};

function healthOf(inside: InitStatus | null, manifest: Manifest): ObservedHealth {
  const entry = manifest.health;
  const seen = inside?.health ?? null;
  if (inside === null || entry === null) return { digest: '', state: 'none', message: '' };
  if (entry.probe === null) return { digest: entry.digest, state: 'none', message: '' };
  if (seen === null) return { digest: '', state: 'none', message: '' };
  return { digest: entry.digest, state: HEALTH_STATES[seen.state] ?? 'starting', message: seen.message };
}
