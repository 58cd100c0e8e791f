import { type Allocation, EMPTY_ALLOCATION } from '../../model/allocation.ts';
import { KEYS, runOf } from './keys.ts';
import type { DefinitionRecord, Identity, JournalRecord, JournalRun, SecretRecord, Stored } from './records.ts';
import { type Entry, StoreError, type StoreReader } from './store.ts';

/** What is stored of an environment; null when nothing is. One list, so that all of it is of one moment. */
export async function readStored(store: StoreReader): Promise<Stored | null> {
  const entries = await store.list(KEYS.state);
  const byKey = new Map(entries.map((entry) => [entry.key, entry]));
  const identity = parseOrNull<Identity>(byKey.get(KEYS.identity));
  if (identity === null) return null;
  const secrets = entries.filter((entry) => entry.key.startsWith(KEYS.secrets));
  return {
    identity,
    allocation: parseOrNull<Allocation>(byKey.get(KEYS.allocation)) ?? EMPTY_ALLOCATION,
    definition: parseOrNull<DefinitionRecord>(byKey.get(KEYS.definition)),
    secrets: new Map(secrets.map((entry) => [entry.key.slice(KEYS.secrets.length), parseRecord<SecretRecord>(entry)])),
    revision: Math.max(...entries.map((entry) => entry.modRevision)),
  };
}

/** Versions of the secrets there are, without their values. */
export function secretVersions(stored: Stored | null): ReadonlyMap<string, string> {
  return new Map([...(stored?.secrets ?? [])].map(([id, secret]) => [id, secret.version]));
}

/** Definitions that were applied, oldest first. */
export async function readDefinitions(store: StoreReader): Promise<readonly DefinitionRecord[]> {
  return (await store.list(KEYS.definitions)).map((entry) => parseRecord<DefinitionRecord>(entry));
}

/** Runs that are still kept, oldest first. */
export async function readJournal(store: StoreReader): Promise<readonly JournalRun[]> {
  const runs = new Map<number, JournalRecord[]>();
  for (const entry of await store.list(KEYS.journal)) {
    const run = runOf(entry.key);
    const records = runs.get(run) ?? [];
    records.push(parseRecord<JournalRecord>(entry));
    runs.set(run, records);
  }
  return [...runs].map(([run, records]) => ({ run, records, ended: endOf(records) }));
}

function endOf(records: readonly JournalRecord[]): string | null {
  const last = records.at(-1);
  return last?.kind === 'run.end' ? last.result : null;
}

function parseOrNull<T>(entry: Entry | undefined): T | null {
  return entry === undefined ? null : parseRecord<T>(entry);
}

/** Records are written by us alone: their shape is trusted, their being JSON is not. */
function parseRecord<T>(entry: Entry): T {
  try {
    return JSON.parse(entry.value) as T;
  } catch {
    throw new StoreError('corrupt', `state ${entry.key} is damaged: it is not JSON`);
  }
}
