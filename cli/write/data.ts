import type { RetainedStorage } from '../../model/plan.ts';
import { formatBytes } from '../../model/quantities.ts';
import type { ChangeOptions } from './options.ts';
import type { WriteShell } from './shell.ts';

/**
 * What becomes of data that nothing will use any more: agreed to with `--yes`, kept with `--keep-data`, else asked;
 * without anybody to ask it
 * is kept. Null: the user would rather stop.
 */
export async function decideData(
  shell: Pick<WriteShell, 'terminal' | 'ask'>,
  unused: readonly RetainedStorage[],
  { yes, keepData }: Pick<ChangeOptions, 'yes' | 'keepData'>,
): Promise<'keep' | 'remove' | null> {
  if (keepData || unused.length === 0) return yes && !keepData ? 'remove' : 'keep';
  if (yes) return 'remove';
  const { terminal } = shell;
  terminal.err('nothing will use this data any more:', ...unused.map((one) => `  ${describeStorage(one)}`));
  const answer = await shell.ask('remove it? yes removes, no keeps it, anything else stops: ');
  if (answer === null) {
    terminal.err('it is kept, because nobody can be asked; --yes removes it');
    return 'keep';
  }
  const word = answer.trim().toLowerCase();
  if (word === 'yes') return 'remove';
  if (word === 'no') return 'keep';
  terminal.err('nothing was changed');
  return null;
}

/** `db/0/data (2G, container)`. */
export function describeStorage({ provider, storage }: RetainedStorage): string {
  const size = storage.bytes === null ? '' : `${formatBytes(storage.bytes)}, `;
  return `${storage.id} (${size}${provider})`;
}
