import { existsSync, realpathSync } from 'node:fs';
import { basename, dirname, relative, resolve } from 'node:path';
import type { Command } from '@commander-js/extra-typings';
import type { Edit } from '../../model/edit.ts';
import { MAX_UNITS } from '../../model/environment-application.ts';
import type { Json, JsonObject } from '../../model/json.ts';
import { isName } from '../../model/names.ts';
import { UsageError } from '../output/fault.ts';
import { findSource } from '../read/source.ts';
import { optionPath, parseAssignment, parseExposure, parseOptionValue } from './assignment.ts';
import { changeFile } from './change-file.ts';
import { collect, withChange } from './options.ts';
import type { WriteShell } from './shell.ts';

/** `cantrip deploy nginx site -n 2 --expose http=8080`. */
export function define(command: Command, shell: WriteShell): void {
  withChange(
    command
      .argument('<charm>', 'a built-in charm, or the path of one')
      .argument('[name]', "the application's name (else the charm's)")
      .option('-n, --units <number>', 'how many units')
      .option('-o, --option <key=value>', 'an option of the charm; may be given several times', collect)
      .option('--expose <port=hostport>', 'publish a port on the host; may be given several times', collect)
      .option('--constraint <key=value>', 'a limit: cpu, memory or pids; may be given several times', collect)
      .option('--resource <name=path>', 'a directory for the charm; may be given several times', collect)
      .option('--storage <name=size>', 'the size of what the charm keeps; may be given several times', collect)
      .option('--relate <application>', 'relate it to another application; may be given several times', collect),
  )
    .addHelpText('after', HELP)
    .action(
      shell.action(async (charm, name, options) => {
        const source = await findSource(shell, options);
        const base = dirname(source.file);
        const application = name ?? nameOf(charm);
        const edits: Edit[] = [
          { kind: 'application.add', name: application, application: specOf(charm, options, { shell, base }) },
          ...(options.relate ?? []).map((other): Edit => relationWith(application, other)),
        ];
        return changeFile(shell, { verb: 'deploy', edits: () => edits }, options);
      }),
    );
}

const HELP = `
Examples:
  cantrip deploy postgresql db --storage data=2G
  cantrip deploy ./charms/shop-web web -n 2 --option greeting=hello --relate db
  cantrip deploy haproxy lb --expose http=8080 --constraint memory=256M --relate web`;

interface DeployOptions {
  readonly units?: string | undefined;
  readonly option?: readonly string[] | undefined;
  readonly expose?: readonly string[] | undefined;
  readonly constraint?: readonly string[] | undefined;
  readonly resource?: readonly string[] | undefined;
  readonly storage?: readonly string[] | undefined;
}

interface Where {
  readonly shell: WriteShell;
  /** The folder of the environment file: paths in it are relative to that. */
  readonly base: string;
}

/** The application as it is written in the file. */
function specOf(charm: string, options: DeployOptions, where: Where): JsonObject {
  const { units, option, expose, constraint, resource, storage } = options;
  const toFile = (path: string): string => fromFile(path, where);
  return {
    charm: isPath(charm) ? fromFile(charm, where) : charm,
    ...(units === undefined ? {} : { units: readUnits(units) }),
    ...members('options', assignments(option, { what: 'option', example: 'greeting=hello', read: parseOptionValue })),
    ...members(
      'constraints',
      assignments(constraint, { what: 'constraint', example: 'cpu=0.5', read: parseOptionValue }),
    ),
    ...members('storage', assignments(storage, { what: 'storage', example: 'data=2G', read: (size) => size })),
    ...members('resources', assignments(resource, { what: 'resource', example: 'app=./app', read: toFile })),
    ...members('expose', exposures(expose)),
  };
}

function members(key: string, object: JsonObject): JsonObject {
  return Object.keys(object).length === 0 ? {} : { [key]: object };
}

interface AssignmentKind {
  readonly what: string;
  readonly example: string;
  readonly read: (value: string) => Json;
}

/** `a.b=1` becomes `{a: {b: 1}}`. */
function assignments(texts: readonly string[] | undefined, { what, example, read }: AssignmentKind): JsonObject {
  return (texts ?? []).reduce<JsonObject>((object, text) => {
    const { key, value } = parseAssignment(text, what, example);
    return nest(object, optionPath(key), read(value));
  }, {});
}

function nest(object: JsonObject, [key, ...rest]: readonly string[], value: Json): JsonObject {
  if (key === undefined) return object;
  const below = object[key];
  const inner = below !== null && typeof below === 'object' && !Array.isArray(below) ? (below as JsonObject) : {};
  return { ...object, [key]: rest.length === 0 ? value : nest(inner, rest, value) };
}

function exposures(texts: readonly string[] | undefined): JsonObject {
  return Object.fromEntries((texts ?? []).map(parseExposure).map(({ port, value }) => [port, value]));
}

function readUnits(text: string): number {
  const units = Number(text);
  if (/^\d+$/.test(text) && units <= MAX_UNITS) return units;
  throw new UsageError(`${JSON.stringify(text)} is not a number of units`, 'for example -n 2');
}

function isPath(charm: string): boolean {
  return /^\.{0,2}\//.test(charm) || charm.includes('/');
}

/** A path as typed here → as written in the file, relative to the file's folder. */
function fromFile(path: string, { shell, base }: Where): string {
  const absolute = resolve(shell.directory, path);
  if (!existsSync(absolute)) throw new UsageError(`there is no ${absolute}`);
  const written = relative(realpathSync(base), realpathSync(absolute)) || '.';
  return written.startsWith('..') ? written : `./${written}`;
}

/** A charm's name, or the last part of its path, as the application's name. */
function nameOf(charm: string): string {
  const name = basename(charm).replace(/\.ts$/, '');
  if (isName(name)) return name;
  throw new UsageError(
    `${JSON.stringify(name)} cannot be an application's name`,
    `give one: cantrip deploy ${charm} NAME`,
  );
}

/** `db`, `db:database`. */
function relationWith(application: string, other: string): Edit {
  const [name = '', endpoint = null] = other.split(':');
  return {
    kind: 'relation.add',
    ends: [
      { application, endpoint: null },
      { application: name, endpoint },
    ],
  };
}
