import type { Command } from '@commander-js/extra-typings';
import { parse } from '../../controller/read/declare.ts';
import { prepare } from '../../controller/read/prepare.ts';
import { hasErrors } from '../../model/diagnostic.ts';
import { EXIT, type ExitStatus } from '../output/exit-status.ts';
import { complain } from '../read/complain.ts';
import { foreseePlan } from '../read/foresight.ts';
import { showPlan } from '../read/plan.ts';
import { type FoundSource, findSource, showPath } from '../read/source.ts';
import { converge } from './converge.ts';
import { type ChangeOptions, withChange } from './options.ts';
import type { WriteShell } from './shell.ts';

/** `cantrip up`. */
export function define(command: Command, shell: WriteShell): void {
  withChange(command.argument('[file]', 'the environment file'))
    .addHelpText('after', HELP)
    .action(
      shell.action(async (file, options) => {
        if (!options.dryRun) shell.requireRoot('up');
        const source = await findSource(shell, options, file);
        if (options.dryRun) return dryRun(shell, source, options);
        const environment = source.name ?? nameIn(source, await shell.context());
        const data = options.yes && !options.keepData ? 'remove' : 'keep';
        const ending = { undone: `cantrip up ${showPath(shell, source.file)} goes on from here` };
        return converge(shell, { verb: 'up', environment, source, mode: 'up', data, options, ending });
      }),
    );
}

const HELP = `
Examples:
  cantrip up                                     environment.yaml here or above
  cantrip up examples/shop/environment.yaml
  cantrip up --dry-run                           the same as cantrip plan`;

/** The name in the file. One that cannot be read is refused by the reconcile, with the reasons. */
function nameIn(source: FoundSource, context: Parameters<typeof parse>[0]): string {
  return parse(context, source).environment?.name ?? '';
}

async function dryRun(shell: WriteShell, source: FoundSource, options: ChangeOptions): Promise<ExitStatus> {
  const context = await shell.context();
  const request = { environment: source.name, source, mode: 'up', adopt: options.adopt === true } as const;
  const situation = await prepare(context, shell.state, request);
  complain(shell, situation.diagnostics);
  if (hasErrors(situation.diagnostics)) return EXIT.wrongUse;
  const environment = situation.declared.environment?.name ?? '';
  const plan = foreseePlan(context, situation, { environment, file: source.file, mode: 'up', data: 'keep' });
  return showPlan(shell, plan, options);
}
