import type { ExposeSpec } from '../../model/environment.ts';
import type { Observed, ObservedHost } from '../../model/observed.ts';
import { sortedEntries } from '../../model/order.ts';
import type { EngineReport } from '../report.ts';
import type { Application } from './application.ts';
import { placeOf } from './place-of.ts';

/** Ports of the host that somebody else has. Who has them is named, so that the user need not search. */
export function checkHostPorts(
  applications: ReadonlyMap<string, Application>,
  observed: Observed,
  report: EngineReport,
): void {
  for (const { spec, traits } of applications.values()) {
    const host = observed.providers[spec.provider]?.host;
    if (!traits.routes || host === undefined) continue;
    for (const [name, expose] of sortedEntries(spec.expose)) {
      const holder = holderOf(expose, host);
      if (holder === null) continue;
      const message = `port ${expose.port} of the host is taken: ${holder} has it`;
      report.error('E2301', placeOf(spec, 'expose', name), message, 'choose another port, or free this one');
    }
  }
}

function holderOf({ port, address }: ExposeSpec, host: ObservedHost): string | null {
  const found = host.portsInUse.find((used) => used.port === port && overlaps(used.address, address));
  return found?.holder ?? null;
}

function overlaps(a: string | null, b: string | null): boolean {
  return a === b || coversAll(a) || coversAll(b);
}

function coversAll(address: string | null): boolean {
  return address === null || address === '0.0.0.0' || address === '::';
}
