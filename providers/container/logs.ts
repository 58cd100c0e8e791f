import type { AbortSignal, LogLine, LogOptions, UnitRef } from '../../model/provider.ts';
import type { Host } from './host.ts';
import { loggedServices } from './log-files.ts';
import { mergeLogLines } from './log-lines.ts';
import { requireContainer } from './machine.ts';
import { lastOf, openServiceLog, type ServiceLog } from './service-log.ts';

/** How often the files are looked at while following. */
const LOOK_MS = 150;

/** What is kept first, then, following, what is added; lines of all services in one order by time. */
export async function* readLogs(host: Host, unit: UnitRef, options: LogOptions): AsyncGenerator<LogLine> {
  const directory = host.containers.paths(requireContainer(host, unit).id).logs;
  const logs = new Map<string, ServiceLog>();
  const openNew = (): readonly ServiceLog[] => {
    const services = loggedServices(directory).filter((service) => isWanted(service, options));
    const fresh = services.filter((service) => !logs.has(service));
    for (const service of fresh) logs.set(service, openServiceLog(directory, { unit: unit.unit, service }));
    return [...logs.values()];
  };
  try {
    yield* lastOf(mergeLogLines(openNew().map((log) => log.kept(options.tail))), options.tail);
    while (options.follow && !options.signal.aborted) {
      await pause(options.signal);
      yield* mergeLogLines(openNew().map((log) => log.added()));
    }
  } finally {
    for (const log of logs.values()) log.close();
  }
}

/** The last lines of one service. */
export function lastLines(directory: string, service: string, tail: number): readonly LogLine[] {
  const log = openServiceLog(directory, { unit: '', service });
  try {
    return log.kept(tail);
  } finally {
    log.close();
  }
}

function isWanted(service: string, { services }: LogOptions): boolean {
  return services.length === 0 || services.includes(service);
}

function pause(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const wake = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', wake);
      resolve();
    };
    const timer = setTimeout(wake, LOOK_MS);
    signal.addEventListener('abort', wake);
  });
}
