import type { Probe } from '../../model/charm.ts';
import { ProviderError, type UnitRef } from '../../model/provider.ts';

import { describeExit } from './exit-status.ts';
import type { Host } from './host.ts';
import { lastLines } from './logs.ts';
import { requireContainer } from './machine.ts';
import type { AwaitOutcome, ServiceStatus } from './native/init.ts';
import { describeCheck } from './services.ts';

const SHOWN_LINES = 10;

/** Process 1 does the waiting; here it is only explained. */
export async function awaitUnit(
  host: Host,
  unit: UnitRef,
  services: readonly string[],
  timeoutMs: number,
): Promise<void> {
  const { id } = requireContainer(host, unit);
  const outcome = await (await host.init(id)).await(services, timeoutMs);
  if (outcome.result === 'ready') return;
  const late = outcome.services.filter(({ name, state }) => isAwaited(name, services) && state !== 'ready');
  const manifest = host.containers.manifest(id);
  const logs = host.containers.paths(id).logs;
  throw new ProviderError({
    action: 'await',
    target: unit.unit,
    message: explain(outcome, late, timeoutMs),
    detail: [
      ...late.flatMap((service) => [
        ...probed(service.name, manifest.services[service.name]?.ready ?? null),
        ...lastLines(logs, service.name, SHOWN_LINES).map((line) => `${service.name}: ${line.text}`),
      ]),
      ...(late.length === 0 ? probed('the unit', manifest.health?.probe ?? null) : []),
    ],
    hint: `see \`cantrip logs ${unit.unit}\``,
  });
}

function isAwaited(name: string, services: readonly string[]): boolean {
  return services.length === 0 || services.includes(name);
}

function explain(outcome: AwaitOutcome, late: readonly ServiceStatus[], timeoutMs: number): string {
  const states = late.map(describeService);
  const { health } = outcome;
  if (late.length === 0 && health !== null) states.push(`its health check is ${health.state}${colon(health.message)}`);
  const what = states.length === 0 ? 'it is not ready' : states.join('; ');
  return outcome.result === 'deadline' ? `${what}, after ${timeoutMs} ms` : what;
}

function describeService({ name, state, message, restarts, lastExit }: ServiceStatus): string {
  const again = restarts === 0 ? '' : `, restarted ${restarts} times`;
  const end = lastExit === null || message !== '' ? '' : `, it last ${describeExit(lastExit)}`;
  return `${name} is ${state}${colon(message)}${again}${end}`;
}

function colon(message: string): string {
  return message === '' ? '' : `: ${message}`;
}

function probed(what: string, probe: Probe | null): readonly string[] {
  return probe === null ? [] : [`${what} is probed at ${describeCheck(probe.check)} every ${probe.intervalMs} ms`];
}
