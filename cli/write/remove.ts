import type { Command } from '@commander-js/extra-typings';
import type { Edit } from '../../model/edit.ts';
import { changeFile } from './change-file.ts';
import { withChange } from './options.ts';
import type { WriteShell } from './shell.ts';

/** `cantrip remove web`. */
export function define(command: Command, shell: WriteShell): void {
  withChange(command.argument('<applications...>', 'applications to remove, with their relations'))
    .addHelpText('after', HELP)
    .action(
      shell.action(async (applications, options) => {
        const edits = applications.map((name): Edit => ({ kind: 'application.remove', name }));
        return changeFile(shell, { verb: 'remove', edits: () => edits, mayLoseData: true }, options);
      }),
    );
}

const HELP = `
Examples:
  cantrip remove lb
  cantrip remove db --yes        its data too, without being asked`;
