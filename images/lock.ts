import { spawn } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Held until `release`, or until this process dies, however it dies. */
export interface Lock {
  release(): Promise<void>;
}

/**
 * Takes the lock that the file stands for, waiting while somebody else has it. Node has no flock(2); a child of ours
 * (util-linux's `flock`) holds it, and lives until the pipe from us is closed, which the kernel does for a dead
 * process too.
 */
export async function takeLock(file: string): Promise<Lock> {
  return (await holdWith(['--exclusive'], file)) as Lock;
}

/** As `takeLock`, but null when somebody else has it. */
export async function tryLock(file: string): Promise<Lock | null> {
  return holdWith(['--exclusive', '--nonblock', '--conflict-exit-code', String(CONFLICT)], file);
}

const CONFLICT = 75;

async function holdWith(options: readonly string[], file: string): Promise<Lock | null> {
  await mkdir(dirname(file), { recursive: true });
  const child = spawn('flock', [...options, file, 'sh', '-c', 'echo held; exec cat'], {
    stdio: ['pipe', 'pipe', 'inherit'],
    detached: true,
  });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  const held = new Promise<'held'>((resolve) => child.stdout.once('data', () => resolve('held')));
  const outcome = await Promise.race([held, ended]);
  if (outcome === CONFLICT) return null;
  if (outcome !== 'held') throw new Error(`lock ${file}: flock ended with status ${outcome}`);
  return {
    async release() {
      child.stdin.end();
      child.stdout.resume();
      await ended;
    },
  };
}
