import type { LogLine } from '../../model/provider.ts';

export interface LogSource {
  readonly unit: string;
  readonly service: string;
}

const STREAMS = { o: 'output', e: 'error', i: 'supervisor' } as const;
const LINE = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z) ([oei]) (.*)$/s;

/** Lines as the init writes them; what is no such line (a program wrote into the file) is left out. */
export function parseLogLines(text: string, source: LogSource): readonly LogLine[] {
  return text.split('\n').flatMap((line) => {
    const [, time, stream, words] = LINE.exec(line) ?? [];
    if (time === undefined || stream === undefined || words === undefined) return [];
    return [{ ...source, timeMs: Date.parse(time), stream: STREAMS[stream as keyof typeof STREAMS], text: words }];
  });
}

/** One list by time, oldest first; lines of one source keep their order. */
export function mergeLogLines(lists: readonly (readonly LogLine[])[]): readonly LogLine[] {
  return lists.flat().sort((a, b) => a.timeMs - b.timeMs);
}
