import { SourceMap } from 'node:module';
import { resolve } from 'node:path';
import type { Place } from '../../../model/diagnostic.ts';
import { BUNDLE_NAME } from './compartment.ts';
import { type CharmEntry, isBelow } from './entry.ts';

const FRAME = new RegExp(`${BUNDLE_NAME}:(\\d+):(\\d+)`, 'g');

/**
 * The first frame of a stack that lies in the charm's own files; null when none does (a loop cut off, a stack overflow
 * in the kit).
 */
export function locate(trace: string, map: string, entry: CharmEntry): Place | null {
  const frames = [...trace.matchAll(FRAME)];
  if (frames.length === 0) return null;
  const sources = new SourceMap(JSON.parse(map));
  for (const [, line, column] of frames) {
    const found = sources.findEntry(Number(line) - 1, Number(column) - 1);
    if (!('originalSource' in found)) continue;
    const file = resolve(entry.root, found.originalSource);
    if (isBelow(entry.root, file)) return { file, line: found.originalLine + 1, column: found.originalColumn + 1 };
  }
  return null;
}
