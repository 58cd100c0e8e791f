import type { LogLine } from '../../model/provider.ts';

/** Lines of several logs, each in order of time, as one in order of time. */
export async function* inOrder(logs: readonly AsyncIterable<LogLine>[]): AsyncGenerator<LogLine> {
  const iterators = logs.map((log) => log[Symbol.asyncIterator]());
  const heads = await Promise.all(iterators.map((iterator) => iterator.next()));
  for (;;) {
    let first = -1;
    for (const [index, head] of heads.entries()) {
      const best = heads[first];
      if (!head.done && (best === undefined || best.done || head.value.timeMs < best.value.timeMs)) first = index;
    }
    const head = heads[first];
    if (head === undefined || head.done) return;
    yield head.value;
    heads[first] = await (iterators[first] as AsyncIterator<LogLine>).next();
  }
}

/** Lines of several logs in the order in which they come, until all have ended. */
export async function* asTheyCome(logs: readonly AsyncIterable<LogLine>[]): AsyncGenerator<LogLine> {
  const waiting = new Map(
    logs.map((log, index) => {
      const iterator = log[Symbol.asyncIterator]();
      return [index, { iterator, next: step(index, iterator) }] as const;
    }),
  );
  while (waiting.size > 0) {
    const { index, result } = await Promise.race([...waiting.values()].map(({ next }) => next));
    const { iterator } = waiting.get(index) as { iterator: AsyncIterator<LogLine> };
    if (result.done) waiting.delete(index);
    else {
      waiting.set(index, { iterator, next: step(index, iterator) });
      yield result.value;
    }
  }
}

async function step(index: number, iterator: AsyncIterator<LogLine>) {
  return { index, result: await iterator.next() };
}
