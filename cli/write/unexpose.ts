import type { Command } from '@commander-js/extra-typings';
import type { Edit } from '../../model/edit.ts';
import { didYouMean } from '../../model/suggest.ts';
import { UsageError } from '../output/fault.ts';
import { type Charms, changeFile } from './change-file.ts';
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
        const check = (charms: Charms): void => checkPorts(application, ports, charms);
        return changeFile(shell, { verb: 'unexpose', edits: () => edits, check }, options);
      }),
    );
}

const HELP = `
Examples:
  cantrip unexpose lb            all its ports
  cantrip unexpose lb http       one of them`;

function checkPorts(application: string, ports: readonly string[], charms: Charms): void {
  const known = charms.get(application)?.metadata.ports ?? [];
  const stranger = ports.find((port) => !known.includes(port));
  if (stranger === undefined) return;
  const hint = known.length === 0 ? 'it has none' : `it has ${known.join(', ')}`;
  throw new UsageError(`${application} has no port "${stranger}"`, didYouMean(stranger, known) ?? hint);
}
