import { chmodSync, existsSync, mkdirSync, rmdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { StorageSpec } from '../../model/desired.ts';
import { makeWhole, namesIn, readJson, removeTree, sweepDrafts, writeJson } from './files.ts';
import { type Layout, storagePaths } from './layout.ts';

/** Volumes are directories of the host. They have no size limit of their own: a plain directory cannot have one. */
export function ensureStorage(layout: Layout, environment: string, storage: StorageSpec): void {
  const paths = storagePaths(layout, environment, storage.id);
  if (existsSync(paths.directory)) {
    writeJson(paths.record, storage);
    return;
  }
  makeWhole(paths.directory, (draft) => {
    writeJson(join(draft, 'record.json'), storage);
    mkdirSync(join(draft, 'data'));
    chmodSync(join(draft, 'data'), 0o755);
  });
}

export async function removeStorage(layout: Layout, environment: string, storageId: string): Promise<void> {
  const { directory } = storagePaths(layout, environment, storageId);
  await removeTree(directory, layout.storages);
  sweepDrafts(dirname(directory));
  removeEmpty(dirname(directory));
}

/** Sorted by id. */
export function listStorage(layout: Layout, environment: string): readonly StorageSpec[] {
  const directory = join(layout.storages, environment);
  return namesIn(directory)
    .filter((name) => !name.startsWith('.'))
    .flatMap((name) => readJson<StorageSpec>(join(directory, name, 'record.json')) ?? []);
}

function removeEmpty(directory: string): void {
  try {
    rmdirSync(directory);
  } catch (error) {
    if (!['ENOENT', 'ENOTEMPTY'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  }
}
