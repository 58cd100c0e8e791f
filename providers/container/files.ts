import { randomBytes } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';

/*
 * Small files of our own on a local disk. They are read and written synchronously: that takes microseconds, a round
 * trip through the thread pool takes longer, and a look at 500 containers reads a thousand of them.
 */

/** The file's text; null when there is none. */
export function readText(path: string): string | null {
  return unlessMissing(() => readFileSync(path, 'utf8'), null);
}

/**
 * The file's value; null when there is no file or it is no JSON (somebody else's hand: our own writes are whole or
 * absent).
 */
export function readJson<T>(path: string): T | null {
  const text = readText(path);
  if (text === null) return null;
  try {
    return JSON.parse(text) as T;
  } catch {
    return null;
  }
}

/** Names in a directory, sorted; none when it is missing. */
export function namesIn(directory: string): readonly string[] {
  return unlessMissing(() => readdirSync(directory).sort(), []);
}

/** A reader, and a crash, see the old content or the new one. */
function writeWhole(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const draft = draftOf(path);
  writeFileSync(draft, text, { mode: 0o600, flag: 'wx' });
  renameSync(draft, path);
}

export function writeJson(path: string, value: unknown): void {
  writeWhole(path, `${JSON.stringify(value)}\n`);
}

/** A directory that appears with all that `fill` puts into it, or not at all. */
export function makeWhole(path: string, fill: (draft: string) => void): void {
  const draft = draftOf(path);
  mkdirSync(draft, { recursive: true, mode: 0o700 });
  fill(draft);
  renameSync(draft, path);
}

/** Removes what killed processes of ours had begun to write in the directory. */
export function sweepDrafts(directory: string): void {
  for (const name of namesIn(directory)) {
    const owner = DRAFT.exec(name)?.[1];
    if (owner !== undefined && !existsSync(`/proc/${owner}`))
      rmSync(join(directory, name), { recursive: true, force: true });
  }
}

const DRAFT = /^\..+\.(\d+)\.[0-9a-f]{8}$/;

function draftOf(path: string): string {
  return join(dirname(path), `.${basename(path)}.${process.pid}.${randomBytes(4).toString('hex')}`);
}

export function removeFile(path: string): void {
  rmSync(path, { force: true });
}

/** Moves it if it is there; both lie on one file system. */
export function moveAway(path: string, target: string): void {
  unlessMissing(() => renameSync(path, target), undefined);
}

/** Removes the directory if nothing is in it. */
export function removeEmpty(directory: string): void {
  try {
    rmdirSync(directory);
  } catch (error) {
    if (!['ENOENT', 'ENOTEMPTY'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  }
}

function unlessMissing<T>(act: () => T, otherwise: T): T {
  try {
    return act();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return otherwise;
    throw error;
  }
}
