import type { Command } from '@commander-js/extra-typings';
import { prepare } from '../../controller/read/prepare.ts';
import type { LockHolder } from '../../controller/read/records.ts';
import type { Situation } from '../../controller/read/situation.ts';
import { status } from '../../engine/status.ts';
import type { Desired } from '../../model/desired.ts';
import { sortedBy } from '../../model/order.ts';
import type { StatusReport } from '../../model/status.ts';
import { EXIT, type ExitStatus } from '../output/exit-status.ts';
import {
  applicationTable,
  relationTable,
  routeTable,
  type StoredOn,
  storageTable,
  unitTable,
} from '../output/status-table.ts';
import { renderTable } from '../output/table.ts';
import { duration } from '../output/text.ts';
import { complain } from './complain.ts';
import { warnWithoutRights } from './rights.ts';
import type { ReadShell } from './shell.ts';
import { type FoundSource, findSource, showPath, withSource } from './source.ts';

/** `cantrip status`. */
export function define(command: Command, shell: ReadShell): void {
  withSource(command.argument('[file]', 'the environment file'))
    .option('--relations', 'show the relations, too')
    .option('--storage', 'show the storage, too')
    .option('--json', 'print everything as JSON')
    .addHelpText('after', HELP)
    .action(shell.action(async (file, options) => showStatus(shell, await findSource(shell, options, file), options)));
}

const HELP = `
Examples:
  cantrip status
  cantrip status -e shop --relations --storage
  cantrip status --json | jq -r '.units[] | select(.status.kind != "active") | .name'`;

interface StatusOptions {
  readonly relations?: true | undefined;
  readonly storage?: true | undefined;
  readonly json?: true | undefined;
}

async function showStatus(shell: ReadShell, source: FoundSource, options: StatusOptions): Promise<ExitStatus> {
  warnWithoutRights(shell);
  const situation = await understand(shell, source);
  const { desired } = situation;
  if (desired === null) return EXIT.wrongUse;
  const report = status(desired, situation.observed);
  const storage = storageOf(desired, situation);
  const holder = await shell.state.holder(report.environment);
  const { terminal } = shell;
  if (options.json) {
    terminal.out(JSON.stringify({ version: 1, ...report, storage, holder }, null, 2));
    return EXIT.done;
  }
  const lines = [
    ...header(shell, report),
    ...applicationTable(report.applications, terminal.style),
    ...unitTable(report.units, terminal.style),
    ...(options.relations ? relationTable(report) : []),
    ...(options.storage ? storageTable(storage) : []),
    ...routeTable(report.routes),
  ];
  if (report.units.length === 0) terminal.err(`environment "${report.environment}" is empty: cantrip up fills it`);
  terminal.out(...lines.slice(0, -1));
  if (holder !== null) terminal.err(atWork(holder, shell.nowMs()));
  return EXIT.done;
}

/** The file against the world; when the file has errors, what was applied last against the world. */
async function understand(shell: ReadShell, source: FoundSource): Promise<Situation> {
  const context = await shell.context();
  const request = { environment: source.name, source, mode: 'up', adopt: true } as const;
  const situation = await prepare(context, shell.state, request);
  complain(shell, situation.diagnostics);
  const applied = situation.stored?.definition;
  if (situation.desired !== null || applied == null) return situation;
  shell.terminal.err('showing what was applied last, because the file has errors');
  return prepare(context, shell.state, { ...request, source: { file: applied.file, text: applied.text } });
}

function header(shell: ReadShell, { environment, file, applications }: StatusReport): string[] {
  const providers = [...new Set(applications.map(({ provider }) => provider))].sort().join(',');
  const columns = ['Environment', 'Provider', 'File', 'Timestamp'].map((title) => ({ title }));
  return [...renderTable(columns, [[environment, providers, showPath(shell, file), timestamp(shell.nowMs())]]), ''];
}

/** `14:02:11+01:00`, the user's time. */
function timestamp(nowMs: number): string {
  const now = new Date(nowMs);
  const two = (number: number): string => String(Math.trunc(Math.abs(number))).padStart(2, '0');
  const offset = -now.getTimezoneOffset();
  const zone = `${offset < 0 ? '-' : '+'}${two(offset / 60)}:${two(offset % 60)}`;
  return `${two(now.getHours())}:${two(now.getMinutes())}:${two(now.getSeconds())}${zone}`;
}

function storageOf({ units }: Desired, { observed }: Situation): readonly StoredOn[] {
  const used = new Set(
    units.flatMap(({ provider, machine }) => machine.storage.map((storage) => `${provider} ${storage.id}`)),
  );
  const all = Object.entries(observed.providers).flatMap(([provider, seen]) =>
    seen.storage.map((storage) => ({ provider, storage, used: used.has(`${provider} ${storage.id}`) })),
  );
  return sortedBy(all, ({ storage }) => storage.id);
}

function atWork({ verb, who, pid, sinceMs }: LockHolder, nowMs: number): string {
  return `cantrip ${verb} of ${who} (pid ${pid}) has been at work for ${duration(nowMs - sinceMs)}`;
}
