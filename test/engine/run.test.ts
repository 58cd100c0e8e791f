import { describe, expect, it } from 'vitest';
import type { OperationResult, RunState } from '../../engine/run.ts';
import { next, outcome, settled, startRun, stop } from '../../engine/run.ts';
import type { Operation, Plan } from '../../model/plan.ts';

/** `b<a` is an operation b that depends on a; `?c` waits for a unit. */
function planOf(...texts: string[]): Plan {
  const operations = texts.map((text): Operation => {
    const [name = '', dependencies = ''] = text.split('<');
    const wait = name.startsWith('?');
    return {
      id: name.replace('?', ''),
      provider: 'container',
      action: wait
        ? { kind: 'unit.await', unit: 'a/0', services: [], timeoutMs: 1 }
        : { kind: 'network.remove', environment: 'e' },
      cause: { text: '', place: null },
      dependsOn: dependencies === '' ? [] : dependencies.split(','),
      expects: [],
    };
  });
  return { environment: 'e', operations, secretsToGenerate: [], waiting: [], retained: [] };
}

const DONE: OperationResult = { kind: 'done' };
const FAILED: OperationResult = { kind: 'failed', message: 'no' };
const STALE: OperationResult = { kind: 'stale', message: 'moved' };

function ids(operations: readonly Operation[]): string {
  return operations.map(({ id }) => id).join(' ');
}

/** Runs with these results (done where none is given) and tells what was started, step by step. */
function run(plan: Plan, concurrency: number, results: Readonly<Record<string, OperationResult>> = {}) {
  const state = startRun(plan, { concurrency });
  const steps: string[] = [];
  for (let started = next(state); started.length > 0; started = next(state)) {
    steps.push(ids(started));
    for (const { id } of started) settled(state, id, results[id] ?? DONE);
  }
  return { steps, outcome: outcome(state) };
}

describe('order', () => {
  it.each([
    ['nothing', [], 4, []],
    ['all at once', ['a', 'b', 'c'], 4, ['a b c']],
    ['a chain', ['a', 'b<a', 'c<b'], 4, ['a', 'b', 'c']],
    ['a diamond', ['a', 'b<a', 'c<a', 'd<b,c'], 4, ['a', 'b c', 'd']],
    ['no more than the limit', ['a', 'b', 'c'], 2, ['a b', 'c']],
    ['waiting is no work', ['?a', '?b', 'c'], 1, ['a b c']],
  ])('%s', (_name, texts, concurrency, steps) => expect(run(planOf(...texts), concurrency).steps).toEqual(steps));

  it('starts what becomes possible as soon as it is', () => {
    const state = startRun(planOf('a', 'b', 'c<a'), { concurrency: 2 });
    expect(ids(next(state))).toBe('a b');
    expect(ids(next(state))).toBe('');
    settled(state, 'a', DONE);
    expect(ids(next(state))).toBe('c');
  });
});

describe('outcome', () => {
  it.each([
    ['done', {}, { kind: 'done', done: ['a', 'b', 'c'], skipped: [] }],
    ['failed', { a: FAILED }, { kind: 'failed', done: ['c'], failed: [{ id: 'a', message: 'no' }], skipped: ['b'] }],
    ['stale', { a: STALE }, { kind: 'stale', stale: [{ id: 'a', message: 'moved' }], skipped: ['b'] }],
    ['failed is more than stale', { a: STALE, c: FAILED }, { kind: 'failed' }],
  ])('%s', (_name, results, expected) => {
    const { done, ...rest } = run(planOf('a', 'b<a', 'c'), 4, results).outcome;
    expect({ ...rest, done: [...done].sort() }).toMatchObject(expected);
  });

  it('is running while something runs or can be started', () => {
    const state = startRun(planOf('a', 'b<a'), { concurrency: 1 });
    expect(outcome(state).kind).toBe('running');
    next(state);
    expect(outcome(state).kind).toBe('running');
  });

  it('of a stopped run: what runs is finished, nothing is started', () => {
    const state: RunState = startRun(planOf('a', 'b'), { concurrency: 1 });
    next(state);
    stop(state);
    expect(outcome(state).kind).toBe('running');
    settled(state, 'a', DONE);
    expect(next(state)).toEqual([]);
    expect(outcome(state)).toMatchObject({ kind: 'stopped', done: ['a'], skipped: ['b'] });
  });
});

describe('our own mistakes', () => {
  it('an operation ends that does not run', () => {
    expect(() => settled(startRun(planOf('a'), { concurrency: 1 }), 'a', DONE)).toThrow('ended but was not running');
  });
  it('a dependency that is not there', () => {
    expect(() => startRun(planOf('a<b'), { concurrency: 1 })).toThrow('does not hold: b');
  });
});

it('costs what there is, not its square', () => {
  const count = 50_000;
  const plan = planOf(...Array.from({ length: count }, (_, index) => (index === 0 ? '0' : `${index}<${index - 1}`)));
  const start = performance.now();
  expect(run(plan, 16).steps).toHaveLength(count);
  expect(performance.now() - start).toBeLessThan(5000);
});
