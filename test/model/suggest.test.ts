import { expect, it } from 'vitest';
import { didYouMean, editDistance, suggestions } from '../../model/suggest.ts';

it.each([
  ['', '', 0],
  ['web', 'web', 0],
  ['wbe', 'web', 1],
  ['we', 'web', 1],
  ['webb', 'web', 1],
  ['wax', 'web', 2],
  ['', 'web', 3],
])('%j is %j after %i slips', (a, b, distance) => {
  expect(editDistance(a, b)).toBe(distance);
  expect(editDistance(b, a)).toBe(distance);
});

it.each([
  ['unit', ['units', 'charm'], ['units']],
  ['dbb', ['db', 'web'], ['db']],
  ['xb', ['lb', 'db', 'web'], ['db', 'lb']],
  ['postgres', ['postgresql', 'nginx'], ['postgresql']],
  ['mysql', ['postgresql', 'nginx'], []],
  ['Relations', ['relations'], ['relations']],
  ['x'.repeat(1000), ['x'.repeat(999)], []],
])('%s among %j means %j', (word, candidates, expected) => {
  expect(suggestions(word, candidates)).toEqual(expected);
});

it('asks a question, or says nothing', () => {
  expect(didYouMean('xb', ['db', 'lb'])).toBe('did you mean "db" or "lb"?');
  expect(didYouMean('mysql', ['nginx'])).toBeNull();
});
