import { describe, expect, it } from 'vitest';
import { faults } from './faults.ts';

const relations = (list: string) =>
  `environment: a\napplications: {web: {charm: x}, db: {charm: y}}\nrelations: ${list}\n`;

describe('relations', () => {
  it.each<[string, string, string[]]>([
    [
      'unknown application',
      '[[web:database, dbb:database]]',
      ['3:28 E1202 there is no application "dbb"', '  did you mean "db"?'],
    ],
    [
      'with itself',
      '[[web:a, web:b]]',
      [
        '3:13 E1203 "web" cannot have a relation with itself',
        '  units of one application know each other without a relation',
      ],
    ],
    [
      'twice, the other way round',
      '[[web, db], [db, web]]',
      ['3:24 E1204 the relation db web is declared twice: first on line 3', '  remove one of the two'],
    ],
    [
      'one end',
      '[[web]]',
      ['3:13 E1201 a relation has two ends, not 1', '  for example [web:database, db:database] or [web, db]'],
    ],
    [
      'as text',
      '["web:a db:b"]',
      ['3:13 E1201 a relation must be a list of two ends, not "web:a db:b"', '  write [web:a, db:b]'],
    ],
    [
      'a space after the colon',
      '[[web: database, db]]',
      [
        '3:14 E1201 an end of a relation must be text, not a map with "web"',
        '  write no space after the colon: web:database',
      ],
    ],
    [
      'a bad endpoint',
      '[["web:data base", db]]',
      [
        '3:14 E1201 "web:data base" is not an end of a relation',
        '  an application, or an application and its endpoint: web:database',
      ],
    ],
    [
      'a map',
      '{web: db}',
      ['3:12 E1103 relations must be a list, not a map', '  for example [web:database, db:database] or [web, db]'],
    ],
  ])('%s', (_title, list, expected) => {
    expect(faults(relations(list))).toEqual(expected);
  });
});
