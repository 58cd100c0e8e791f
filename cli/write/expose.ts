import type { Command } from '@commander-js/extra-typings';
import type { Edit } from '../../model/edit.ts';
import { parseExposure } from './assignment.ts';
import { changeFile } from './change-file.ts';
import { withChange } from './options.ts';
import type { WriteShell } from './shell.ts';

/** `cantrip expose lb http=8080`. */
export function define(command: Command, shell: WriteShell): void {
  withChange(
    command
      .argument('<application>', 'the application')
      .argument('<ports...>', "PORT=HOSTPORT: the charm's port by name, and the host's, with an address if not all"),
  )
    .addHelpText('after', HELP)
    .action(
      shell.action(async (application, ports, options) => {
        const edits = ports.map((text): Edit => ({ kind: 'expose.set', application, ...parseExposure(text) }));
        return changeFile(shell, { verb: 'expose', edits: () => edits }, options);
      }),
    );
}

const HELP = `
Examples:
  cantrip expose lb http=8080
  cantrip expose lb http=127.0.0.1:8080      reachable from this host only`;
