import { diffLines, formatHunk } from '../../model/line-diff.ts';
import type { Style } from './style.ts';

/** What changes in a file, as `diff -u` shows it; empty when nothing does. */
export function renderDiff(title: string, before: string, after: string, style: Style): string[] {
  const hunks = diffLines(before.replaceAll('\r\n', '\n'), after.replaceAll('\r\n', '\n'));
  if (hunks.length === 0) return [];
  const paint = { ' ': (line: string) => line, '+': style.green, '-': style.red };
  return [
    style.bold(title),
    ...hunks.flatMap((hunk) => [
      style.dim(formatHunk(hunk)),
      ...hunk.lines.map(({ sign, text }) => paint[sign](`${sign}${text}`)),
    ]),
    '',
  ];
}
