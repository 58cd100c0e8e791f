import type { Command } from '@commander-js/extra-typings';
import { prepare } from '../../controller/read/prepare.ts';
import type { Situation } from '../../controller/read/situation.ts';
import { parseUnitName } from '../../model/names.ts';
import { didYouMean } from '../../model/suggest.ts';
import { UsageError } from '../output/fault.ts';
import { findSource, withSource } from '../read/source.ts';
import type { WriteShell } from './shell.ts';

/** `cantrip exec web/0 -- command`. */
export function define(command: Command, shell: WriteShell): void {
  withSource(command.argument('<unit>', 'for example web/0').argument('[command...]', 'what to run (else a shell)'))
    .option('-u, --user <user>', 'as whom (else root)')
    .option('-C, --directory <path>', 'where (else /)')
    .option('--variable <name=value>', 'an environment variable; may be given several times', collectVariables, {})
    .option('-T, --no-terminal', 'do not give the command a terminal')
    .showHelpAfterError('the command and its options stand after --: cantrip exec web/0 -- ls -l')
    .addHelpText('after', HELP)
    .action(
      shell.action(async (unit, words, options) => {
        shell.requireRoot('exec');
        const source = await findSource(shell, { ...options, nameOnly: true });
        const context = await shell.context();
        const request = { environment: source.name, source, mode: 'down', adopt: true } as const;
        const situation = await prepare(context, shell.state, request);
        const environment = source.name ?? situation.declared.environment?.name ?? '';
        const provider = await shell.provider(findUnit(situation, unit));
        return provider.exec(
          { environment, unit },
          {
            command: words.length === 0 ? ['/bin/sh'] : words,
            tty: options.terminal && shell.terminal.isInputTerminal && shell.terminal.isTerminal,
            user: options.user ?? null,
            directory: options.directory ?? null,
            environment: options.variable,
          },
        );
      }),
    );
}

const HELP = `
Examples:
  cantrip exec web/0                       a shell
  cantrip exec web/0 -- node --version
  cantrip exec db/0 -u postgres -- psql -c 'select 1'`;

function collectVariables(text: string, before: Record<string, string>): Record<string, string> {
  const at = text.indexOf('=');
  if (at < 1) throw new UsageError(`${JSON.stringify(text)} sets no variable`, 'for example --variable LANG=C.UTF-8');
  return { ...before, [text.slice(0, at)]: text.slice(at + 1) };
}

/** The kind of provider a unit runs on. */
function findUnit({ observed }: Situation, unit: string): string {
  const machines = Object.entries(observed.providers).flatMap(([kind, seen]) =>
    seen.machines.map((machine) => ({ kind, unit: machine.unit })),
  );
  const found = machines.find((machine) => machine.unit === unit);
  if (found !== undefined) return found.kind;
  const known = machines.map((machine) => machine.unit);
  if (parseUnitName(unit) === null) throw new UsageError(`${JSON.stringify(unit)} is not a unit`, 'for example web/0');
  const hint = known.length === 0 ? 'none runs: cantrip up' : `there are ${known.join(', ')}`;
  throw new UsageError(`there is no unit ${unit}`, didYouMean(unit, known) ?? hint);
}
