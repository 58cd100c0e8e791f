import type { Command } from '@commander-js/extra-typings';
import { prepare } from '../../controller/read/prepare.ts';
import { hasErrors } from '../../model/diagnostic.ts';
import { isEmptyPlan, type Plan } from '../../model/plan.ts';
import { planJson } from '../../model/plan-json.ts';
import { type Painter, renderPlan } from '../../model/render-plan.ts';
import { EXIT, type ExitStatus } from '../output/exit-status.ts';
import type { Style } from '../output/style.ts';
import { complain } from './complain.ts';
import { foreseePlan } from './foresight.ts';
import { warnWithoutRights } from './rights.ts';
import type { ReadShell } from './shell.ts';
import { type FoundSource, findSource, showPath, withSource } from './source.ts';

/** `cantrip plan`: what `up` would do. */
export function define(command: Command, shell: ReadShell): void {
  withSource(command.argument('[file]', 'the environment file'))
    .option('--json', 'print the plan as JSON')
    .option('--exit-code', `exit with ${EXIT.changesPending} when there is something to do`)
    .option('--adopt', 'as if the environment were made from this file')
    .addHelpText('after', HELP)
    .action(
      shell.action(async (file, options) => {
        warnWithoutRights(shell);
        const source = await findSource(shell, options, file);
        const plan = await planOfUp(shell, source, options.adopt === true);
        if (plan === null) return EXIT.wrongUse;
        showPlan(shell, plan, options);
        return options.exitCode && !isEmptyPlan(plan) ? EXIT.changesPending : EXIT.done;
      }),
    );
}

const HELP = `
Examples:
  cantrip plan
  cantrip plan --exit-code > /dev/null || echo "something would change"
  cantrip plan --json`;

/** What `up` would do from here. Tells what is wrong with the file; null when that forbids a plan. */
export async function planOfUp(shell: ReadShell, source: FoundSource, adopt: boolean): Promise<Plan | null> {
  const context = await shell.context();
  const situation = await prepare(context, shell.state, { environment: source.name, source, mode: 'up', adopt });
  complain(shell, situation.diagnostics);
  if (hasErrors(situation.diagnostics)) return null;
  const environment = situation.declared.environment?.name ?? '';
  return foreseePlan(context, situation, { environment, file: source.file, mode: 'up', data: 'keep' });
}

/** Prints a plan: as text, with the file as the user would name it, or as JSON. */
export function showPlan(shell: ReadShell, plan: Plan | null, { json }: { json?: true | undefined }): ExitStatus {
  const { terminal } = shell;
  if (plan === null) return EXIT.done;
  if (json) terminal.out(JSON.stringify(planJson(plan), null, 2));
  else terminal.out(...renderPlan(nearby(shell, plan), painterOf(terminal.style)));
  return EXIT.done;
}

function nearby(shell: ReadShell, plan: Plan): Plan {
  const operations = plan.operations.map((operation) => {
    const { text, place } = operation.cause;
    return place === null
      ? operation
      : { ...operation, cause: { text, place: { ...place, file: showPath(shell, place.file) } } };
  });
  return { ...plan, operations };
}

function painterOf(style: Style): Painter {
  const signs = { '+': style.green, '~': style.yellow, '-': style.red, '>': style.cyan };
  return { heading: style.bold, sign: (sign, text) => signs[sign](text), dim: style.dim };
}
