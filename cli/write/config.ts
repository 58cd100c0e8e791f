import type { Command } from '@commander-js/extra-typings';
import { complete, parse } from '../../controller/read/declare.ts';
import { hasErrors } from '../../model/diagnostic.ts';
import type { Edit } from '../../model/edit.ts';
import { flowYaml, textYaml } from '../../model/edit-yaml-text.ts';
import type { Environment } from '../../model/environment.ts';
import type { Json, JsonObject } from '../../model/json.ts';
import { didYouMean } from '../../model/suggest.ts';
import { EXIT, type ExitStatus } from '../output/exit-status.ts';
import { UsageError } from '../output/fault.ts';
import { complain } from '../read/complain.ts';
import { findSource } from '../read/source.ts';
import { optionPath, parseAssignment, parseOptionValue } from './assignment.ts';
import { type Charms, changeFile } from './change-file.ts';
import { type ChangeOptions, collect, withChange } from './options.ts';
import type { WriteShell } from './shell.ts';

/** `cantrip config web`, `config web greeting`, `config web greeting=hello --reset colour`. */
export function define(command: Command, shell: WriteShell): void {
  withChange(
    command
      .argument('<application>', 'the application')
      .argument('[keys...]', 'KEY shows, KEY=VALUE sets; nothing shows all options')
      .option(
        '-r, --reset <key>',
        'remove it from the file, so that its default counts; may be given several times',
        collect,
      ),
  )
    .addHelpText('after', HELP)
    .action(
      shell.action(async (application, keys, options) => {
        const resets = (options.reset ?? []).flatMap((keyList) => keyList.split(','));
        const shows = keys.filter((key) => !key.includes('='));
        if (resets.length === 0 && shows.length === keys.length) {
          return showOptions(shell, { application, keys, json: options.json === true }, options);
        }
        if (shows.length > 0) throw new UsageError(`what should ${shows[0]} be?`, `for example ${shows[0]}=hello`);
        const edits = [
          ...keys.map((text): Edit => setting(application, text)),
          ...resets.map((key): Edit => ({ kind: 'option.unset', application, path: optionPath(key) })),
        ];
        const check = (charms: Charms, before: Environment): void => {
          const present = before.applications.find(({ name }) => name === application)?.options ?? {};
          const schema = charms.get(application)?.metadata.options ?? {};
          checkKeys(
            application,
            resets.map((key) => optionPath(key)[0] ?? key),
            settingsOf(schema, present),
          );
        };
        return changeFile(shell, { verb: 'config', edits: () => edits, check }, options);
      }),
    );
}

const HELP = `
Examples:
  cantrip config web                          all options, with what they are and do
  cantrip config web greeting                 one of them
  cantrip config web greeting=hello size=3
  cantrip config web --reset greeting`;

function setting(application: string, text: string): Edit {
  const { key, value } = parseAssignment(text, 'option', 'greeting=hello');
  return { kind: 'option.set', application, path: optionPath(key), value: parseOptionValue(value) };
}

interface Question {
  readonly application: string;
  readonly keys: readonly string[];
  readonly json: boolean;
}

/** One key gives its bare value; several or none a table as YAML, or JSON. */
async function showOptions(shell: WriteShell, question: Question, options: ChangeOptions): Promise<ExitStatus> {
  const { application, keys, json } = question;
  const context = await shell.context();
  const declared = await complete(context, parse(context, await findSource(shell, options)));
  const spec = declared.environment?.applications.find(({ name }) => name === application);
  const charm = declared.charms.get(application);
  if (spec === undefined || charm === undefined) {
    complain(shell, declared.diagnostics);
    if (hasErrors(declared.diagnostics)) return EXIT.wrongUse;
    const known = declared.environment?.applications.map(({ name }) => name) ?? [];
    throw new UsageError(`there is no application "${application}"`, didYouMean(application, known));
  }
  const settings = settingsOf(charm.metadata.options, spec.options);
  checkKeys(application, keys, settings);
  const chosen = Object.entries(settings).filter(([key]) => keys.length === 0 || keys.includes(key));
  const [only] = chosen;
  if (json)
    shell.terminal.out(
      JSON.stringify({ application, charm: spec.charm, settings: Object.fromEntries(chosen) }, null, 2),
    );
  else if (keys.length === 1 && only !== undefined) shell.terminal.out(bare(only[1].value));
  else shell.terminal.out(...describe(application, spec.charm, chosen));
  return EXIT.done;
}

function checkKeys(application: string, keys: readonly string[], settings: Readonly<Record<string, Setting>>): void {
  const known = Object.keys(settings);
  const stranger = keys.find((key) => !known.includes(key));
  if (stranger === undefined) return;
  const hint = known.length === 0 ? 'it has none' : `it has ${known.join(', ')}`;
  throw new UsageError(`${application} has no option "${stranger}"`, didYouMean(stranger, known) ?? hint);
}

interface Setting {
  readonly value: Json;
  readonly source: 'user' | 'default' | 'unset';
  readonly default: Json;
  readonly type: string | null;
  readonly description: string | null;
}

function settingsOf(schema: JsonObject, given: JsonObject): Readonly<Record<string, Setting>> {
  const properties = (schema.properties ?? {}) as Readonly<Record<string, JsonObject>>;
  const names = [...new Set([...Object.keys(properties), ...Object.keys(given)])].sort();
  return Object.fromEntries(
    names.map((name): [string, Setting] => {
      const { default: fallback = null, type = null, description = null } = properties[name] ?? {};
      const isGiven = Object.hasOwn(given, name);
      const source = isGiven ? 'user' : fallback === null ? 'unset' : 'default';
      const value = isGiven ? (given[name] as Json) : fallback;
      return [name, { value, source, default: fallback, type: text(type), description: text(description) }];
    }),
  );
}

function text(value: Json): string | null {
  return typeof value === 'string' ? value : null;
}

function bare(value: Json): string {
  return typeof value === 'string' ? value : flowYaml(value);
}

function describe(application: string, charm: string, settings: readonly (readonly [string, Setting])[]): string[] {
  const lines = settings.flatMap(([name, setting]) => [
    `  ${textYaml(name)}:`,
    `    value: ${flowYaml(setting.value)}`,
    `    source: ${setting.source}`,
    `    default: ${flowYaml(setting.default)}`,
    ...(setting.type === null ? [] : [`    type: ${setting.type}`]),
    ...(setting.description === null ? [] : [`    description: ${flowYaml(setting.description)}`]),
  ]);
  const head = [`application: ${application}`, `charm: ${textYaml(charm)}`];
  return [...head, ...(lines.length === 0 ? ['settings: {}'] : ['settings:', ...lines])];
}
