import { spawn } from 'node:child_process';

/**
 * Runs a program of the host with the input; resolves with what it printed. Rejects with what it complained of, or with
 * ENOENT when it is missing.
 */
export function runProgram(command: readonly [string, ...string[]], input = ''): Promise<string> {
  const [program, ...words] = command;
  return new Promise((resolve, reject) => {
    // Detached: Ctrl-C asks us to stop after what is under way; a terminal would send it to our children, too.
    const env = { ...process.env, PATH: SEARCH_PATH, LC_ALL: 'C' };
    const child = spawn(program, words, { stdio: 'pipe', env, detached: true });
    const output: Buffer[] = [];
    const complaints: Buffer[] = [];
    child.stdout.on('data', (data: Buffer) => output.push(data));
    child.stderr.on('data', (data: Buffer) => complaints.push(data));
    child.stdin.on('error', () => {});
    child.once('error', reject);
    child.once('close', (status) => {
      if (status === 0) return resolve(Buffer.concat(output).toString('utf8'));
      const complaint = Buffer.concat(complaints).toString('utf8').trim().split('\n')[0] ?? '';
      reject(new Error(`${command.slice(0, 2).join(' ')} ended with status ${status}: ${complaint}`));
    });
    child.stdin.end(input);
  });
}

/** Administrators' programs are not in everybody's path. */
export const SEARCH_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
