import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { InitClient } from '../../providers/container/native/init.ts';
import type { InitCheck, InitCommand, InitFile, InitService } from '../../providers/container/native/init-types.ts';

/** The real init as process 1 of namespaces of its own, on the host's file system but for its logs. */
export interface InitContainer {
  readonly client: InitClient;
  readonly socket: string;
  /** A scratch directory that both sides see under the same path. */
  readonly directory: string;
  /** Process number of init as the host sees it. */
  readonly pid: number;
  /** Lines of a service's present log, without time stamps. */
  log(service: string): readonly string[];
  /** The directory at /var/log/cantrip. */
  readonly logs: string;
  /** Sends SIGTERM; resolves with the exit status and how long the stop took. */
  stop(): Promise<{ readonly status: number | null; readonly tookMs: number }>;
}

const root = fileURLToPath(new URL('../..', import.meta.url));

const running = new Set<InitContainer>();
let launcher: string | undefined;

/** Builds init and its launcher, once for all test files of a worker. */
function build(): string {
  if (launcher !== undefined) return launcher;
  const directory = mkdtempSync(join(tmpdir(), 'cantrip-launch-init-'));
  process.once('exit', () => rmSync(directory, { recursive: true, force: true }));
  launcher = join(directory, 'launch-init');
  const native = join(root, 'native');
  execFileSync('flock', [native, 'make', '-s', '-C', native, 'build/cantrip-init']);
  execFileSync('gcc', ['-D_GNU_SOURCE', '-o', launcher, join(root, 'test/native/fixtures/launch-init.c')]);
  return launcher;
}

export async function startInit(): Promise<InitContainer> {
  const program = build();
  const directory = mkdtempSync(join(tmpdir(), 'cantrip-init-'));
  chmodSync(directory, 0o755);
  const socket = join(directory, 'control.sock');
  const logs = join(directory, 'logs');
  mkdirSync(logs);
  const unshare = ['--pid', '--fork', '--mount-proc', '--kill-child', '--propagation', 'private'];
  const child = spawn('unshare', [...unshare, program, socket, logs, join(root, 'native/build/cantrip-init')], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  // With it goes everything in its namespaces, however the tests end.
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  const ended = once(child, 'exit').finally(() => process.removeListener('exit', kill));
  const { client, pid } = await connectTo(socket, child).catch((error: unknown) => {
    kill();
    throw error;
  });

  const stop = async () => {
    const before = Date.now();
    if (existsSync(`/proc/${pid}`)) process.kill(pid, 'SIGTERM');
    const [status] = await ended;
    client.close();
    running.delete(container);
    rmSync(directory, { recursive: true, force: true });
    return { status: status as number | null, tookMs: Date.now() - before };
  };
  const log = (name: string) => linesOf(join(logs, `${name}.log`));
  const container = { client, socket, directory, pid, logs, stop, log };
  running.add(container);
  return container;
}

async function connectTo(socket: string, unshare: ChildProcess): Promise<{ client: InitClient; pid: number }> {
  await until(() => existsSync(socket), 'the control socket');
  const pid = Number(readFileSync(`/proc/${unshare.pid}/task/${unshare.pid}/children`, 'utf8'));
  return { client: await InitClient.open(socket), pid };
}

/** For afterEach: whatever a test left running. */
export async function stopInits(): Promise<void> {
  await Promise.all([...running].map((container) => container.stop()));
}

/** `2026-11-24T15:04:05.123Z o text` becomes `o text`. */
export function linesOf(path: string): readonly string[] {
  if (!existsSync(path)) return [];
  return readFileSync(path, 'utf8')
    .split('\n')
    .slice(0, -1)
    .map((line) => line.replace(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z /, ''));
}

export async function until(holds: () => boolean | Promise<boolean>, what: string, timeoutMs = 5000): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`${what}: not within ${timeoutMs} ms`);
    await sleep(10);
  }
}

/** Descriptors init holds open, as the host sees them. */
export function openDescriptors(pid: number): number {
  return readdirSync(`/proc/${pid}/fd`).length;
}

/** A service that sleeps, with what a test changes. The digest follows from the rest. */
export function service(name: string, script: string, changes: Partial<InitService> = {}): InitService {
  const defined = {
    name,
    arguments: ['sh', '-c', script],
    environment: [],
    directory: '/',
    user: '',
    group: '',
    after: [],
    check: null,
    stopSignal: 'SIGTERM',
    stopTimeoutMs: 2000,
    restart: 'always',
    backoffMinMs: 20,
    backoffMaxMs: 200,
    logBytes: 1024 * 1024,
    logFiles: 2,
    ...changes,
  } as const;
  return { digest: JSON.stringify(defined), ...defined };
}

export function command(script: string, changes: Partial<InitCommand> = {}): InitCommand {
  const defaults = { environment: [], directory: '/', user: '', group: '', timeoutMs: 10_000 };
  return { arguments: ['sh', '-c', script], ...defaults, ...changes };
}

export function file(path: string, content: string, changes: Partial<InitFile> = {}): InitFile {
  return { kind: 'file', path, content, mode: '0644', owner: 'root', group: 'root', ...changes } as InitFile;
}

export function execCheck(script: string, changes: Partial<InitCheck> = {}): InitCheck {
  const defaults = { intervalMs: 30, timeoutMs: 500, failures: 2, user: '' };
  return { kind: 'exec', command: ['sh', '-c', script], ...defaults, ...changes } as InitCheck;
}
