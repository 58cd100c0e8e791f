import type { Check, Probe } from '../../model/charm.ts';
import { ProviderError, type ReloadRequest, type ServiceRequest, type UnitRef } from '../../model/provider.ts';
import { revealSecrets } from '../../model/secret.ts';
import type { Manifest } from './containers.ts';
import { revealEnvironment } from './contents.ts';
import { describeExit } from './exit-status.ts';
import type { Host } from './host.ts';
import { requireContainer } from './machine.ts';
import type { InitCheck } from './native/init.ts';

const BACKOFF = { backoffMinMs: 100, backoffMaxMs: 30_000 } as const;
/** Kept of each service: four files of 4 MiB. */
const LOGS = { logBytes: 4 * 1024 * 1024, logFiles: 4 } as const;
const RELOAD_TIMEOUT_MS = 60_000;

/**
 * Noted before it is done, other than all else: process 1 has the digest too, so a crash between the two is seen as a
 * difference, while a service nobody noted could never be told what it took over.
 */
export async function ensureService(host: Host, unit: UnitRef, request: ServiceRequest): Promise<void> {
  const { id } = requireContainer(host, unit);
  const { name, service, digest, configuration, secrets } = request;
  const init = await host.init(id);
  host.containers.amend(id, ({ services }) => {
    return { services: { ...services, [name]: { digest, configuration, ready: service.ready } } };
  });
  const warnings = await init.setService({
    name,
    digest,
    arguments: service.command.map((word) => revealSecrets(word, secrets)),
    environment: revealEnvironment(service.environment, secrets),
    directory: service.directory,
    user: service.user,
    group: service.group,
    after: service.after,
    check: service.ready === null ? null : checkOf(service.ready),
    stopSignal: service.stopSignal,
    stopTimeoutMs: service.stopTimeoutMs,
    restart: service.restart,
    ...BACKOFF,
    ...LOGS,
  });
  for (const warning of warnings) host.log(`${name} of ${unit.unit}: ${warning}`);
}

export async function restartService(host: Host, unit: UnitRef, name: string, configuration: string): Promise<void> {
  const { id } = requireContainer(host, unit);
  await (await host.init(id)).restartService(name);
  host.containers.amend(id, (manifest) => withConfiguration(manifest, name, configuration));
}

export async function reloadService(host: Host, unit: UnitRef, name: string, request: ReloadRequest): Promise<void> {
  const { id } = requireContainer(host, unit);
  const init = await host.init(id);
  const { reload, user, group, configuration } = request;
  if (reload.kind === 'signal') await init.signalService(name, reload.signal);
  else {
    const outcome = await init.run({
      arguments: reload.command,
      environment: [],
      directory: '/',
      user,
      group,
      timeoutMs: RELOAD_TIMEOUT_MS,
    });
    if (outcome.timedOut || outcome.status !== 0) throw reloadFault(unit, name, outcome);
  }
  host.containers.amend(id, (manifest) => withConfiguration(manifest, name, configuration));
}

export async function removeServices(host: Host, unit: UnitRef, names: readonly string[]): Promise<void> {
  const { id } = requireContainer(host, unit);
  await (await host.init(id)).removeServices(names);
  host.containers.amend(id, ({ services }) => {
    return { services: Object.fromEntries(Object.entries(services).filter(([name]) => !names.includes(name))) };
  });
}

export async function ensureHealth(host: Host, unit: UnitRef, probe: Probe | null, digest: string): Promise<void> {
  const { id } = requireContainer(host, unit);
  await (await host.init(id)).setHealth(probe === null ? null : checkOf(probe));
  host.containers.amend(id, () => ({ health: { digest, probe } }));
}

/** `tcp port 5432`, `http :8080/health`. */
export function describeCheck(check: Check): string {
  switch (check.kind) {
    case 'tcp':
      return `tcp port ${check.port}`;
    case 'http':
      return `http port ${check.port} ${check.path}`;
    case 'exec':
      return check.command.join(' ');
  }
}

function checkOf(probe: Probe): InitCheck {
  const { check, intervalMs, timeoutMs, failures } = probe;
  return { ...check, intervalMs, timeoutMs, failures };
}

function withConfiguration({ services }: Manifest, name: string, configuration: string): Partial<Manifest> {
  const entry = services[name];
  return entry === undefined ? {} : { services: { ...services, [name]: { ...entry, configuration } } };
}

function reloadFault(
  unit: UnitRef,
  name: string,
  outcome: { readonly timedOut: boolean; readonly status: number; readonly output: Buffer },
): ProviderError {
  return new ProviderError({
    action: 'reload service',
    target: `${name} of ${unit.unit}`,
    message: outcome.timedOut ? `no end within ${RELOAD_TIMEOUT_MS} ms` : `its command ${describeExit(outcome.status)}`,
    detail: outcome.output.toString('utf8').trimEnd().split('\n').slice(-20),
  });
}
