import fc from 'fast-check';
import { expect, test } from 'vitest';
import { splitWords } from '../../../charms/kit/normalize/words.ts';

test.each([
  ['haproxy -W -db', ['haproxy', '-W', '-db']],
  ['  a\t b  ', ['a', 'b']],
  [`a 'b c' "d e"`, ['a', 'b c', 'd e']],
  [`a'b'"c"d`, ['abcd']],
  [`a '' ""`, ['a', '', '']],
  ['a\\ b \\$x', ['a b', '$x']],
  [`"a\\"b\\c"`, ['a"b\\c']],
  [`'$x | y'`, ['$x | y']],
  ['a#b x~y', ['a#b', 'x~y']],
  ['', []],
])('%j is %j', (line, words) => {
  expect(splitWords(line, 'command')).toEqual(words);
});

test.each([
  ['a | b', "'|'"],
  ['a && b', "'&'"],
  ['a > b', "'>'"],
  ['echo $HOME', "'$'"],
  ['echo "$HOME"', "'$'"],
  ['ls *', "'*'"],
  ['ls ~', "'~'"],
  ['a # b', "'#'"],
  ['a\nb', 'a new line'],
  [`a 'b`, "' that is not closed"],
  [`a "b`, '" that is not closed'],
  ['a \\', 'ends with a backslash'],
])('%j is refused: %s', (line, reason) => {
  expect(() => splitWords(line, 'command')).toThrow(reason);
});

test('whatever the words, quoted they come back', () => {
  const quoted = (word: string) => `'${word.replaceAll("'", `'\\''`)}'`;
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'binary' })), (words) => {
      expect(splitWords(words.map(quoted).join(' '), 'command')).toEqual(words);
    }),
  );
});
