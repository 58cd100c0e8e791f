import { lstat, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Removes from a tree what installing left and no unit needs: caches, package lists, logs, temporary files.
 * Directories stay where packages made them with owners of their own. Whiteouts among the files may go too: what they
 * hid is a cache below.
 */
export async function stripTree(root: string): Promise<void> {
  for (const path of ['run', 'tmp', 'var/tmp', 'var/lib/apt/lists'])
    await removeBelow(root, path, { directories: true });
  for (const path of ['var/cache/apt', 'var/cache/ldconfig', 'var/cache/man', 'var/log']) await removeBelow(root, path);
  for (const path of ['var/cache/debconf', 'var/lib/dpkg']) await removeBelow(root, path, { only: /-old$/ });
  for (const name of ['passwd-', 'group-', 'shadow-', 'gshadow-', '.pwd.lock']) {
    const etc = await realDirectory(root, 'etc');
    if (etc !== null) await rm(join(etc, name), { force: true });
  }
}

interface RemoveOptions {
  /** Directories go too. */
  readonly directories?: boolean;
  /** Only names that match. */
  readonly only?: RegExp;
  /** Names that stay. */
  readonly except?: string;
}

/** Removes what lies below a directory of the tree; a missing one is no fault. */
export async function removeBelow(root: string, path: string, options: RemoveOptions = {}): Promise<void> {
  const directory = await realDirectory(root, path);
  if (directory === null) return;
  for (const entry of await readdir(directory, { withFileTypes: true })) {
    const inside = `${path}/${entry.name}`;
    if (entry.isDirectory() && options.directories !== true) {
      await removeBelow(root, inside, options);
    } else if (entry.name !== options.except && (options.only?.test(entry.name) ?? true)) {
      await rm(join(root, inside), { recursive: true, force: true });
    }
  }
}

/**
 * Path of a directory inside a tree, or null when it is none. A strange charm's commands may have put a link in its
 * place, or in the place of a directory above, that leads out of the tree.
 */
async function realDirectory(root: string, path: string): Promise<string | null> {
  let current = root;
  for (const part of path.split('/')) {
    current = join(current, part);
    const stats = await lstat(current).catch(() => null);
    if (stats === null || !stats.isDirectory()) return null;
  }
  return current;
}
