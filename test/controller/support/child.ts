import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

/** A program of ours as a process of its own: bundled once, started as often as a test likes. */
export interface Program {
  start(...args: string[]): RunningProgram;
  dispose(): void;
}

export interface RunningProgram {
  readonly pid: number;
  /** The next line it prints; null when it has ended. */
  line(): Promise<string | null>;
  /** kill -9, and gone when it resolves. */
  kill(): Promise<void>;
  readonly ended: Promise<number | null>;
}

/** `name` is a file beside this one, e.g. `children/writer.ts`. */
export async function buildProgram(name: string): Promise<Program> {
  const directory = mkdtempSync(join(tmpdir(), 'cantrip-child-'));
  const outfile = join(directory, 'child.cjs');
  await build({
    entryPoints: [fileURLToPath(new URL(name, import.meta.url))],
    bundle: true,
    platform: 'node',
    format: 'cjs',
    packages: 'external',
    // Packages are then found by NODE_PATH, which imports at run time do not know.
    supported: { 'dynamic-import': false },
    outfile,
  });
  const running: ChildProcess[] = [];
  return {
    start(...args) {
      const env = { ...process.env, NODE_PATH: join(ROOT, 'node_modules') };
      const child = spawn(process.execPath, [outfile, ...args], { env, stdio: ['ignore', 'pipe', 'inherit'] });
      running.push(child);
      return follow(child);
    },
    dispose() {
      for (const child of running) child.kill('SIGKILL');
      rmSync(directory, { recursive: true });
    },
  };
}

function follow(child: ChildProcess): RunningProgram {
  if (child.stdout === null) throw new Error('started without a pipe');
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const ended = new Promise<number | null>((resolve) => child.once('close', (code) => resolve(code)));
  return {
    pid: child.pid ?? 0,
    ended,
    async line() {
      const { done, value } = await lines.next();
      return done === true ? null : value;
    },
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}
