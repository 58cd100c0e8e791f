import { readFileSync } from 'node:fs';
import type { LockHolder } from './records.ts';

/** The holder as it is written beside the lock. The process's start tells it from a later one with the same id. */
interface HolderRecord extends LockHolder {
  readonly processStart: string;
}

/** Who wrote the record, if that process is still alive; null when nobody did or it died. */
export function readHolder(file: string): LockHolder | null {
  const record = parse(readOrNull(file));
  if (record === null || processStart(record.pid) !== record.processStart) return null;
  const { verb, who, pid, sinceMs } = record;
  return { verb, who, pid, sinceMs };
}

/** When a process was started, in the kernel's words; empty when there is no such process. */
export function processStart(pid: number): string {
  const stat = readOrNull(`/proc/${pid}/stat`) ?? '';
  // The second field, the command's name, may hold blanks and parentheses; the start is the 20th after it.
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
}

function readOrNull(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}

/** Null for a record that is just being written. */
function parse(text: string | null): HolderRecord | null {
  try {
    return text === null ? null : JSON.parse(text);
  } catch {
    return null;
  }
}
