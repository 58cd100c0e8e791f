import { mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Fault } from './output/fault.ts';

/** A fault of ours in one sentence; the details go to a file for those who mend it. */
export function reportCrash(error: unknown, args: readonly string[], stateDirectory: string): Fault {
  const message = error instanceof Error ? error.message : String(error);
  const report = [
    `cantrip ${args.map((arg) => JSON.stringify(arg)).join(' ')}`,
    `node ${process.version} ${process.platform} ${process.arch}, ${new Date().toISOString()}`,
    '',
    error instanceof Error ? describe(error) : message,
    '',
  ].join('\n');
  const file = write(report, [join(stateDirectory, 'crashes'), tmpdir()]);
  const hint = file === null ? 'it can be run again' : `details are in ${file}; the command can be run again`;
  return { message: `this is a fault of cantrip: ${message.split('\n')[0]}`, detail: [], hint };
}

function describe(error: Error): string {
  const cause = error.cause instanceof Error ? `\ncaused by ${describe(error.cause)}` : '';
  return `${error.stack ?? error.message}${cause}`;
}

/** Into the first folder that can be written. */
function write(report: string, folders: readonly string[]): string | null {
  const name = `cantrip-crash-${process.pid}-${Date.now()}.log`;
  for (const folder of folders) {
    try {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      const file = join(folder, name);
      writeFileSync(file, report, { mode: 0o600 });
      return file;
    } catch {
      // The next folder may do.
    }
  }
  return null;
}
