import { spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { ROOT } from '../../tidy/files.ts';

/** How a command ended and what it wrote. */
export interface CommandResult {
  /** -1 when a signal ended it. */
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunningCommand {
  readonly pid: number;
  readonly ended: Promise<CommandResult>;
  /** What it wrote up to now. */
  readonly written: () => Pick<CommandResult, 'stdout' | 'stderr'>;
  readonly write: (text: string) => void;
  readonly closeInput: () => void;
  /** To the command alone, as a supervisor or the out-of-memory killer would. */
  readonly kill: (signal: NodeJS.Signals) => void;
}

export interface Circumstances {
  readonly directory: string;
  readonly variables: NodeJS.ProcessEnv;
}

export const PROGRAM = join(ROOT, 'cantrip');

export function runProgram(words: readonly string[], where: Circumstances, input = ''): CommandResult {
  const [program = '', ...args] = words;
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    cwd: where.directory,
    env: where.variables,
    encoding: 'utf8',
    input,
    maxBuffer: 1 << 26,
    timeout: 280_000,
  });
  if (error !== undefined) throw error;
  return { status: status ?? -1, stdout, stderr };
}

/** The program in the background, in a process group and session of its own. */
export function startProgram(words: readonly string[], where: Circumstances): RunningCommand {
  const [program = '', ...args] = words;
  const child = spawn(program, args, { cwd: where.directory, env: where.variables, stdio: 'pipe', detached: true });
  const out: string[] = [];
  const err: string[] = [];
  child.stdout.setEncoding('utf8').on('data', (text: string) => out.push(text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => err.push(text));
  // A program that ends without reading its input is no fault of the test.
  child.stdin.on('error', () => {});
  const written = () => ({ stdout: out.join(''), stderr: err.join('') });
  const ended = new Promise<CommandResult>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (status) => resolve({ status: status ?? -1, ...written() }));
  });
  return {
    pid: child.pid ?? 0,
    ended,
    written,
    write: (text) => child.stdin.write(text),
    closeInput: () => child.stdin.end(),
    kill: (signal) => child.kill(signal),
  };
}
