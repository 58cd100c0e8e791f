import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { namesIn } from './files.ts';

/** An open log file of a container. */
export interface LogFile {
  /** Tells whether another file has the name now. */
  readonly inode: number;
  size(): number;
  read(offset: number, length: number): Buffer;
  close(): void;
}

/** Null when there is none, or none to be trusted: a container's root may have put a link or a device there. */
export function openLogFile(path: string): LogFile | null {
  const descriptor = openQuietly(path);
  if (descriptor === null) return null;
  const status = fstatSync(descriptor);
  const close = (): void => closeSync(descriptor);
  if (!status.isFile()) {
    close();
    return null;
  }
  return {
    inode: status.ino,
    size: () => fstatSync(descriptor).size,
    read(offset, length) {
      const buffer = Buffer.alloc(length);
      return buffer.subarray(0, readSync(descriptor, buffer, 0, length, offset));
    },
    close,
  };
}

/** Services that have a log, sorted. */
export function loggedServices(directory: string): readonly string[] {
  return namesIn(directory).flatMap((name) => /^([\w.-]+)\.log$/.exec(name)?.[1] ?? []);
}

/** Files that the service's log was rotated into, newest first: `x.log.1`, `x.log.2`. */
export function rotatedFiles(directory: string, service: string): readonly string[] {
  const prefix = `${service}.log.`;
  return namesIn(directory)
    .filter((name) => name.startsWith(prefix) && /^\d{1,4}$/.test(name.slice(prefix.length)))
    .sort((a, b) => Number(a.slice(prefix.length)) - Number(b.slice(prefix.length)));
}

function openQuietly(path: string): number | null {
  try {
    return openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch {
    return null;
  }
}
