import { type Command, CommanderError, Command as Commands } from '@commander-js/extra-typings';
import { didYouMean } from '../model/suggest.ts';
import { aliasesOf, resolveAlias } from './aliases.ts';
import { reportCrash } from './crash.ts';
import { EXIT, type ExitStatus } from './output/exit-status.ts';
import { foreseenFault, UsageError } from './output/fault.ts';
import { harmless } from './output/text.ts';
import { VERBS, type Verb } from './verbs.ts';
import { openShells, type Shells } from './wire.ts';

/** Runs one command line. Resolves with the exit status; every failure has been told by then. */
export async function runCommandLine(args: readonly string[], version: string): Promise<ExitStatus> {
  const shells = openShells(process);
  process.once('uncaughtException', (error) => process.exit(tell(error, shells, args)));
  try {
    const words = resolveHelp(resolveAlias(args));
    await (await program(shells, words, version)).parseAsync([...words], { from: 'user' });
    return shells.status();
  } catch (error) {
    return tell(error, shells, args);
  }
}

/** All verbs by name and summary; the one that is used, or asked about, with all its arguments. */
async function program(shells: Shells, args: readonly string[], version: string): Promise<Command> {
  const words = args.filter((arg) => !arg.startsWith('-'));
  const used = words[0] === 'help' ? words[1] : words[0];
  const top = new Commands('cantrip')
    .description('One file describes services, their relations and where they run; cantrip makes it so.')
    .usage('VERB [ARGUMENTS]')
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'show help')
    .helpCommand('help [verb]', 'show help for a verb')
    .showSuggestionAfterError()
    .showHelpAfterError('  cantrip help lists the verbs')
    .enablePositionalOptions()
    .addHelpText('after', TOP_HELP);
  for (const verb of VERBS) {
    const command = new Commands(verb.name).description(verb.summary).helpOption('-h, --help', 'show help');
    command.showHelpAfterError(`  cantrip help ${verb.name} shows how it is used`);
    if (verb.name === used) await define(verb, command, shells);
    const aliases = aliasesOf(verb.name);
    if (aliases.length > 0) command.addHelpText('after', `\nAlso understood: ${aliases.join(', ')}`);
    settle(command, shells);
    top.addCommand(command);
  }
  settle(top as Command, shells);
  if (args.length === 0) top.action(() => top.outputHelp());
  return top as Command;
}

const TOP_HELP = `
Start with an example:
  cantrip init && cantrip plan && cantrip up

Exit status: 0 done, 1 failed, 2 wrong use or invalid file, 3 changes pending, 130 interrupted.`;

/** `help VERB` in the user's word for it; a word that is none is told. */
function resolveHelp(args: readonly string[]): readonly string[] {
  const [help, word] = args;
  if (help !== 'help' || word === undefined || word.startsWith('-')) return args;
  const [verb = word] = resolveAlias([word]);
  const known = VERBS.map(({ name }) => name);
  if (known.includes(verb)) return ['help', verb];
  throw new UsageError(`unknown command '${word}'`, didYouMean(word, known) ?? 'cantrip help lists the verbs');
}

async function define(verb: Verb, command: Command, shells: Shells): Promise<void> {
  if ('reads' in verb) (await verb.reads()).define(command, shells.read());
  else (await verb.writes()).define(command, shells.write());
}

/** Errors are thrown instead of ending the process, and told in our words. */
function settle(command: Command, shells: Shells): void {
  command.exitOverride().configureOutput({
    writeOut: (text) => shells.terminal.out(text.trimEnd()),
    writeErr: (text) => shells.terminal.err(text.trimEnd()),
    outputError: (text, write) => {
      const { red, cyan } = shells.terminal.errorStyle;
      const hint = (_match: string, meant: string): string => `\n  ${cyan('hint:')} did you mean "${meant}"?`;
      write(text.replace(/^error: /, `${red('error')}: `).replace(/\n\(Did you mean (.*)\?\)/, hint));
    },
  });
}

function tell(error: unknown, shells: Shells, args: readonly string[]): ExitStatus {
  const { terminal } = shells;
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.wrongUse;
  const fault = foreseenFault(error) ?? reportCrash(error, args, shells.stateDirectory);
  terminal.err(`${terminal.errorStyle.red('error')}: ${harmless(fault.message)}`);
  terminal.err(...fault.detail.map((line) => `  ${harmless(line)}`));
  if (fault.hint !== null) terminal.err(`  ${terminal.errorStyle.cyan('hint:')} ${harmless(fault.hint)}`);
  return error instanceof UsageError ? EXIT.wrongUse : EXIT.failed;
}
