import { expect, it } from 'vitest';
import { optionPath, parseAssignment, parseExposure, parseOptionValue } from '../../../cli/write/assignment.ts';

it.each<[string, unknown]>([
  ['hello', 'hello'],
  ['5', 5],
  ['0.5', 0.5],
  ['true', true],
  ['null', null],
  ['"5"', '5'],
  ['[1, two]', [1, 'two']],
  ['{a: 1}', { a: 1 }],
  ['', ''],
  ['yes', 'yes'],
  ['2026-11-24', '2026-11-24'],
  ['.nan', '.nan'],
  ['12345678901234567890', '12345678901234567890'],
  ['{a: [}', '{a: [}'],
  ['a: b: c', 'a: b: c'],
  ['*alias', '*alias'],
  ['# not a comment', '# not a comment'],
  ['two words', 'two words'],
  ['1a: b', '1a: b'],
  ['- a', '- a'],
  ['-5', -5],
  ['| a', '| a'],
])('the option value %j is %j', (text, value) => {
  expect(parseOptionValue(text)).toEqual(value);
});

it.each([
  ['a=b', { key: 'a', value: 'b' }],
  ['a=', { key: 'a', value: '' }],
  ['a=b=c', { key: 'a', value: 'b=c' }],
])('%j is an assignment', (text, expected) => {
  expect(parseAssignment(text, 'option', 'a=b')).toEqual(expected);
});

it.each(['a', '=b', ''])('%j is no assignment', (text) => {
  expect(() => parseAssignment(text, 'option', 'a=b')).toThrow('is no assignment');
});

it('options lie at paths', () => {
  expect(optionPath('a.b')).toEqual(['a', 'b']);
  expect(() => optionPath('a..b')).toThrow('is not the name of an option');
});

it.each<[string, string, number | string]>([
  ['http=8080', 'http', 8080],
  ['http=127.0.0.1:8080', 'http', '127.0.0.1:8080'],
])('%s publishes', (text, port, value) => {
  expect(parseExposure(text)).toEqual({ port, value });
});
