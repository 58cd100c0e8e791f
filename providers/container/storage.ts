import { randomUUID } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { StorageSpec } from '../../model/desired.ts';
import { makeWhole, moveAway, namesIn, readJson, removeEmpty, sweepDrafts, writeJson } from './files.ts';
import type { Host } from './host.ts';
import { containerId } from './identity.ts';
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

/** Gone at once for everybody who looks; a child of the agent deletes it when the host has nothing better to do. */
export async function removeStorage(host: Host, environment: string, storageId: string): Promise<void> {
  const { storages } = host.layout;
  const { directory } = storagePaths(host.layout, environment, storageId);
  moveAway(directory, join(storages, `${GONE}${randomUUID()}`));
  sweepDrafts(dirname(directory));
  removeEmpty(dirname(directory));
  const trash = namesIn(storages)
    .filter((name) => name.startsWith(GONE))
    .slice(0, MOST_AT_ONCE);
  if (trash.length === 0) return;
  const agent = await host.agent();
  const nobody = containerId({ environment, unit: storageId }, randomUUID());
  await agent.remove(nobody, { graceMs: 0, trash: trash.map((name) => join(storages, name)) });
}

/** Begins the names of what is on its way to the trash, also when a crash kept it from there. */
const GONE = '.gone-';
/** What the agent takes in one request. */
const MOST_AT_ONCE = 16;

/** Sorted by id. */
export function listStorage(layout: Layout, environment: string): readonly StorageSpec[] {
  const directory = join(layout.storages, environment);
  return namesIn(directory)
    .filter((name) => !name.startsWith('.'))
    .flatMap((name) => readJson<StorageSpec>(join(directory, name, 'record.json')) ?? []);
}
