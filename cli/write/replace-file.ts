import {
  closeSync,
  fchmodSync,
  fchownSync,
  fsyncSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { UsageError } from '../output/fault.ts';

/** Somebody else is at the file: an edit made anew of its new text may succeed. */
export class FileBusyError extends UsageError {}

/** A draft that old belongs to nobody: writing one takes milliseconds. */
const ABANDONED_MS = 10_000;

/**
 * Replaces a file's text at once or not at all, if it still is what was read: two verbs at a time, or an editor, lose
 * nothing. Mode and owner are kept (a verb may run under sudo); a link stays a link.
 */
export function replaceFile(path: string, before: string, after: string): void {
  const file = realpathSync(path);
  const draft = `${file}.cantrip-draft`;
  const descriptor = claimDraft(draft);
  try {
    if (readFileSync(file, 'utf8') !== before) {
      throw new FileBusyError(`${path} was changed by somebody else in the meantime: nothing was done`, 'try again');
    }
    const { uid, gid, mode } = statSync(file);
    writeFileSync(descriptor, after);
    fchownSync(descriptor, uid, gid);
    fchmodSync(descriptor, mode & 0o7777);
    fsyncSync(descriptor);
    renameSync(draft, file);
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  } finally {
    closeSync(descriptor);
  }
}

/** The draft is also the claim: there can be only one. */
function claimDraft(draft: string): number {
  const age = Date.now() - (statSync(draft, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
  if (age > ABANDONED_MS) rmSync(draft, { force: true });
  try {
    return openSync(draft, 'wx', 0o600);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    throw new FileBusyError('another command is writing the environment file: nothing was done', 'try again');
  }
}
