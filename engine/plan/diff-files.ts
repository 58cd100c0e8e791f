import type { DirectoryIntent, Intent } from '../../model/charm.ts';
import type { ObservedFile, ObservedMachine } from '../../model/observed.ts';
import { sortedEntries } from '../../model/order.ts';
import type { FileWrite } from '../../model/plan.ts';
import type { WantedUnit } from './wanted.ts';

export interface FilesDiff {
  /** Sorted by path. */
  readonly writes: readonly FileWrite[];
  readonly directories: Readonly<Record<string, DirectoryIntent>>;
  readonly removed: Readonly<Record<string, ObservedFile>>;
}

export function diffFiles(intent: Intent, wanted: WantedUnit['files'], machine: ObservedMachine | null): FilesDiff {
  const writes: FileWrite[] = [];
  for (const [path, after] of wanted) {
    const before = machine?.files[path] ?? null;
    if (before === null || !sameFile(before, after)) writes.push({ path, before, after });
  }
  return { writes, directories: changedDirectories(intent, machine), removed: removedFiles(intent, machine) };
}

export function touchesFiles({ writes, directories, removed }: FilesDiff): boolean {
  return writes.length > 0 || Object.keys(directories).length > 0 || Object.keys(removed).length > 0;
}

function sameFile(a: ObservedFile, b: ObservedFile): boolean {
  return a.content === b.content && sameOwnership(a, b) && sameSecrets(a.secrets, b.secrets);
}

function sameOwnership(a: DirectoryIntent, b: DirectoryIntent): boolean {
  return a.mode === b.mode && a.owner === b.owner && a.group === b.group;
}

function sameSecrets(a: ObservedFile['secrets'], b: ObservedFile['secrets']): boolean {
  const ids = Object.keys(a);
  return ids.length === Object.keys(b).length && ids.every((id) => a[id] === b[id]);
}

function changedDirectories(intent: Intent, machine: ObservedMachine | null): FilesDiff['directories'] {
  const changed = sortedEntries(intent.directories).filter(([path, wanted]) => {
    const before = machine?.directories[path];
    return before === undefined || !sameOwnership(before, wanted);
  });
  return Object.fromEntries(changed);
}

function removedFiles(intent: Intent, machine: ObservedMachine | null): FilesDiff['removed'] {
  if (machine === null) return {};
  return Object.fromEntries(sortedEntries(machine.files).filter(([path]) => intent.files[path] === undefined));
}
