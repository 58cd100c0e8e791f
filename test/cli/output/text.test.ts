import { describe, expect, it } from 'vitest';
import { createStyle, wantsColour } from '../../../cli/output/style.ts';
import { renderTable } from '../../../cli/output/table.ts';
import { count, duration, harmless, printable, truncate, widthOf } from '../../../cli/output/text.ts';

const { red } = createStyle(true);

it.each([
  ['', 0],
  ['web', 3],
  [red('web'), 3],
  ['é', 1],
  ['e\u0301', 1],
  ['日本', 4],
  ['🚀', 2],
])('%j takes %i columns', (text, width) => {
  expect(widthOf(text)).toBe(width);
});

it.each([
  ['short', 10, 'short'],
  ['exactly ten', 11, 'exactly ten'],
  ['a longer text', 8, 'a longe…'],
  ['日本語', 4, '日…'],
  ['anything', 1, '…'],
  ['anything', 0, ''],
])('%j in %i columns is %j', (text, width, expected) => {
  expect(truncate(text, width)).toBe(expected);
  expect(widthOf(truncate(text, width))).toBeLessThanOrEqual(width);
});

it('a cut text leaves no colour behind', () => {
  const cut = truncate(`${red('failed')} and more`, 4);
  expect(widthOf(cut)).toBe(4);
  expect(cut.endsWith('\u001b[0m')).toBe(true);
});

it('what others wrote cannot move the cursor', () => {
  expect(harmless('a\u001b[2Jb\r\nc\u0007\u009b1m')).toBe('a [2Jb  c  1m');
  expect(harmless(red('plain'))).toBe('plain');
  expect(printable(`a\t${red('b')}\u001b[2Jc\r`)).toBe(`a\t${red('b')} [2Jc `);
});

it.each([
  [0, '0 ms'],
  [80.4, '80 ms'],
  [949, '949 ms'],
  [950, '0.9 s'],
  [2440, '2.4 s'],
  [59_940, '59.9 s'],
  [59_960, '1 min 0 s'],
  [125_000, '2 min 5 s'],
])('%d milliseconds are %s', (milliseconds, text) => {
  expect(duration(milliseconds)).toBe(text);
});

it('counts', () =>
  expect([count(1, 'unit'), count(2, 'unit'), count(0, 'unit')]).toEqual(['1 unit', '2 units', '0 units']));

describe('a table', () => {
  it('has two spaces between columns and nothing at the ends of lines', () => {
    const columns = [{ title: 'App' }, { title: 'Scale', align: 'right' as const }, { title: 'Message' }];
    expect(
      renderTable(columns, [
        ['web', '1/10', 'waiting'],
        ['postgresql', '3', ''],
      ]),
    ).toEqual(['App         Scale  Message', 'web          1/10  waiting', 'postgresql      3']);
  });

  it('leaves out columns without a cell, and is not misled by colours', () => {
    expect(
      renderTable(
        [{ title: 'A' }, { title: 'B' }, { title: 'C' }],
        [
          [red('x'), '', 'y'],
          ['longer', '', 'z'],
        ],
      ),
    ).toEqual(['A       C', `${red('x')}       y`, 'longer  z']);
  });
});

it.each<[string, boolean, Record<string, string>, boolean]>([
  ['a terminal', true, {}, true],
  ['a pipe', false, {}, false],
  ['a dumb terminal', true, { TERM: 'dumb' }, false],
  ['a terminal with NO_COLOR', true, { NO_COLOR: '1' }, false],
  ['a terminal with an empty NO_COLOR', true, { NO_COLOR: '' }, true],
  ['a pipe with FORCE_COLOR', false, { FORCE_COLOR: '1' }, true],
  ['a terminal with FORCE_COLOR=0', true, { FORCE_COLOR: '0' }, false],
])('colour on %s', (_title, isTerminal, variables, expected) => {
  expect(wantsColour(isTerminal, variables)).toBe(expected);
});
