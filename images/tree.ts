import type { BigIntStats } from 'node:fs';
import { lstat, readdir, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { byText } from '../model/order.ts';

/**
 * What is taken over from a directory of the user's. Paths are relative, with `/`; parents stand before their
 * children.
 */
export type TreeEntry =
  | { readonly kind: 'directory'; readonly path: string }
  | { readonly kind: 'file'; readonly path: string; readonly executable: boolean; readonly stats: BigIntStats }
  | { readonly kind: 'link'; readonly path: string; readonly destination: string };

/**
 * Never taken over: the history; dependencies, which are installed for the unit instead; and npm's settings, which hold
 * tokens that only the installation on the host needs.
 */
const IGNORED = new Set(['.git', '.npmrc', 'node_modules']);

/** More than an application or a site has; whoever names their home directory by mistake should hear of it soon. */
const MAX_ENTRIES = 50_000;
const MAX_BYTES = 2n * 1024n ** 3n;

/** Everything below the directory in order of paths by code units; sockets, pipes and devices are passed over. */
export async function walkTree(directory: string): Promise<readonly TreeEntry[]> {
  const entries: TreeEntry[] = [];
  let bytes = 0n;
  const visit = async (prefix: string): Promise<void> => {
    const names = await readdir(join(directory, prefix));
    for (const name of names.filter((each) => !IGNORED.has(each)).sort(byText)) {
      const entry = await readEntry(directory, prefix + name);
      if (entry === null) continue;
      entries.push(entry);
      if (entry.kind === 'file') bytes += entry.stats.size;
      if (entries.length > MAX_ENTRIES || bytes > MAX_BYTES) throw new TreeTooLarge();
      if (entry.kind === 'directory') await visit(`${entry.path}/`);
    }
  };
  await visit('');
  return entries;
}

/** With a code, as the file system's own refusals have one: it is the user's to mend. */
class TreeTooLarge extends Error {
  override readonly name = 'TreeTooLarge';
  readonly code = 'EFBIG';

  constructor() {
    super(`it holds more than ${MAX_ENTRIES} entries or ${MAX_BYTES / 1024n ** 3n} GiB; is it the right directory?`);
  }
}

async function readEntry(directory: string, path: string): Promise<TreeEntry | null> {
  const full = join(directory, path);
  const stats = await lstat(full, { bigint: true });
  if (stats.isDirectory()) return { kind: 'directory', path };
  if (stats.isSymbolicLink()) return { kind: 'link', path, destination: await readlink(full) };
  if (stats.isFile()) return { kind: 'file', path, executable: (stats.mode & 0o111n) !== 0n, stats };
  return null;
}
