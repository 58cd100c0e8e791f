import type { Failure, Outcome } from '../../controller/apply/outcome.ts';
import { status } from '../../engine/status.ts';
import { EXIT, type ExitStatus } from '../output/exit-status.ts';
import { routeUrl, unitTable } from '../output/status-table.ts';
import { count, duration, harmless } from '../output/text.ts';
import { complain } from '../read/complain.ts';
import { describeStorage } from './data.ts';
import { outcomeJson } from './outcome-json.ts';
import type { WriteShell } from './shell.ts';

/** What to say at the end, beside what the outcome tells. */
export interface Ending {
  /** How to go on when it did not get through. */
  readonly undone: string;
}

interface Ended extends Ending {
  readonly environment: string;
  readonly mode: 'up' | 'down';
  readonly durationMs: number;
  /** The result goes to standard output as JSON; what is told goes to standard error all the same. */
  readonly json: boolean;
  /** What the file would be if it were as the user typed it: for the caret. */
  readonly source: { readonly file: string; readonly text: string };
}

/** Tells how a verb ended, and gives its exit status. */
export function tellOutcome(shell: WriteShell, outcome: Outcome, ended: Ended): ExitStatus {
  if (!ended.json) return tell(shell, outcome, ended);
  const exit = tell({ ...shell, terminal: { ...shell.terminal, out: () => {} } }, outcome, ended);
  shell.terminal.out(JSON.stringify(outcomeJson(outcome, ended), null, 2));
  return exit;
}

function tell(shell: WriteShell, outcome: Outcome, ended: Ended): ExitStatus {
  const { terminal } = shell;
  complain(shell, outcome.diagnostics, new Map([[ended.source.file, ended.source.text]]));
  switch (outcome.kind) {
    case 'refused':
      terminal.err('nothing was done');
      return EXIT.wrongUse;
    case 'done':
      tellDone(shell, outcome, ended);
      return EXIT.done;
    case 'interrupted':
      terminal.err(`interrupted after ${count(outcome.performed, 'operation')}: ${ended.undone}`);
      return EXIT.interrupted;
    case 'failed':
    case 'deadline':
      tellUndone(shell, outcome, ended);
      return EXIT.failed;
  }
}

function tellDone({ terminal }: WriteShell, outcome: Outcome, ended: Ended): void {
  const { environment, mode, durationMs } = ended;
  const { performed, remaining, situation, forgotten } = outcome;
  if (performed === 0) {
    terminal.out(`${environment}: no changes`);
  } else {
    terminal.err(`${environment}: ${count(performed, 'operation')} in ${duration(durationMs)}`);
    if (mode === 'up' && situation?.desired) tellReached(terminal, situation.desired, situation.observed);
    if (mode === 'down') terminal.out(`${environment} is down${forgotten ? '' : '; its data is kept'}`);
  }
  tellWaiting(terminal, outcome);
  const kept = (remaining?.retained ?? []).map((storage) => `  ${describeStorage(storage)}`);
  if (kept.length === 0) return;
  if (mode === 'up') terminal.err('kept, though nothing uses it:', ...kept, '  cantrip up --yes removes it');
  else terminal.err(...kept, `  cantrip up brings it back, cantrip down -e ${environment} --yes removes it`);
}

function tellReached(
  terminal: WriteShell['terminal'],
  desired: Parameters<typeof status>[0],
  observed: Parameters<typeof status>[1],
): void {
  const report = status(desired, observed);
  const table = unitTable(report.units, terminal.style);
  const urls = report.routes.map((route) => `${route.application}: ${terminal.style.bold(routeUrl(route))}`);
  terminal.out(...table, ...urls);
}

function tellWaiting({ err, errorStyle }: WriteShell['terminal'], { remaining }: Outcome): void {
  for (const { target, message } of remaining?.waiting ?? []) {
    err(`${errorStyle.yellow('waiting')}: ${target} waits ${harmless(message)}`);
  }
}

function tellUndone({ terminal }: WriteShell, outcome: Outcome, { undone, environment }: Ended): void {
  const { err, errorStyle } = terminal;
  for (const failure of outcome.failures) err(...describeFailure(failure, errorStyle));
  if (outcome.kind === 'deadline') err(`${environment}: the world did not answer in time`);
  tellWaiting(terminal, outcome);
  err(`${count(outcome.performed, 'operation')} done: ${undone}`);
}

function describeFailure(failure: Failure, style: WriteShell['terminal']['errorStyle']): string[] {
  const { message, detail, hint } = failure;
  return [
    `${style.red('failed')}: ${harmless(message)}`,
    ...detail.map((line) => `  ${style.dim(harmless(line))}`),
    ...(hint === null ? [] : [`  ${style.cyan('hint:')} ${harmless(hint)}`]),
  ];
}
