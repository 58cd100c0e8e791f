import { randomBytes } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PlanJson } from '../../../model/plan-json.ts';
import type { StatusReport } from '../../../model/status.ts';
import { ROOT } from '../../tidy/files.ts';
import {
  type Circumstances,
  type CommandResult,
  PROGRAM,
  type RunningCommand,
  runProgram,
  startProgram,
} from './command.ts';
import { agentsOf, forceAway, rememberContainers } from './host.ts';
import { freePort } from './port.ts';

const HOME = '/var/tmp/cantrip-e2e';

/** Images are built once a machine for all end-to-end tests; everything else of a test's state is its own. */
export const IMAGES = join(HOME, 'images');

/** State and run directories of a test's own: what is one host to everybody else. */
export interface Site {
  readonly stateDirectory: string;
  readonly runDirectory: string;
  /** Everything of the test's own files. */
  readonly folder: string;
  readonly variables: NodeJS.ProcessEnv;
  /** Ids of all containers that were ever seen; grows. */
  readonly containers: Set<string>;
  /** Names of all environments that were ever seen; grows. */
  readonly environments: Set<string>;
  /** A copy of an example; its published port becomes a free one. */
  copy(example: string, options?: CopyOptions): Workspace;
  /** Takes everything down and removes the folders. Throws when `down` could not, after force has done it. */
  remove(): void;
}

export interface CopyOptions {
  /** Name of the environment instead of the example's. */
  readonly name?: string;
  /** `false`: the port stays as the example has it. */
  readonly freePort?: boolean;
}

/** A copy of an example, to be changed at will. */
export interface Workspace {
  readonly site: Site;
  readonly folder: string;
  readonly name: string;
  /** Path of the copied environment file. */
  readonly file: string;
  readonly port: number;
  readonly url: string;
  cantrip(...args: string[]): CommandResult;
  /** As `cantrip`, and fails the test with what was written when the exit status is not 0. */
  succeed(...args: string[]): CommandResult;
  /** The command in the background, in a process group of its own. */
  start(...args: string[]): RunningCommand;
  status(): StatusReport;
  plan(): PlanJson;
  /** Replaces a piece of the environment file, or of another file of the workspace. */
  change(from: string | RegExp, to: string, path?: string): void;
  remove(): void;
}

/** A copy of an example on a site of its own. */
export function workspaceOf(example: string, options: CopyOptions = {}): Workspace {
  return openSite().copy(example, options);
}

export function openSite(): Site {
  mkdirSync(IMAGES, { recursive: true, mode: 0o700 });
  removeAbandoned();
  const site = siteOf(`site-${process.pid}-${randomBytes(4).toString('hex')}`);
  mkdirSync(site.folder, { recursive: true, mode: 0o700 });
  return site;
}

function siteOf(token: string): Site {
  const base = join(HOME, token);
  const stateDirectory = join(base, 'state');
  const runDirectory = `/run/cantrip-e2e-${token}`;
  const variables: NodeJS.ProcessEnv = {
    ...process.env,
    CANTRIP_STATE_DIR: stateDirectory,
    CANTRIP_IMAGES_DIR: IMAGES,
    CANTRIP_RUN_DIR: runDirectory,
    NO_COLOR: '1',
  };
  const site: Site = {
    stateDirectory,
    runDirectory,
    folder: join(base, 'work'),
    variables,
    containers: new Set(),
    environments: new Set(),
    copy: (example, options = {}) => copyExample(site, example, options),
    remove: () => removeSite(site, base),
  };
  return site;
}

/** What tests left that were killed themselves. */
function removeAbandoned(): void {
  for (const token of readdirSync(HOME)) {
    const pid = /^site-(\d+)-/.exec(token)?.[1];
    if (pid !== undefined && !existsSync(`/proc/${pid}`)) siteOf(token).remove();
  }
}

function copyExample(site: Site, example: string, options: CopyOptions): Workspace {
  const name = options.name ?? example;
  const folder = join(site.folder, name);
  cpSync(join(ROOT, 'examples', example), folder, { recursive: true });
  const file = join(folder, 'environment.yaml');
  const original = readFileSync(file, 'utf8');
  const port = options.freePort === false ? portIn(original) : freePort();
  writeFileSync(
    file,
    original.replace(/^environment: .*/m, `environment: ${name}`).replace(/(http: )\d+/, `$1${port}`),
  );
  site.environments.add(name);
  const where = { directory: folder, variables: site.variables };
  const cantrip = (...args: string[]): CommandResult => watched(site, () => runProgram([PROGRAM, ...args], where));
  const succeed = (...args: string[]): CommandResult => {
    const result = cantrip(...args);
    if (result.status === 0) return result;
    throw new Error(`cantrip ${args.join(' ')} ended with ${result.status}:\n${result.stderr}${result.stdout}`);
  };
  return {
    site,
    folder,
    name,
    file,
    port,
    url: `http://127.0.0.1:${port}/`,
    cantrip,
    succeed,
    start: (...args) => startWatched(site, args, where),
    status: () => JSON.parse(succeed('status', file, '--json').stdout),
    plan: () => JSON.parse(succeed('plan', file, '--json').stdout),
    change: (from, to, path = 'environment.yaml') => changeText(join(folder, path), from, to),
    remove: () => site.remove(),
  };
}

function portIn(text: string): number {
  return Number(/http: (\d+)/.exec(text)?.[1]);
}

function changeText(path: string, from: string | RegExp, to: string): void {
  const before = readFileSync(path, 'utf8');
  const after = before.replace(from, to);
  if (after === before) throw new Error(`${path} has no ${from} to be changed`);
  writeFileSync(path, after);
}

/** Containers that a command makes or removes are remembered, so that what it leaves of them is found. */
function watched<T>(site: Site, act: () => T): T {
  rememberContainers(site);
  try {
    return act();
  } finally {
    rememberContainers(site);
  }
}

function startWatched(site: Site, args: readonly string[], where: Circumstances): RunningCommand {
  const running = watched(site, () => startProgram([PROGRAM, ...args], where));
  return { ...running, ended: running.ended.finally(() => rememberContainers(site)) };
}

function removeSite(site: Site, base: string): void {
  const where = { directory: '/', variables: site.variables };
  rememberContainers(site);
  const names = environmentsIn(site);
  for (const name of names) site.environments.add(name);
  const downs = names.map((name) => runProgram([PROGRAM, 'down', '-e', name, '--yes'], where));
  for (const pid of agentsOf(site)) process.kill(pid, 'SIGTERM');
  forceAway(site);
  rmSync(base, { recursive: true, force: true });
  rmSync(site.runDirectory, { recursive: true, force: true });
  const failed = downs.find(({ status }) => status !== 0);
  if (failed !== undefined) throw new Error(`down failed: ${failed.stderr}${failed.stdout}`);
}

function environmentsIn(site: Site): readonly string[] {
  const directory = join(site.stateDirectory, 'environments');
  if (!existsSync(directory)) return [];
  return readdirSync(directory).filter((name) => existsSync(join(directory, name, 'state.db')));
}
