import type { Command } from '@commander-js/extra-typings';
import { parse } from '../../controller/read/declare.ts';
import { prepare } from '../../controller/read/prepare.ts';
import { EXIT, type ExitStatus } from '../output/exit-status.ts';
import { UsageError } from '../output/fault.ts';
import { complain } from '../read/complain.ts';
import { foreseePlan } from '../read/foresight.ts';
import { showPlan } from '../read/plan.ts';
import { type FoundSource, findSource } from '../read/source.ts';
import { converge } from './converge.ts';
import { decideData } from './data.ts';
import { type ChangeOptions, withChange } from './options.ts';
import type { WriteShell } from './shell.ts';

/** `cantrip down`. */
export function define(command: Command, shell: WriteShell): void {
  withChange(command.argument('[file]', 'the environment file'))
    .addHelpText('after', HELP)
    .action(
      shell.action(async (file, options) =>
        takeDown(shell, await findSource(shell, { ...options, nameOnly: true }, file), options),
      ),
    );
}

const HELP = `
Examples:
  cantrip down                   asks before data is removed
  cantrip down --keep-data       a later up finds its data again
  cantrip down -e shop --yes     from any folder, with its data, without being asked`;

async function takeDown(shell: WriteShell, source: FoundSource, options: ChangeOptions): Promise<ExitStatus> {
  if (!options.dryRun) shell.requireRoot('down');
  const context = await shell.context();
  const environment = source.name ?? parse(context, source).environment?.name ?? '';
  if (environment === '') throw new UsageError('the file does not name its environment', 'give the name: -e NAME');
  const request = { environment, source, mode: 'down', adopt: options.adopt === true } as const;
  const situation = await prepare(context, shell.state, request);
  complain(shell, situation.diagnostics);
  if (situation.desired === null) return EXIT.wrongUse;
  const plan = foreseePlan(context, situation, { environment, file: source.file, mode: 'down', data: 'keep' });
  if (options.dryRun) return showPlan(shell, plan, options);
  const data = await decideData(shell, plan?.retained ?? [], options);
  if (data === null) return EXIT.failed;
  const ending = { undone: `cantrip down -e ${environment} goes on from here` };
  return converge(shell, { verb: 'down', environment, source, mode: 'down', data, options, ending });
}
