import type { Command } from '@commander-js/extra-typings';
import type { EndpointSpec } from '../../model/charm.ts';
import { didYouMean } from '../../model/suggest.ts';
import { UsageError } from '../output/fault.ts';
import { type Charms, changeFile } from './change-file.ts';
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
        const change = {
          verb: 'unrelate',
          edits: () => [{ kind: 'relation.remove', ends }] as const,
          check: (charms: Charms) => checkEnds(charms, ends),
        };
        return changeFile(shell, change, options);
      }),
    );
}

const HELP = `
Example:
  cantrip unrelate web db`;

type End = ReturnType<typeof readEnd>;

/** A relation may stand in the file without endpoints; those the user gives must be the ones that it means. */
function checkEnds(charms: Charms, [one, other]: readonly [End, End]): void {
  const endpointsOf = ({ application }: End) => charms.get(application)?.metadata.endpoints ?? [];
  const matching = (end: End) => endpointsOf(end).filter(({ name }) => end.endpoint === null || end.endpoint === name);
  for (const [end, facing] of [
    [one, other],
    [other, one],
  ] as const) {
    if (end.endpoint === null || matching(end).some((left) => matching(facing).some((right) => fits(left, right))))
      continue;
    const known = endpointsOf(end).map(({ name }) => name);
    const message = `${end.application}:${end.endpoint} is not related to ${facing.application}`;
    throw new UsageError(
      message,
      didYouMean(end.endpoint, known) ?? `endpoints of ${end.application}: ${known.join(', ')}`,
    );
  }
}

function fits(left: EndpointSpec, right: EndpointSpec): boolean {
  return left.interface === right.interface && left.role !== right.role;
}
