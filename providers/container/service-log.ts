import { join } from 'node:path';
import type { LogLine } from '../../model/provider.ts';
import { type LogFile, openLogFile, rotatedFiles } from './log-files.ts';
import { type LogSource, parseLogLines } from './log-lines.ts';

/** More than this of one file is not read: whoever is root in the container can write there, too. */
const MOST_BYTES = 16 * 1024 * 1024;

/** One service's log, read on and on. */
export interface ServiceLog {
  /** The last lines of what is there, oldest first, rotated files included; null: all of it. */
  kept(tail: number | null): readonly LogLine[];
  /** What was written since this or `kept` was last called; everything when neither was. */
  added(): readonly LogLine[];
  close(): void;
}

export function openServiceLog(directory: string, source: LogSource): ServiceLog {
  const path = join(directory, `${source.service}.log`);
  let file = openLogFile(path);
  let offset = 0;
  const parse = (bytes: Buffer): readonly LogLine[] => parseLogLines(bytes.toString('utf8'), source);
  const readOn = (): readonly LogLine[] => {
    if (file === null) return [];
    const bytes = wholeLines(file, offset);
    offset = bytes.end;
    return parse(bytes.content);
  };
  const takeNewFile = (): boolean => {
    const current = openLogFile(path);
    if (current === null || current.inode === file?.inode) {
      current?.close();
      return false;
    }
    file?.close();
    file = current;
    offset = 0;
    return true;
  };
  return {
    kept(tail) {
      const lines = [...readOn()];
      for (const name of rotatedFiles(directory, source.service)) {
        if (tail !== null && lines.length >= tail) break;
        lines.unshift(...parse(readWhole(join(directory, name))));
      }
      return lastOf(lines, tail);
    },
    added() {
      const lines = readOn();
      return takeNewFile() ? [...lines, ...readOn()] : lines;
    },
    close: () => file?.close(),
  };
}

export function lastOf(lines: readonly LogLine[], tail: number | null): readonly LogLine[] {
  return tail === null ? lines : lines.slice(Math.max(0, lines.length - tail));
}

/** From the offset to the end of the last whole line. */
function wholeLines(file: LogFile, offset: number): { readonly content: Buffer; readonly end: number } {
  const size = file.size();
  const start = size - offset > MOST_BYTES ? size - MOST_BYTES : Math.min(offset, size);
  const content = file.read(start, size - start);
  const end = content.lastIndexOf(0x0a) + 1;
  return { content: content.subarray(0, end), end: start + end };
}

function readWhole(path: string): Buffer {
  const file = openLogFile(path);
  if (file === null) return Buffer.alloc(0);
  try {
    return wholeLines(file, 0).content;
  } finally {
    file.close();
  }
}
