import { spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const REPOSITORY = fileURLToPath(new URL('../../..', import.meta.url));

/** Images are built once a machine for all end-to-end tests; everything else of a test's state is its own. */
const IMAGES = '/var/tmp/cantrip-e2e/images';

/** A copy of an example with state and run directories of its own. */
export interface Workspace {
  readonly folder: string;
  /** Path of the copied environment file. */
  readonly file: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly stateDirectory: string;
  readonly runDirectory: string;
  cantrip(...args: string[]): CommandResult;
  /** The command in the background, in a process group of its own. */
  start(...args: string[]): RunningCommand;
  /** Takes everything down and removes the folders. Throws when something could not be removed. */
  remove(): void;
}

export interface CommandResult {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunningCommand {
  readonly pid: number;
  readonly ended: Promise<CommandResult>;
  kill(signal: NodeJS.Signals): void;
}

export function workspaceOf(example: string): Workspace {
  const folder = mkdtempSync(join(tmpdir(), 'cantrip-e2e-'));
  const state = join('/var/tmp/cantrip-e2e', folder.slice(folder.lastIndexOf('-') + 1));
  mkdirSync(IMAGES, { recursive: true, mode: 0o700 });
  mkdirSync(state, { mode: 0o700 });
  cpSync(join(REPOSITORY, 'examples', example), folder, { recursive: true });
  const file = join(folder, 'environment.yaml');
  const runDirectory = join('/run', `cantrip-e2e-${folder.slice(folder.lastIndexOf('-') + 1)}`);
  const environment: NodeJS.ProcessEnv = {
    ...process.env,
    CANTRIP_STATE_DIR: state,
    CANTRIP_IMAGES_DIR: IMAGES,
    CANTRIP_RUN_DIR: runDirectory,
    NO_COLOR: '1',
  };
  const cantrip = (...args: string[]): CommandResult => runCantrip(args, folder, environment);
  return {
    folder,
    file,
    environment,
    stateDirectory: state,
    runDirectory,
    cantrip,
    start: (...args) => startCantrip(args, folder, environment),
    remove: () => {
      const down = cantrip('down', file, '--yes');
      stopAgent(runDirectory);
      rmSync(folder, { recursive: true, force: true });
      rmSync(state, { recursive: true, force: true });
      rmSync(runDirectory, { recursive: true, force: true });
      if (down.status !== 0) throw new Error(`down failed: ${down.stderr}${down.stdout}`);
    },
  };
}

function runCantrip(args: readonly string[], cwd: string, env: NodeJS.ProcessEnv): CommandResult {
  const { status, stdout, stderr, error } = spawnSync(join(REPOSITORY, 'cantrip'), args, {
    cwd,
    env,
    encoding: 'utf8',
    maxBuffer: 1 << 26,
    timeout: 280_000,
  });
  if (error !== undefined) throw error;
  return { status: status ?? -1, stdout, stderr };
}

function startCantrip(args: readonly string[], cwd: string, env: NodeJS.ProcessEnv): RunningCommand {
  const child = spawn(join(REPOSITORY, 'cantrip'), args, {
    cwd,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  const ended = new Promise<CommandResult>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (status) => resolve({ status: status ?? -1, stdout, stderr }));
  });
  const pid = child.pid ?? 0;
  return { pid, ended, kill: (signal) => killGroup(pid, signal) };
}

/** The launcher, Node and what Node started; gone already is fine. */
function killGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Ends the agent that serves the run directory, by the command line it was started with. */
function stopAgent(runDirectory: string): void {
  spawnSync('pkill', ['-TERM', '-f', '--', `cantrip-agent --run ${runDirectory}( |$)`]);
}
