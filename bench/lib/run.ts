import { execFile, type SpawnOptions, spawn, spawnSync } from 'node:child_process';

/** Runs a program to its end and returns what it printed; a status other than 0 is an error that quotes it. */
export function run(
  command: string,
  args: readonly string[],
  options: { env?: NodeJS.ProcessEnv; cwd?: string } = {},
): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    ...options,
  });
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: exit ${status}: ${stderr.trim() || stdout.trim()}`);
  return stdout;
}

/** As `run`, while other things go on. */
export function finish(
  command: string,
  args: readonly string[],
  options: { env?: NodeJS.ProcessEnv; cwd?: string } = {},
): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(command, args, { encoding: 'utf8', maxBuffer: 1 << 28, ...options }, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else reject(new Error(`${command} ${args.join(' ')}: ${stderr.trim() || stdout.trim() || error.message}`));
    });
  });
}

/** A program in the background, with a `stop` that waits for its end. */
export interface Background {
  readonly pid: number;
  stop(signal?: NodeJS.Signals): Promise<void>;
}

export function background(command: string, args: readonly string[], options: SpawnOptions = {}): Background {
  const child = spawn(command, args, { stdio: 'ignore', ...options });
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  });
  return {
    pid: child.pid ?? 0,
    stop: async (signal = 'SIGTERM') => {
      child.kill(signal);
      await ended;
    },
  };
}

export interface Patience {
  readonly timeoutMs?: number;
  /** Between two looks. */
  readonly pauseMs?: number;
}

/** Looks again and again until the answer is true; an error counts as false. */
export async function until(
  what: string,
  probe: () => Promise<boolean>,
  { timeoutMs = 60_000, pauseMs = 2 }: Patience = {},
): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (Date.now() < deadline) {
    if (await probe().catch(() => false)) return;
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
  throw new Error(`${what}: not within ${timeoutMs} ms`);
}
