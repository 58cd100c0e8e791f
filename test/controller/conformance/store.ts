import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Store, Txn, TxnResult, Write } from '../../../controller/apply/store.ts';
import { KEPT_REVISIONS } from '../../../controller/apply/txn.ts';
import type { Change } from '../../../controller/read/store.ts';

/** One place where state lives: opened again, it is as it was. */
export interface StoreSubject {
  open(): Promise<Store>;
  /** Removes everything. */
  dispose(): Promise<void>;
}

/** What every store does, whatever stands behind it. */
export function storeConformance(name: string, create: () => Promise<StoreSubject>): void {
  describe(`store ${name}`, () => {
    let subject: StoreSubject;
    let store: Store;
    beforeEach(async () => {
      subject = await create();
      store = await subject.open();
    });
    afterEach(async () => {
      await store.close();
      await subject.dispose();
    });

    test('an empty store has revision 0 and nothing in it', async () => {
      expect(await store.revision()).toBe(0);
      expect(await store.get('a')).toBeNull();
      expect(await store.list('')).toEqual([]);
    });

    test('revisions: one for each transaction that wrote, per key the last and the first', async () => {
      await put(store, { a: '1', b: '1' });
      await put(store, { a: '2' });
      expect(await store.get('a')).toEqual({ key: 'a', value: '2', modRevision: 2, createRevision: 1, version: 2 });
      expect(await store.get('b')).toEqual({ key: 'b', value: '1', modRevision: 1, createRevision: 1, version: 1 });
      await write(store, [{ kind: 'delete', key: 'a' }]);
      await put(store, { a: '3' });
      expect(await store.get('a')).toEqual({ key: 'a', value: '3', modRevision: 4, createRevision: 4, version: 1 });
      expect(await store.revision()).toBe(4);
    });

    test('a delete of what is not there writes nothing', async () => {
      expect(await write(store, [{ kind: 'delete', key: 'a' }])).toEqual({ succeeded: true, revision: 0 });
    });

    test('list: sorted by code units, only what has the prefix', async () => {
      await put(store, { 'b/10': '', 'b/2': '', B: '', b: '', 'b/': '', 'b~': '', c: '' });
      expect((await store.list('b/')).map((entry) => entry.key)).toEqual(['b/', 'b/10', 'b/2']);
      expect((await store.list('')).map((entry) => entry.key)).toEqual(['B', 'b', 'b/', 'b/10', 'b/2', 'b~', 'c']);
    });

    test('values are kept exactly', async () => {
      const value = JSON.stringify({ text: 'ä€😀\u0000"\n', long: 'x'.repeat(200_000) });
      await put(store, { a: value });
      expect((await store.get('a'))?.value).toBe(value);
    });

    describe('compare and swap', () => {
      const cases: readonly [string, number, boolean][] = [
        ['the present revision', 1, true],
        ['an older one', 0, false],
        ['a newer one', 2, false],
      ];
      for (const [what, modRevision, succeeded] of cases) {
        test(what, async () => {
          await put(store, { a: '1' });
          const result = await store.txn({ compares: [{ key: 'a', modRevision }], writes: [putOf('a', '2')] });
          expect(result).toEqual({ succeeded, revision: succeeded ? 2 : 1 });
          expect((await store.get('a'))?.value).toBe(succeeded ? '2' : '1');
        });
      }

      test('0 means absent', async () => {
        const claim: Txn = { compares: [{ key: 'a', modRevision: 0 }], writes: [putOf('a', 'mine')] };
        const results = await Promise.all([store.txn(claim), store.txn(claim), store.txn(claim)]);
        expect(results.map((result) => result.succeeded)).toEqual([true, false, false]);
      });

      test('all compares must hold, else nothing is written', async () => {
        await put(store, { a: '1' });
        const compares = [
          { key: 'a', modRevision: 1 },
          { key: 'b', modRevision: 1 },
        ];
        const result = await store.txn({ compares, writes: [putOf('a', '2'), putOf('c', '2')] });
        expect(result.succeeded).toBe(false);
        expect((await store.list('')).map((entry) => entry.value)).toEqual(['1']);
      });
    });

    test('delete-prefix removes all below and nothing else', async () => {
      await put(store, { 'run/1/a': '', 'run/1/b': '', 'run/10/a': '', run: '' });
      await write(store, [{ kind: 'delete-prefix', prefix: 'run/1/' }]);
      expect((await store.list('')).map((entry) => entry.key)).toEqual(['run', 'run/10/a']);
    });

    test('a mistaken transaction is refused and leaves the others alone', async () => {
      const twice = store.txn({ compares: [], writes: [putOf('a', '1'), putOf('a', '2')] });
      const both = store.txn({ compares: [], writes: [putOf('r/a', '1'), { kind: 'delete-prefix', prefix: 'r/' }] });
      const good = put(store, { b: '1' });
      await expect(twice).rejects.toThrow('a is written twice in one transaction');
      await expect(both).rejects.toThrow('r/a is written and removed in one transaction');
      await expect(put(store, { ä: '' })).rejects.toThrow('not a key: "ä"');
      expect(await good).toEqual({ succeeded: true, revision: 1 });
    });

    test('transactions queued together get revisions in their order', async () => {
      const results = await Promise.all(Array.from({ length: 50 }, (_, index) => put(store, { [`k${index}`]: '' })));
      expect(results.map((result) => result.revision)).toEqual(Array.from({ length: 50 }, (_, index) => index + 1));
    });

    test('opened again it is as it was', async () => {
      await put(store, { a: '1' });
      await store.close();
      store = await subject.open();
      expect(await store.get('a')).toMatchObject({ value: '1', modRevision: 1 });
    });

    describe('watch', () => {
      test('tells past changes from a revision on, then new ones, in order and below the prefix only', async () => {
        await put(store, { 'a/1': 'x' });
        await put(store, { 'a/1': 'y', 'a/2': 'y', b: 'y' });
        const seen = collect(store, 'a/', 2, 4);
        await write(store, [{ kind: 'delete', key: 'a/2' }]);
        await put(store, { 'a/3': 'z' });
        expect((await seen).map(told)).toEqual(['2 a/1=y', '2 a/2=y', '3 a/2 gone', '4 a/3=z']);
      });

      test('without a revision it tells what comes', async () => {
        await put(store, { a: 'old' });
        const seen = collect(store, '', undefined, 1);
        await put(store, { a: 'new' });
        expect((await seen).map(told)).toEqual(['2 a=new']);
      });

      test('sees what another handle wrote', async () => {
        const other = await subject.open();
        const seen = collect(store, '', 1, 1);
        await put(other, { a: 'theirs' });
        expect((await seen).map(told)).toEqual(['1 a=theirs']);
        await other.close();
      });

      test('ends with the signal', async () => {
        const ended = new AbortController();
        const iterator = store.watch('', { signal: ended.signal })[Symbol.asyncIterator]();
        const next = iterator.next();
        ended.abort();
        expect(await next).toEqual({ done: true, value: undefined });
      });

      test('what is no longer kept is refused', async () => {
        const puts = Array.from({ length: KEPT_REVISIONS + 300 }, (_, index) => put(store, { a: `${index}` }));
        await Promise.all(puts);
        await expect(collect(store, '', 1, 1)).rejects.toMatchObject({ name: 'StoreError', fault: 'compacted' });
        expect(await collect(store, '', KEPT_REVISIONS + 300, 1)).toHaveLength(1);
      });
    });
  });
}

function putOf(key: string, value: string): Write {
  return { kind: 'put', key, value };
}

function put(store: Store, values: Readonly<Record<string, string>>): Promise<TxnResult> {
  return write(
    store,
    Object.entries(values).map(([key, value]) => putOf(key, value)),
  );
}

function write(store: Store, writes: readonly Write[]): Promise<TxnResult> {
  return store.txn({ compares: [], writes });
}

async function collect(store: Store, prefix: string, from: number | undefined, count: number): Promise<Change[]> {
  const ended = new AbortController();
  const changes: Change[] = [];
  const options = from === undefined ? { signal: ended.signal } : { fromRevision: from, signal: ended.signal };
  for await (const change of store.watch(prefix, options)) {
    changes.push(change);
    if (changes.length === count) break;
  }
  return changes;
}

function told(change: Change): string {
  return change.kind === 'put'
    ? `${change.revision} ${change.entry.key}=${change.entry.value}`
    : `${change.revision} ${change.key} gone`;
}
