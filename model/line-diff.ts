/** A run of changed lines with unchanged ones around it, as in `diff -u`. */
export interface Hunk {
  /** First line, counted from 1; 0 when the side is empty. */
  readonly beforeStart: number;
  readonly beforeCount: number;
  readonly afterStart: number;
  readonly afterCount: number;
  readonly lines: readonly DiffLine[];
}

export interface DiffLine {
  readonly sign: ' ' | '+' | '-';
  readonly text: string;
}

const CONTEXT_LINES = 3;

/**
 * More differences than this are shown as everything replaced: nobody reads such a diff, and finding the smallest is
 * quadratic.
 */
const MAX_DIFFERENCES = 1000;

/**
 * The smallest line diff (Myers) of two texts in hunks with three lines of context; empty when their lines are equal.
 */
export function diffLines(before: string, after: string): readonly Hunk[] {
  return hunksOf(editScript(linesOf(before), linesOf(after)));
}

/** `@@ -1,4 +1,5 @@`. */
export function formatHunk({ beforeStart, beforeCount, afterStart, afterCount }: Hunk): string {
  return `@@ -${beforeStart},${beforeCount} +${afterStart},${afterCount} @@`;
}

export function linesOf(text: string): readonly string[] {
  if (text === '') return [];
  return (text.endsWith('\n') ? text.slice(0, -1) : text).split('\n');
}

/** Every line of both sides, in order. What is equal at the ends is set aside first. */
function editScript(before: readonly string[], after: readonly string[]): readonly DiffLine[] {
  const shorter = Math.min(before.length, after.length);
  let head = 0;
  while (head < shorter && before[head] === after[head]) head += 1;
  let tail = 0;
  while (tail < shorter - head && before[before.length - 1 - tail] === after[after.length - 1 - tail]) tail += 1;
  const middle = shortestEdit(before.slice(head, before.length - tail), after.slice(head, after.length - tail));
  return [...equal(before.slice(0, head)), ...middle, ...equal(before.slice(before.length - tail))];
}

function equal(lines: readonly string[]): DiffLine[] {
  return lines.map((text) => ({ sign: ' ', text }));
}

function shortestEdit(before: readonly string[], after: readonly string[]): readonly DiffLine[] {
  const traces = searchForward(before, after);
  return traces === null ? replaceAll(before, after) : walkBack(before, after, traces);
}

function replaceAll(before: readonly string[], after: readonly string[]): readonly DiffLine[] {
  const removed = before.map((text): DiffLine => ({ sign: '-', text }));
  return [...removed, ...after.map((text): DiffLine => ({ sign: '+', text }))];
}

/** For each number of differences, how far every diagonal (x - y) gets; null when there are too many differences. */
function searchForward(before: readonly string[], after: readonly string[]): ReadonlyMap<number, number>[] | null {
  const traces: ReadonlyMap<number, number>[] = [];
  let reach = new Map([[1, 0]]);
  for (let differences = 0; differences <= Math.min(before.length + after.length, MAX_DIFFERENCES); differences += 1) {
    const next = new Map(reach);
    traces.push(reach);
    for (let diagonal = -differences; diagonal <= differences; diagonal += 2) {
      let x = comesFromAbove(reach, diagonal, differences) ? far(reach, diagonal + 1) : far(reach, diagonal - 1) + 1;
      while (x < before.length && x - diagonal < after.length && before[x] === after[x - diagonal]) x += 1;
      next.set(diagonal, x);
      if (x >= before.length && x - diagonal >= after.length) return traces;
    }
    reach = next;
  }
  return null;
}

function comesFromAbove(reach: ReadonlyMap<number, number>, diagonal: number, differences: number): boolean {
  if (diagonal === -differences) return true;
  return diagonal !== differences && far(reach, diagonal - 1) < far(reach, diagonal + 1);
}

function far(reach: ReadonlyMap<number, number>, diagonal: number): number {
  return reach.get(diagonal) ?? -1;
}

function walkBack(
  before: readonly string[],
  after: readonly string[],
  traces: readonly ReadonlyMap<number, number>[],
): readonly DiffLine[] {
  const lines: DiffLine[] = [];
  let [x, y] = [before.length, after.length];
  for (let differences = traces.length - 1; differences >= 0; differences -= 1) {
    const reach = traces[differences] as ReadonlyMap<number, number>;
    const above = comesFromAbove(reach, x - y, differences);
    const diagonal = above ? x - y + 1 : x - y - 1;
    const startX = far(reach, diagonal);
    const startY = startX - diagonal;
    while (x > startX && y > startY && x > 0 && y > 0) {
      lines.push({ sign: ' ', text: before[x - 1] as string });
      x -= 1;
      y -= 1;
    }
    if (differences === 0) break;
    lines.push(above ? { sign: '+', text: after[y - 1] as string } : { sign: '-', text: before[x - 1] as string });
    [x, y] = [startX, startY];
  }
  return lines.reverse();
}

function hunksOf(lines: readonly DiffLine[]): readonly Hunk[] {
  const hunks: Hunk[] = [];
  for (const [start, end] of changedRanges(lines)) hunks.push(hunkAt(lines, start, end));
  return hunks;
}

/** Ranges of lines with their context; those that touch become one. */
function changedRanges(lines: readonly DiffLine[]): [number, number][] {
  const ranges: [number, number][] = [];
  for (const [index, { sign }] of lines.entries()) {
    if (sign === ' ') continue;
    const start = Math.max(0, index - CONTEXT_LINES);
    const end = Math.min(lines.length, index + CONTEXT_LINES + 1);
    const last = ranges.at(-1);
    if (last !== undefined && start <= last[1]) last[1] = end;
    else ranges.push([start, end]);
  }
  return ranges;
}

function hunkAt(lines: readonly DiffLine[], start: number, end: number): Hunk {
  const shown = lines.slice(start, end);
  const beforeCount = count(shown, '+');
  const afterCount = count(shown, '-');
  const skipped = lines.slice(0, start);
  return {
    beforeStart: count(skipped, '+') + (beforeCount === 0 ? 0 : 1),
    beforeCount,
    afterStart: count(skipped, '-') + (afterCount === 0 ? 0 : 1),
    afterCount,
    lines: shown,
  };
}

function count(lines: readonly DiffLine[], except: '+' | '-'): number {
  return lines.filter(({ sign }) => sign !== except).length;
}
