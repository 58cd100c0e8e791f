import { lstat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ProviderError } from '../model/provider.ts';

/**
 * Refuses a target that a directory layer would do harm to. Such a layer brings the directories above its target
 * along, as root's with mode 0755, whatever image it lies upon; so those must be that, or be missing, in all layers
 * below.
 */
export async function checkTarget(target: string, below: readonly string[]): Promise<void> {
  for (let parent = dirname(target); parent !== '/'; parent = dirname(parent)) {
    for (const root of below) {
      const stats = await lstat(join(root, parent)).catch(() => null);
      if (stats === null) continue;
      const plain = stats.isDirectory() && stats.uid === 0 && stats.gid === 0 && (stats.mode & 0o7777) === 0o755;
      if (!plain) throw refusal(target, parent);
    }
  }
}

function refusal(target: string, parent: string): ProviderError {
  return new ProviderError({
    action: 'place directory at',
    target,
    message: `${parent} is not a plain directory of root's in the image`,
    hint: 'choose a place like /srv/NAME or /opt/NAME',
  });
}
