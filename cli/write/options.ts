import type { Command, OptionValues } from '@commander-js/extra-typings';
import { withSource } from '../read/source.ts';

/** What every verb that changes the world understands. */
export interface ChangeOptions extends OptionValues {
  readonly file?: string | undefined;
  readonly environment?: string | undefined;
  readonly dryRun?: true | undefined;
  readonly yes?: true | undefined;
  readonly keepData?: true | undefined;
  readonly adopt?: true | undefined;
  readonly json?: true | undefined;
  readonly wait: boolean;
}

/** Adds `-f`, `-e`, `--dry-run`, `--yes`, `--keep-data`, `--adopt`, `--no-wait` and `--json`. */
export function withChange<A extends unknown[], O extends OptionValues>(command: Command<A, O>) {
  const extended = withSource(command)
    .option('--dry-run', 'show what would change, in the file and in the world, and change nothing')
    .option('-y, --yes', 'agree to the removal of data that nothing uses any more')
    .option('--keep-data', 'keep such data without asking')
    .option('--adopt', 'take over an environment of this name that was made from another file')
    .option('--no-wait', 'fail when another command is at work on the environment, instead of waiting for it')
    .option('--json', 'print the result as JSON; progress stays on standard error');
  // The type that the library infers is the same and too long for the compiler to write down.
  return extended as unknown as Command<A, O & ChangeOptions>;
}

/** Collects the values of an option that may be given several times. */
export function collect(value: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), value];
}
