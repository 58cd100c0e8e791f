import type { Command } from '@commander-js/extra-typings';
import type { Edit } from '../../model/edit.ts';
import { changeFile } from './change-file.ts';
import { withChange } from './options.ts';
import type { WriteShell } from './shell.ts';

/** `cantrip unexpose lb`, `cantrip unexpose lb http`. */
export function define(command: Command, shell: WriteShell): void {
  withChange(
    command.argument('<application>', 'the application').argument('[ports...]', "the charm's ports; all when left out"),
  )
    .addHelpText('after', HELP)
    .action(
      shell.action(async (application, ports, options) => {
        const named = ports.length === 0 ? [null] : ports;
        const edits = named.map((port): Edit => ({ kind: 'expose.remove', application, port }));
        return changeFile(shell, { verb: 'unexpose', edits: () => edits }, options);
      }),
    );
}

const HELP = `
Examples:
  cantrip unexpose lb            all its ports
  cantrip unexpose lb http       one of them`;
