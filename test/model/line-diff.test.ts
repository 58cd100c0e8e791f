import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { diffLines, formatHunk, linesOf } from '../../model/line-diff.ts';

function text(before: string, after: string): readonly string[] {
  return diffLines(before, after).flatMap((hunk) => [
    formatHunk(hunk),
    ...hunk.lines.map((line) => line.sign + line.text),
  ]);
}

const TEN = Array.from({ length: 10 }, (_, index) => `${index}\n`).join('');

describe('hunks', () => {
  it.each<[string, string, string, readonly string[]]>([
    ['equal', 'a\nb\n', 'a\nb\n', []],
    ['from nothing', '', 'a\nb\n', ['@@ -0,0 +1,2 @@', '+a', '+b']],
    ['to nothing', 'a\n', '', ['@@ -1,1 +0,0 @@', '-a']],
    ['one line changed', 'a\nb\nc\n', 'a\nx\nc\n', ['@@ -1,3 +1,3 @@', ' a', '-b', '+x', ' c']],
    ['appended', 'a\n', 'a\nb\n', ['@@ -1,1 +1,2 @@', ' a', '+b']],
    ['only the last newline', 'a\n', 'a', []],
    [
      'three lines of context',
      TEN,
      TEN.replace('5', 'x'),
      ['@@ -3,7 +3,7 @@', ' 2', ' 3', ' 4', '-5', '+x', ' 6', ' 7', ' 8'],
    ],
    [
      'far apart: two hunks',
      TEN,
      TEN.replace('0', 'x').replace('9', 'y'),
      ['@@ -1,4 +1,4 @@', '-0', '+x', ' 1', ' 2', ' 3', '@@ -7,4 +7,4 @@', ' 6', ' 7', ' 8', '-9', '+y'],
    ],
    ['moved', 'a\nb\nc\n', 'c\na\nb\n', ['@@ -1,3 +1,3 @@', '+c', ' a', ' b', '-c']],
  ])('%s', (_name, before, after, expected) => expect(text(before, after)).toEqual(expected));
});

const content = fc
  .array(fc.constantFrom('a', 'b', 'c', '', 'd'), { maxLength: 30 })
  .map((lines) => lines.map((line) => `${line}\n`).join(''));

it('applied to the one text it makes the other', () => {
  fc.assert(
    fc.property(content, content, (before, after) => {
      const lines = [...linesOf(before)];
      for (const { afterStart, beforeCount, afterCount, lines: changed } of diffLines(before, after)) {
        const start = afterCount === 0 ? afterStart : afterStart - 1;
        const added = changed.filter(({ sign }) => sign !== '-').map((line) => line.text);
        const removed = changed.filter(({ sign }) => sign !== '+').map((line) => line.text);
        expect(lines.splice(start, beforeCount, ...added)).toEqual(removed);
      }
      expect(lines).toEqual([...linesOf(after)]);
    }),
  );
});

it('shows texts that have nothing in common as replaced', () => {
  const lines = (name: string): string => Array.from({ length: 3000 }, (_, index) => `${name}${index}\n`).join('');
  const [hunk, ...others] = diffLines(lines('a'), lines('b'));
  expect(others).toEqual([]);
  expect(hunk).toMatchObject({ beforeCount: 3000, afterCount: 3000 });
});
