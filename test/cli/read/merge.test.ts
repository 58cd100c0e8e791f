import { expect, it } from 'vitest';
import { asTheyCome, inOrder } from '../../../cli/read/merge.ts';
import type { LogLine } from '../../../model/provider.ts';

async function* log(unit: string, times: readonly number[]): AsyncGenerator<LogLine> {
  for (const timeMs of times) yield { unit, service: 's', timeMs, stream: 'output', text: '' };
}

async function collect(lines: AsyncIterable<LogLine>): Promise<string[]> {
  const found: string[] = [];
  for await (const { unit, timeMs } of lines) found.push(`${unit}@${timeMs}`);
  return found;
}

it('merges by time', async () => {
  const logs = [log('a', [1, 4, 5]), log('b', [2, 3, 9]), log('c', [])];
  expect(await collect(inOrder(logs))).toEqual(['a@1', 'b@2', 'b@3', 'a@4', 'a@5', 'b@9']);
});

it('of no logs makes none', async () => {
  expect(await collect(inOrder([]))).toEqual([]);
  expect(await collect(asTheyCome([]))).toEqual([]);
});

it('gives every line as it comes, each log in its order', async () => {
  const found = await collect(asTheyCome([log('a', [1, 2]), log('b', [1, 2])]));
  expect([...found].sort()).toEqual(['a@1', 'a@2', 'b@1', 'b@2']);
  expect(found.filter((line) => line.startsWith('a'))).toEqual(['a@1', 'a@2']);
});

it('does not wait for a log that is silent', async () => {
  const silent: AsyncIterable<LogLine> = { [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => {}) }) };
  const merged = asTheyCome([silent, log('b', [1])]);
  expect((await merged.next()).value).toMatchObject({ unit: 'b' });
});
