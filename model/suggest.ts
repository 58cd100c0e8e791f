import { byText } from './order.ts';

const MAX_SUGGESTIONS = 3;

/** Longer words are not compared: nobody mistypes them, and the comparison is quadratic. */
const MAX_LENGTH = 100;

/**
 * The candidates nearest to a mistyped word, nearest first and sorted; empty when none is near enough to be what was
 * meant.
 */
export function suggestions(word: string, candidates: Iterable<string>): string[] {
  if (word.length > MAX_LENGTH) return [];
  const limit = tolerance(word.length);
  const near = [...new Set(candidates)]
    .filter((candidate) => Math.abs(candidate.length - word.length) <= limit)
    .map((candidate) => ({ candidate, distance: editDistance(word.toLowerCase(), candidate.toLowerCase()) }))
    .filter(({ distance }) => distance <= limit);
  const best = Math.min(...near.map(({ distance }) => distance));
  return near
    .filter(({ distance }) => distance === best)
    .map(({ candidate }) => candidate)
    .sort(byText)
    .slice(0, MAX_SUGGESTIONS);
}

/** `did you mean "web"?`, or null when nothing is near. */
export function didYouMean(word: string, candidates: Iterable<string>): string | null {
  const near = suggestions(word, candidates).map((candidate) => JSON.stringify(candidate));
  return near.length === 0 ? null : `did you mean ${near.join(' or ')}?`;
}

/** One slip in a short word, more in longer ones. */
function tolerance(length: number): number {
  return length < 6 ? 1 : length < 9 ? 2 : 3;
}

/**
 * Damerau-Levenshtein distance (optimal string alignment): insert, remove, replace and swap of neighbours cost 1
 * each.
 */
export function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= b.length; column += 1) {
      const replaced = at(last, column - 1) + (a[row - 1] === b[column - 1] ? 0 : 1);
      let cost = Math.min(at(last, column) + 1, at(current, column - 1) + 1, replaced);
      const swapped = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      if (swapped) cost = Math.min(cost, at(beforeLast, column - 2) + 1);
      current.push(cost);
    }
    beforeLast = last;
    last = current;
  }
  return at(last, b.length);
}

function at(row: readonly number[], column: number): number {
  return row[column] as number;
}
