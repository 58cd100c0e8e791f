/** What the user can mend: wrong arguments, a missing file. Ends a command with one sentence and exit status 2. */
export class UsageError extends Error {
  readonly hint: string | null;

  constructor(message: string, hint: string | null = null) {
    super(message);
    this.name = 'UsageError';
    this.hint = hint;
  }
}

/** A failure of the world in words for people. */
export interface Fault {
  readonly message: string;
  readonly detail: readonly string[];
  readonly hint: string | null;
}

const SPOKEN = new Set(['ProviderError', 'StoreError', 'LockedError', 'ImageError', 'UsageError']);

/** A failure that was foreseen, told as it is; null for one that was not: a fault of ours. */
export function foreseenFault(error: unknown): Fault | null {
  if (!(error instanceof Error)) return null;
  if (SPOKEN.has(error.name)) {
    const { hint = null, detail = [] } = error as Partial<Fault>;
    return { message: error.message, detail, hint };
  }
  const { code, syscall, path } = error as NodeJS.ErrnoException;
  if (code === undefined || syscall === undefined) return null;
  const reason = REASONS[code] ?? code;
  return { message: `${path ?? syscall}: ${reason}`, detail: [], hint: HINTS[code] ?? null };
}

const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'not permitted',
  ENOENT: 'no such file or directory',
  EISDIR: 'it is a directory',
  ENOTDIR: 'part of the path is no directory',
  ENOSPC: 'no space left on the device',
  EROFS: 'the file system is read-only',
  EMFILE: 'too many open files',
};

const HINTS: Readonly<Record<string, string>> = {
  EACCES: 'run it as root, or as the owner',
  EPERM: 'run it as root',
  ENOSPC: 'free some space, then run the same command again',
};
