import { byText } from '../../model/order.ts';
import type { Change, Entry } from '../read/store.ts';
import { type Bell, type ChangeSource, createBell, watchChanges } from '../read/watch.ts';
import type { Compare, Store, Txn, TxnResult, Write } from './store.ts';
import { assertTxn, COMPACT_EVERY, KEPT_REVISIONS } from './txn.ts';

/** What survives a closed store: the simulator's disk. */
export interface MemoryState {
  revision: number;
  compacted: number;
  readonly entries: Map<string, Entry>;
  changes: Change[];
  readonly bell: Bell;
}

export function emptyMemoryState(): MemoryState {
  return { revision: 0, compacted: 0, entries: new Map(), changes: [], bell: createBell() };
}

/** A store that lasts as long as its state object does: for tests and the simulator. */
export function openMemoryStore(state: MemoryState = emptyMemoryState()): Store {
  return {
    revision: async () => state.revision,
    get: async (key) => state.entries.get(key) ?? null,
    list: async (prefix) => entriesBelow(state, prefix),
    watch: (prefix, options) => watchChanges(changeSource(state), prefix, options),
    txn: async (txn) => commit(state, txn),
    close: async () => {},
  };
}

function entriesBelow(state: MemoryState, prefix: string): Entry[] {
  const found = [...state.entries.values()].filter((entry) => entry.key.startsWith(prefix));
  return found.sort((a, b) => byText(a.key, b.key));
}

function changeSource(state: MemoryState): ChangeSource {
  return {
    revision: () => state.revision,
    compacted: () => state.compacted,
    changesAfter: (revision, prefix) =>
      state.changes.filter((change) => change.revision > revision && keyOf(change).startsWith(prefix)),
    moved: (signal) => state.bell.wait(signal),
  };
}

function commit(state: MemoryState, txn: Txn): TxnResult {
  assertTxn(txn);
  if (!txn.compares.every((compare) => holds(state, compare))) return { succeeded: false, revision: state.revision };
  const changes = txn.writes.flatMap((write) => applyWrite(state, write, state.revision + 1));
  if (changes.length > 0) {
    state.revision += 1;
    state.changes.push(...changes.sort((a, b) => byText(keyOf(a), keyOf(b))));
    compact(state);
    state.bell.ring();
  }
  return { succeeded: true, revision: state.revision };
}

function holds(state: MemoryState, compare: Compare): boolean {
  return (state.entries.get(compare.key)?.modRevision ?? 0) === compare.modRevision;
}

function applyWrite(state: MemoryState, write: Write, revision: number): Change[] {
  if (write.kind === 'put') return [put(state, write.key, write.value, revision)];
  const keys = write.kind === 'delete' ? [write.key] : entriesBelow(state, write.prefix).map((entry) => entry.key);
  return keys.filter((key) => state.entries.delete(key)).map((key) => ({ kind: 'delete', revision, key }));
}

function put(state: MemoryState, key: string, value: string, revision: number): Change {
  const before = state.entries.get(key);
  const entry: Entry = {
    key,
    value,
    modRevision: revision,
    createRevision: before?.createRevision ?? revision,
    version: (before?.version ?? 0) + 1,
  };
  state.entries.set(key, entry);
  return { kind: 'put', revision, entry };
}

function compact(state: MemoryState): void {
  const upTo = state.revision - KEPT_REVISIONS;
  if (upTo - state.compacted < COMPACT_EVERY) return;
  state.compacted = upTo;
  state.changes = state.changes.filter((change) => change.revision > state.compacted);
}

function keyOf(change: Change): string {
  return change.kind === 'put' ? change.entry.key : change.key;
}
