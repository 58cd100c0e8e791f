import { link, mkdir, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Builder, BuilderMount } from '../model/builder.ts';
import type { InstallSpec } from '../model/image.ts';
import { sortedEntries } from '../model/order.ts';
import { ProviderError } from '../model/provider.ts';
import { stripTree } from './strip.ts';

/** A layer to be built in a builder upon others. */
export interface InstallPlace {
  /** For the builder's job. */
  readonly id: string;
  /** For messages. */
  readonly name: string;
  /** Roots of the layers below, lowest first. */
  readonly below: readonly string[];
  readonly root: string;
  readonly scratch: string;
  readonly builder: Builder;
  /** Text of the apt.conf that commands in the builder see. */
  readonly aptSettings: string;
}

/** Puts the files in place and installs the fetched packages, without network. */
export async function installPackages(
  place: InstallPlace,
  files: InstallSpec['files'],
  packageFiles: readonly string[],
): Promise<void> {
  const entries = sortedEntries(files);
  const staged = join(place.scratch, 'staged');
  await mkdir(staged);
  await Promise.all(entries.map(([, file], index) => writeFile(join(staged, `${index}`), file.content)));
  await Promise.all(packageFiles.map((file) => link(file, join(staged, basename(file)))));
  const commands = entries.map(([path, { mode }], index) => {
    return ['install', '-D', '-o', 'root', '-g', 'root', '-m', mode, `${STAGED}/${index}`, path];
  });
  if (packageFiles.length > 0) {
    commands.push(['/bin/sh', '-c', `exec apt-get install ${STAGED}/*.deb`]);
  }
  await runBuilder(place, { commands, network: false, mounts: [{ source: staged, target: STAGED, readOnly: true }] });
}

/** Runs the charm's own shell commands; these may fetch from the network. */
export async function runCommands(place: InstallPlace, commands: readonly string[]): Promise<void> {
  const shell = commands.map((command) => ['/bin/sh', '-ec', command]);
  await runBuilder(place, { commands: shell, network: true, mounts: [] });
}

/** Under /run, which is emptied at the end. */
const STAGED = '/run/cantrip-packages';
const SETTINGS = '/run/cantrip-apt.conf';

interface BuilderRun {
  readonly commands: readonly (readonly string[])[];
  readonly network: boolean;
  readonly mounts: readonly BuilderMount[];
}

async function runBuilder(place: InstallPlace, run: BuilderRun): Promise<void> {
  const work = join(place.scratch, 'work');
  const settings = join(place.scratch, 'apt.conf');
  await mkdir(work);
  await writeFile(settings, place.aptSettings);
  const tail: string[] = [];
  const onOutput = (line: string): void => {
    tail.push(line);
    if (tail.length > TAIL_LINES) tail.shift();
  };
  const environment = {
    PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    HOME: '/root',
    LANG: 'C.UTF-8',
    DEBIAN_FRONTEND: 'noninteractive',
    APT_CONFIG: SETTINGS,
  };
  const job = { id: place.id, layers: place.below, upper: place.root, work, environment, onOutput };
  const mounts = [...run.mounts, { source: settings, target: SETTINGS, readOnly: true }];
  await place.builder({ ...job, ...run, mounts }).catch((error: unknown) => {
    throw explain(error, place.name, tail);
  });
  await stripTree(place.root);
}

const TAIL_LINES = 30;

/** A builder may have said already, in its own words, what it was doing. */
function explain(error: unknown, name: string, tail: readonly string[]): ProviderError {
  const whole = error instanceof Error ? error.message : String(error);
  const said = error instanceof ProviderError ? `${error.action} ${error.target}: ` : '';
  const message = whole.startsWith(said) ? whole.slice(said.length) : whole;
  const retryable = error instanceof ProviderError && error.retryable;
  return new ProviderError({ action: 'build layer', target: name, message, retryable, detail: tail });
}
