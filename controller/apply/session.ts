import type { Stored } from '../read/records.ts';
import { readStored } from '../read/stored.ts';
import { type Journal, openJournal } from './journal.ts';
import type { ReconcileContext, ReconcileRequest } from './request.ts';
import type { Store, Write } from './store.ts';
import { openVault, type Vault } from './vault.ts';

/**
 * An environment's state during one run. It is opened for writing by the first write: a run that changes nothing writes
 * nothing.
 */
export interface Session {
  readonly vault: Vault;
  stored(): Stored | null;
  /** Done together, on disk when it resolves. */
  write(writes: readonly Write[]): Promise<void>;
  journal(): Promise<Journal>;
  /** `forget`: nothing is left of the environment, so nothing is to be known of it either. */
  close(result: string, forget: boolean): Promise<void>;
}

export async function openSession(context: ReconcileContext, request: ReconcileRequest): Promise<Session> {
  const { home, random, clock } = context;
  const { environment, actor, source } = request;
  let stored = await readState(context, environment);
  let store: Store | null = null;
  let journal: Journal | null = null;
  const secrets = stored?.secrets ?? new Map();
  const writable = async (): Promise<Store> => {
    store ??= await home.open(environment);
    return store;
  };
  return {
    vault: openVault({ environment, secrets, random, key: (need) => home.secretKey(need) }),
    stored: () => stored,
    async write(writes) {
      if (writes.length === 0) return;
      const opened = await writable();
      await opened.txn({ compares: [], writes });
      stored = await readStored(opened);
    },
    async journal() {
      journal ??= await openJournal(await writable(), { clock, actor, file: source.file });
      return journal;
    },
    async close(result, forget) {
      await journal?.close(result);
      await store?.close();
      if (forget && stored !== null) await home.forget(environment);
    },
  };
}

async function readState({ home }: ReconcileContext, environment: string): Promise<Stored | null> {
  const reader = await home.read(environment);
  if (reader === null) return null;
  try {
    return await readStored(reader);
  } finally {
    await reader.close();
  }
}
