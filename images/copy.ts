import { constants } from 'node:fs';
import { chmod, copyFile, mkdir, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { walkTree } from './tree.ts';

/**
 * Copies what `digestTree` digests: readable by all, writable by its owner alone, which is root because only root
 * builds layers.
 */
export async function copyTree(source: string, destination: string): Promise<void> {
  await makeDirectories(destination);
  for (const entry of await walkTree(source)) {
    const to = join(destination, entry.path);
    if (entry.kind === 'directory') {
      await makeDirectories(to);
    } else if (entry.kind === 'link') {
      await symlink(entry.destination, to);
    } else {
      await copyFile(join(source, entry.path), to, constants.COPYFILE_FICLONE);
      await chmod(to, entry.executable ? 0o755 : 0o644);
    }
  }
}

/** Makes the directory and its missing parents with mode 0755, whatever the umask. */
export async function makeDirectories(path: string): Promise<void> {
  const first = await mkdir(path, { recursive: true });
  if (first === undefined) return;
  for (let made = path; made.length >= first.length; made = dirname(made)) {
    await chmod(made, 0o755);
  }
}
