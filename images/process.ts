import type { SpawnOptions } from 'node:child_process';
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

export interface ProcessOptions {
  readonly directory?: string;
  /** Added to our own environment. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Each line of both streams. */
  readonly onLine?: (line: string) => void;
}

/** A program that did not end well: how, and the last lines it said. */
export class ProcessFailure extends Error {
  readonly tail: readonly string[];

  constructor(program: string, how: string, tail: readonly string[]) {
    super(`${program} ${how}`);
    this.name = 'ProcessFailure';
    this.tail = tail;
  }
}

const TAIL_LINES = 30;

/** Modes in layers must not depend on the user's umask. */
const PRELUDE = 'umask 022; exec setpriv --pdeathsig KILL "$@"';

/**
 * Runs a program to its end and gives the lines of its standard output. It dies with us, however we die, so that
 * nothing goes on writing into a layer that the next command has begun anew.
 */
export async function runProcess(argv: readonly string[], options: ProcessOptions = {}): Promise<readonly string[]> {
  const child = spawn('sh', ['-c', PRELUDE, 'sh', ...argv], spawnOptions(options));
  const output: string[] = [];
  const tail: string[] = [];
  const collect = (stream: NodeJS.ReadableStream | null, keep: boolean): Promise<void> =>
    eachLine(stream, (line) => {
      if (keep) output.push(line);
      tail.push(line);
      if (tail.length > TAIL_LINES) tail.shift();
      options.onLine?.(line);
    });
  const ended = new Promise<string | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (status, signal) => resolve(describeEnd(status, signal)));
  });
  const [how] = await Promise.all([ended, collect(child.stdout, true), collect(child.stderr, false)]);
  if (how !== null) throw new ProcessFailure(argv[0] ?? '', how, tail);
  return output;
}

function spawnOptions(options: ProcessOptions): SpawnOptions {
  return {
    stdio: ['ignore', 'pipe', 'pipe'],
    // Ctrl-C asks us to stop after what is under way: a terminal would send it to our children, too.
    detached: true,
    env: { ...process.env, ...options.environment },
    ...(options.directory === undefined ? {} : { cwd: options.directory }),
  };
}

function describeEnd(status: number | null, signal: NodeJS.Signals | null): string | null {
  if (status === 0) return null;
  return signal === null ? `ended with status ${status}` : `was ended by ${signal}`;
}

async function eachLine(stream: NodeJS.ReadableStream | null, onLine: (line: string) => void): Promise<void> {
  if (stream === null) return;
  const reader = createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY });
  for await (const line of reader) onLine(line);
}
