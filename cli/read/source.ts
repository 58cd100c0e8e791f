import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import type { Command, OptionValues } from '@commander-js/extra-typings';
import type { EnvironmentSource } from '../../controller/read/situation.ts';
import { readStored } from '../../controller/read/stored.ts';
import { readPlain } from '../../model/edit-change.ts';
import type { Json } from '../../model/json.ts';
import { didYouMean } from '../../model/suggest.ts';
import { foreseenFault, UsageError } from '../output/fault.ts';
import type { ReadShell } from './shell.ts';

export const FILE_NAME = 'environment.yaml';

export interface SourceOptions {
  readonly file?: string | undefined;
  readonly environment?: string | undefined;
  /** The verb is about what runs under the name: what the file says by now does not count. */
  readonly nameOnly?: boolean;
}

/** The file a verb works on. */
export interface FoundSource extends EnvironmentSource {
  /** The environment's name when it was given by name (`-e`). */
  readonly name: string | null;
  /** The file is gone; the text is that of the last definition applied. */
  readonly isStored: boolean;
}

/** Adds `-f FILE` and `-e NAME`. */
export function withSource<A extends unknown[], O extends OptionValues>(command: Command<A, O>) {
  return command
    .option('-f, --file <file>', `the environment file (else ${FILE_NAME} here or above)`)
    .option('-e, --environment <name>', 'an environment that was deployed from this host, from any folder');
}

/** FILE or `-f FILE`, `-e NAME`, else `environment.yaml` here or above. */
export async function findSource(shell: ReadShell, options: SourceOptions, argument?: string): Promise<FoundSource> {
  const given = [argument, options.file].filter((file) => file !== undefined);
  const [file, second] = given;
  if (second !== undefined || (file !== undefined && options.environment !== undefined)) {
    throw new UsageError('two environments are named', 'give one file, or one name with -e');
  }
  if (options.environment !== undefined) return findByName(shell, options.environment, options.nameOnly === true);
  return readSource(file === undefined ? searchUpward(shell.directory) : fileOf(resolve(shell.directory, file)));
}

/** The source as it is now, or as it was found when the file is gone or about another environment by now. */
export function rereadSource(source: FoundSource, name: string): FoundSource {
  if (source.isStored || !existsSync(source.file)) return source;
  const fresh = { ...source, text: readFileSync(source.file, 'utf8') };
  return nameIn(fresh.text) === name ? fresh : source;
}

/** A folder stands for the environment file in it. */
function fileOf(path: string): string {
  const isFolder = reading(() => statSync(path, { throwIfNoEntry: false })?.isDirectory());
  return isFolder ? join(path, FILE_NAME) : path;
}

function readSource(file: string): FoundSource {
  if (!existsSync(file)) throw new UsageError(`there is no file ${file}`, `cantrip init writes an ${FILE_NAME}`);
  return { file, text: reading(() => readFileSync(file, 'utf8')), name: null, isStored: false };
}

/** What cannot be read is the wrong thing to name, not a failure of ours. */
function reading<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    const fault = foreseenFault(error);
    throw fault === null ? error : new UsageError(fault.message, fault.hint);
  }
}

function searchUpward(start: string): string {
  for (let directory = start; ; directory = dirname(directory)) {
    const file = join(directory, FILE_NAME);
    if (existsSync(file)) return file;
    if (directory === dirname(directory)) break;
  }
  const hint = 'give the file (-f FILE), or the name of what runs (-e NAME); cantrip init writes a new one';
  throw new UsageError(`there is no ${FILE_NAME} in ${start} or above`, hint);
}

async function findByName(shell: ReadShell, name: string, nameOnly: boolean): Promise<FoundSource> {
  const store = await shell.state.read(name);
  const stored = store === null ? null : await readStored(store).finally(() => store.close());
  if (stored === null) {
    const known = await shell.state.environments();
    const hint = known.length === 0 ? 'none was deployed from this host yet' : `known: ${known.join(', ')}`;
    throw new UsageError(`there is no environment "${name}" on this host`, didYouMean(name, known) ?? hint);
  }
  const { file } = stored.identity;
  if (existsSync(file)) {
    const source = { ...readSource(file), name };
    if (!nameOnly) refuseRenamed(source, name);
    return source;
  }
  return { file, text: stored.definition?.text ?? '', name, isStored: true };
}

/** A file that was given another name since describes another environment. */
function refuseRenamed({ file, text }: FoundSource, name: string): void {
  const present = nameIn(text);
  if (present === null || present === name) return;
  const message = `${file}, which environment ${name} was made from, is now about ${JSON.stringify(present)}`;
  throw new UsageError(message, `give the file, or remove the old one first: cantrip down -e ${name}`);
}

/** The environment a text is about; null when that cannot be read. */
function nameIn(text: string): Json {
  const root = readPlain(text);
  return root !== null && typeof root === 'object' && 'environment' in root ? root.environment : null;
}

/** A path as the user would type it: relative when it lies below or near the folder the user is in. */
export function showPath(shell: Pick<ReadShell, 'directory'>, path: string): string {
  const near = relative(shell.directory, path);
  return near === '' || near.startsWith('../../') ? path : near;
}
