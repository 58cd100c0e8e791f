import { expect, test } from 'vitest';
import { isDelicate, openLookout } from '../../../controller/apply/lookout.ts';
import type { Action, Operation, Precondition } from '../../../model/plan.ts';
import { createFakeProvider } from '../support/fake-provider.ts';

function operation(expects: readonly Precondition[], action: Action = REMOVAL): Operation {
  const cause = { text: 'test', place: null };
  return { id: 'operation', provider: 'fake', action, cause, dependsOn: [], expects };
}

const REMOVAL: Action = { kind: 'machine.remove', unit: 'web/0', id: 'id-1', graceMs: 0 };
const NAMES: Action = { kind: 'names.ensure', names: {}, added: [], removed: [] };
const GONE: Precondition = { kind: 'machine-absent', unit: 'web/0' };
const READY: Precondition = { kind: 'units-ready', units: ['web/0'], atLeast: 1 };

test('many questions share a look, but none is answered by a look that began before it', async () => {
  const provider = createFakeProvider('fake');
  let looks = 0;
  let release: () => void = () => {};
  provider.onCall = () => {
    looks += 1;
    return new Promise((resolve) => {
      release = resolve;
    });
  };
  const lookout = openLookout(new Map([['fake', provider]]), 'shop');
  const early = lookout.objection(operation([GONE]));
  await new Promise((resolve) => setImmediate(resolve));
  const late = [1, 2, 3].map(() => lookout.objection(operation([GONE])));
  await new Promise((resolve) => setImmediate(resolve));
  expect(looks).toBe(1);
  release();
  expect(await early).toBeNull();
  await new Promise((resolve) => setImmediate(resolve));
  expect(looks).toBe(2);
  release();
  expect(await Promise.all(late)).toEqual([null, null, null]);
});

test('a look that fails is the failure of those who asked for it, not of those who ask next', async () => {
  const provider = createFakeProvider('fake');
  const lookout = openLookout(new Map([['fake', provider]]), 'shop');
  provider.onCall = () => Promise.reject(new Error('blind'));
  await expect(lookout.objection(operation([GONE]))).rejects.toThrow('blind');
  provider.onCall = () => {};
  expect(await lookout.objection(operation([GONE]))).toBeNull();
});

test('what is expected of nothing is not looked at', async () => {
  const provider = createFakeProvider('fake');
  provider.onCall = () => expect.fail('looked');
  expect(await openLookout(new Map([['fake', provider]]), 'shop').objection(operation([]))).toBeNull();
});

test('delicate is what takes something away or leads traffic', () => {
  const cases: readonly (readonly [boolean, Operation])[] = [
    [true, operation([])],
    [true, operation([READY], NAMES)],
    [true, operation([{ kind: 'storage-unused', id: 'db/0/data' }], NAMES)],
    [false, operation([GONE], NAMES)],
    [false, operation([], NAMES)],
  ];
  for (const [delicate, one] of cases) expect(isDelicate(one)).toBe(delicate);
});
