import type { Command } from '@commander-js/extra-typings';
import { parseEnd } from '../../model/environment-relation.ts';
import { UsageError } from '../output/fault.ts';
import { changeFile } from './change-file.ts';
import { withChange } from './options.ts';
import type { WriteShell } from './shell.ts';

/** `cantrip relate web db`. */
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
        return changeFile(shell, { verb: 'relate', edits: () => [{ kind: 'relation.add', ends }] }, options);
      }),
    );
}

const HELP = `
Examples:
  cantrip relate web db                      where only one pair of endpoints fits
  cantrip relate lb:backend web:http         saying which`;

/** An end of a relation as typed. */
export function readEnd(text: string) {
  const end = parseEnd(text);
  if (end !== null) return end;
  throw new UsageError(`${JSON.stringify(text)} is not an end of a relation`, 'for example web or web:database');
}
