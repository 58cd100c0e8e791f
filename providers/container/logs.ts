import type { AbortSignal, LogLine, LogOptions, UnitRef } from '../../model/provider.ts';
import type { Host } from './host.ts';
import { loggedServices } from './log-files.ts';
import { mergeLogLines } from './log-lines.ts';
import { requireContainer } from './machine.ts';
import { lastOf, openServiceLog, type ServiceLog } from './service-log.ts';

/** How often the files are looked at while following. */
const LOOK_MS = 150;

/**
 * What is kept first, then, following, what is added; lines of all services in one order by time. A follower goes over
 * to the container that takes the place of the unit's present one.
 */
export async function* readLogs(host: Host, unit: UnitRef, options: LogOptions): AsyncGenerator<LogLine> {
  let id = requireContainer(host, unit).id;
  let logs = new UnitLogs(host.containers.paths(id).logs, unit.unit, options);
  try {
    yield* lastOf(mergeLogLines(logs.all().map((log) => log.kept(options.tail))), options.tail);
    while (options.follow && !options.signal.aborted) {
      await pause(options.signal);
      yield* mergeLogLines(logs.all().map((log) => log.added()));
      const successor = host.containers.find(unit)?.id ?? id;
      if (successor === id) continue;
      logs.close();
      id = successor;
      logs = new UnitLogs(host.containers.paths(id).logs, unit.unit, options);
    }
  } finally {
    logs.close();
  }
}

/** The logs in a container's directory that are asked for, opened as they appear. */
class UnitLogs {
  readonly #directory: string;
  readonly #unit: string;
  readonly #options: LogOptions;
  readonly #logs = new Map<string, ServiceLog>();

  constructor(directory: string, unit: string, options: LogOptions) {
    this.#directory = directory;
    this.#unit = unit;
    this.#options = options;
  }

  all(): readonly ServiceLog[] {
    for (const service of loggedServices(this.#directory)) {
      if (this.#logs.has(service) || !isWanted(service, this.#options)) continue;
      this.#logs.set(service, openServiceLog(this.#directory, { unit: this.#unit, service }));
    }
    return [...this.#logs.values()];
  }

  close(): void {
    for (const log of this.#logs.values()) log.close();
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
