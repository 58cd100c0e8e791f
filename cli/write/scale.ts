import type { Command } from '@commander-js/extra-typings';
import type { Edit } from '../../model/edit.ts';
import type { Environment } from '../../model/environment.ts';
import { MAX_UNITS } from '../../model/environment-application.ts';
import { didYouMean } from '../../model/suggest.ts';
import { UsageError } from '../output/fault.ts';
import { changeFile } from './change-file.ts';
import { withChange } from './options.ts';
import type { WriteShell } from './shell.ts';

/** `cantrip scale web 5`, `web=5`, `web=+2`, several at once. */
export function define(command: Command, shell: WriteShell): void {
  withChange(command.argument('<scales...>', 'APPLICATION NUMBER, or APPLICATION=NUMBER for each of several'))
    .addHelpText('after', HELP)
    .action(
      shell.action(async (words, options) => {
        const scales = readScales(words);
        const edits = (environment: Environment): Edit[] => scales.map((scale) => editOf(scale, environment));
        return changeFile(shell, { verb: 'scale', edits, mayLoseData: true }, options);
      }),
    );
}

const HELP = `
Examples:
  cantrip scale web 5            five units
  cantrip scale web=+2           two more
  cantrip scale web=5 lb=2       several applications at once`;

interface Scale {
  readonly application: string;
  /** `+2` and `-1` count from what the file says now. */
  readonly number: string;
}

/** Pairs of words, or words with `=`. */
export function readScales(words: readonly string[]): readonly Scale[] {
  const [application = '', number, ...rest] = words;
  if (words.length === 2 && number !== undefined && rest.length === 0 && !words.some((word) => word.includes('='))) {
    return [readScale(application, number)];
  }
  return words.map((word) => {
    const at = word.indexOf('=');
    if (at < 1) throw new UsageError(`how many units should ${word} have?`, `for example ${word}=3`);
    return readScale(word.slice(0, at), word.slice(at + 1));
  });
}

function readScale(application: string, number: string): Scale {
  if (/^[+-]?\d{1,9}$/.test(number)) return { application, number };
  throw new UsageError(`${JSON.stringify(number)} is not a number of units`, `for example ${application}=3`);
}

function editOf({ application, number }: Scale, environment: Environment): Edit {
  const known = environment.applications.map((one) => one.name);
  const present = environment.applications.find((one) => one.name === application)?.units;
  if (present === undefined) {
    throw new UsageError(`there is no application "${application}"`, didYouMean(application, known));
  }
  const units = /^[+-]/.test(number) ? present + Number(number) : Number(number);
  if (units >= 0 && units <= MAX_UNITS) return { kind: 'units.set', application, units };
  throw new UsageError(
    `${application} cannot have ${units} units`,
    `it has ${present} now; 0 to ${MAX_UNITS} are possible`,
  );
}
