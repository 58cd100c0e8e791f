import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Command } from '@commander-js/extra-typings';
import { openProviders } from '../../controller/read/observe.ts';
import { prepare } from '../../controller/read/prepare.ts';
import { byUnit, unitParts } from '../../model/names.ts';
import type { LogLine, LogOptions, ProviderReader } from '../../model/provider.ts';
import { didYouMean } from '../../model/suggest.ts';
import { EXIT, type ExitStatus } from '../output/exit-status.ts';
import { UsageError } from '../output/fault.ts';
import { logPrinter } from '../output/log-line.ts';
import { asTheyCome, inOrder } from './merge.ts';
import { warnWithoutRights } from './rights.ts';
import type { ReadShell } from './shell.ts';
import { findSource } from './source.ts';

/** `cantrip logs web -f`. */
export function define(command: Command, shell: ReadShell): void {
  command
    .argument('[targets...]', 'units and applications; all when left out')
    .option('-f, --file [file]', 'the environment file; without a file: go on until Ctrl-C')
    .option('--follow', 'go on until Ctrl-C')
    .option('-e, --environment <name>', 'an environment that was deployed from this host, from any folder')
    .option('-n, --tail <lines>', 'so many of the last lines of each unit (following: 10)', readTail)
    .option('-s, --service <name...>', 'only these services')
    .option('--json', 'print each line as JSON')
    .addHelpText('after', HELP)
    .action(shell.action(async (targets, options) => showLogs(shell, readRequest(shell, targets, options))));
}

const HELP = `
Examples:
  cantrip logs                      everything that is kept
  cantrip logs web -f               both units of web, as they write
  cantrip logs db/0 -n 50 --service postgresql`;

function readTail(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new UsageError(`${JSON.stringify(text)} is not a number of lines`, 'for example -n 50');
}

interface LogsOptions {
  readonly file?: string | true | undefined;
  readonly follow?: true | undefined;
  readonly environment?: string | undefined;
  readonly tail?: number | undefined;
  readonly service?: readonly string[] | undefined;
  readonly json?: true | undefined;
}

interface LogsRequest extends Omit<LogsOptions, 'file' | 'follow'> {
  readonly targets: readonly string[];
  readonly file: string | undefined;
  readonly follow: boolean;
}

/** `-f` means the file, as everywhere, when a file follows it; else it means what it does for `tail`. */
function readRequest(shell: ReadShell, targets: readonly string[], options: LogsOptions): LogsRequest {
  const { file, follow } = options;
  if (file === undefined) return { ...options, targets, file, follow: follow === true };
  if (file === true) return { ...options, targets, file: undefined, follow: true };
  const isFile = /\.ya?ml$/.test(file) || existsSync(resolve(shell.directory, file));
  if (isFile) return { ...options, targets, file, follow: follow === true };
  return { ...options, targets: [file, ...targets], file: undefined, follow: true };
}

/** Following without a number of lines begins with so many. */
const FOLLOW_TAIL = 10;

async function showLogs(shell: ReadShell, request: LogsRequest): Promise<ExitStatus> {
  const { targets, file, environment: name, tail, service, json, follow } = request;
  warnWithoutRights(shell);
  const source = await findSource(shell, { file, environment: name, nameOnly: true });
  const context = await shell.context();
  const prepared = { environment: source.name, source, mode: 'down', adopt: true } as const;
  const situation = await prepare(context, shell.state, prepared);
  const environment = source.name ?? situation.declared.environment?.name ?? '';
  const machines = Object.entries(situation.observed.providers).flatMap(([kind, seen]) =>
    seen.machines.map(({ unit }) => ({ kind, unit })),
  );
  const declared = situation.declared.environment?.applications.map(({ name }) => name) ?? [];
  const chosen = choose(machines, targets, declared);
  const providers = await openProviders(context.providers, [...new Set(chosen.map(({ kind }) => kind))]);
  const signal = stopSignal(shell, follow);
  const options: LogOptions = { services: service ?? [], tail: tail ?? (follow ? FOLLOW_TAIL : null), follow, signal };
  const logs = chosen.map(({ kind, unit }) =>
    (providers.get(kind) as ProviderReader).logs({ environment, unit }, options),
  );
  const print = json ? (line: LogLine) => JSON.stringify(line) : logPrinter(shell.terminal.style, chosen);
  for await (const line of follow ? asTheyCome(logs) : inOrder(logs)) {
    if (shell.terminal.closed.aborted) break;
    shell.terminal.out(print(line));
  }
  return EXIT.done;
}

interface UnitOn {
  readonly kind: string;
  readonly unit: string;
}

function choose(
  machines: readonly UnitOn[],
  targets: readonly string[],
  declared: readonly string[],
): readonly UnitOn[] {
  const known = machines.flatMap(({ unit }) => [unit, unitParts(unit).application]);
  const stranger = targets.find((target) => !known.includes(target));
  if (stranger !== undefined && declared.includes(stranger)) {
    throw new UsageError(`${stranger} has no units now`, 'cantrip status says what runs');
  }
  if (stranger !== undefined) {
    const hint = known.length === 0 ? 'nothing runs: cantrip up' : `there are ${[...new Set(known)].sort().join(', ')}`;
    throw new UsageError(`there is no unit or application ${stranger}`, didYouMean(stranger, known) ?? hint);
  }
  return machines
    .filter(
      ({ unit }) => targets.length === 0 || [unit, unitParts(unit).application].some((one) => targets.includes(one)),
    )
    .sort((a, b) => byUnit(a.unit, b.unit));
}

/** Following ends with Ctrl-C, or when nobody reads any more. */
function stopSignal({ interruptible, terminal }: ReadShell, follow: boolean): AbortSignal {
  return follow ? AbortSignal.any([interruptible(), terminal.closed]) : terminal.closed;
}
