import type { Command } from '@commander-js/extra-typings';
import { parse } from '../../controller/read/declare.ts';
import { EXIT } from '../output/exit-status.ts';
import { planOfUp, showPlan } from '../read/plan.ts';
import { type FoundSource, findSource, showPath } from '../read/source.ts';
import { converge } from './converge.ts';
import { withChange } from './options.ts';
import type { WriteShell } from './shell.ts';

/** `cantrip up`. */
export function define(command: Command, shell: WriteShell): void {
  withChange(command.argument('[file]', 'the environment file'))
    .addHelpText('after', HELP)
    .action(
      shell.action(async (file, options) => {
        if (!options.dryRun) shell.requireRoot('up');
        const source = await findSource(shell, options, file);
        if (options.dryRun) {
          const plan = await planOfUp(shell, source, options.adopt === true);
          return plan === null ? EXIT.wrongUse : showPlan(shell, plan, options);
        }
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
