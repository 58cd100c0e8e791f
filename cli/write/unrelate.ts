import type { Command } from '@commander-js/extra-typings';
import { changeFile } from './change-file.ts';
import { withChange } from './options.ts';
import { readEnd } from './relate.ts';
import type { WriteShell } from './shell.ts';

/** `cantrip unrelate web db`. */
export function define(command: Command, shell: WriteShell): void {
  withChange(
    command
      .argument('<one>', 'APPLICATION or APPLICATION:ENDPOINT')
      .argument('<other>', 'APPLICATION or APPLICATION:ENDPOINT'),
  )
    .addHelpText('after', HELP)
    .action(
      shell.action(async (one, other, options) => {
        const ends = [readEnd(one), readEnd(other)] as const;
        return changeFile(shell, { verb: 'unrelate', edits: () => [{ kind: 'relation.remove', ends }] }, options);
      }),
    );
}

const HELP = `
Example:
  cantrip unrelate web db`;
