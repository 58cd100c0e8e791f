import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Edit } from '../../model/edit.ts';
import { editEnvironment } from '../../model/edit.ts';
import { parseEnvironment } from '../../model/environment-parse.ts';
import { parseEnd } from '../../model/environment-relation.ts';
import { OPTIONS } from './faults.ts';

const BLOCK = `# the shop
environment: shop   # its name

applications:
  # the data
  db:
    charm: postgresql
    storage: {data: 2G}  # grows

  web:
    charm: ./web # ours
    units: 2
    options:
      greeting: hello   # be kind
      text: |
        two
        lines
    # more to come

relations:
  - [web:database, db:database]  # rows
# the end
`;

const FLOW = `environment: shop
applications:
  db: {charm: postgresql}
  web: {charm: ./web, units: 2, options: {a: 1, b: {c: 2}}}
relations: [[web, db]]
`;

const end = (text: string) => parseEnd(text) as { application: string; endpoint: string | null };
const relation = (kind: 'relation.add' | 'relation.remove', a: string, b: string): Edit => ({
  kind,
  ends: [end(a), end(b)],
});
const option = (path: string, value: string | number): Edit => ({
  kind: 'option.set',
  application: 'web',
  path: path.split('.'),
  value,
});
const unset = (path: string): Edit => ({ kind: 'option.unset', application: 'web', path: path.split('.') });
const units = (count: number): Edit => ({ kind: 'units.set', application: 'web', units: count });
const expose = (value: number | string): Edit => ({ kind: 'expose.set', application: 'web', port: 'http', value });
const HAPROXY: Edit = {
  kind: 'application.add',
  name: 'lb',
  application: { charm: 'haproxy', expose: { http: 8080 } },
};

/** The lines that went (-) and came (+). */
function difference(before: string, after: string): string[] {
  const a = before.split('\n');
  const b = after.split('\n');
  let head = 0;
  while (head < Math.min(a.length, b.length) && a[head] === b[head]) head += 1;
  let tail = 0;
  while (tail < Math.min(a.length, b.length) - head && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail += 1;
  return [
    ...a.slice(head, a.length - tail).map((line) => `-${line}`),
    ...b.slice(head, b.length - tail).map((line) => `+${line}`),
  ];
}

describe('an edit changes its own lines and nothing else', () => {
  it.each<[string, string, Edit, string[]]>([
    ['units', BLOCK, units(5), ['-    units: 2', '+    units: 5']],
    [
      'units in flow style',
      FLOW,
      units(5),
      [
        '-  web: {charm: ./web, units: 2, options: {a: 1, b: {c: 2}}}',
        '+  web: {charm: ./web, units: 5, options: {a: 1, b: {c: 2}}}',
      ],
    ],
    ['units that are so already', BLOCK, units(2), []],
    ['an application', BLOCK, HAPROXY, ['+', '+  lb:', '+    charm: haproxy', '+    expose: {http: 8080}']],
    ['an application in flow style', FLOW, HAPROXY, ['+  lb: {charm: haproxy, expose: {http: 8080}}']],
    [
      'an option',
      BLOCK,
      option('greeting', 'good day: all'),
      ['-      greeting: hello   # be kind', '+      greeting: "good day: all"   # be kind'],
    ],
    ['a new option', BLOCK, option('size', 3), ['+      size: 3']],
    ['an option below options', BLOCK, option('limits.rate', '5'), ['+      limits: {rate: "5"}']],
    [
      'a text of several lines',
      BLOCK,
      option('text', 'one'),
      ['-      text: |', '-        two', '-        lines', '+      text: one'],
    ],
    [
      'an option below options in flow style',
      FLOW,
      option('b.d', `\${x}`),
      [
        '-  web: {charm: ./web, units: 2, options: {a: 1, b: {c: 2}}}',
        '+  web: {charm: ./web, units: 2, options: {a: 1, b: {c: 2, d: "$${x}"}}}',
      ],
    ],
    ['an option removed', BLOCK, unset('greeting'), ['-      greeting: hello   # be kind']],
    ['an option that is not there', BLOCK, unset('nothing'), []],
    [
      'an option removed in flow style',
      FLOW,
      unset('a'),
      [
        '-  web: {charm: ./web, units: 2, options: {a: 1, b: {c: 2}}}',
        '+  web: {charm: ./web, units: 2, options: {b: {c: 2}}}',
      ],
    ],
    ['a relation', BLOCK, relation('relation.add', 'web:x', 'db'), ['+  - [web:x, db]']],
    [
      'a relation in flow style',
      FLOW,
      relation('relation.add', 'web:x', 'db'),
      ['-relations: [[web, db]]', '+relations: [[web, db], [web:x, db]]'],
    ],
    ['a relation that is there the other way round', FLOW, relation('relation.add', 'db', 'web'), []],
    [
      'the only relation removed',
      BLOCK,
      relation('relation.remove', 'db', 'web'),
      ['-relations:', '-  - [web:database, db:database]  # rows', '+relations: []  # rows'],
    ],
    [
      'the only relation removed in flow style',
      FLOW,
      relation('relation.remove', 'web:database', 'db'),
      ['-relations: [[web, db]]', '+relations: []'],
    ],
    ['exposed', BLOCK, expose('127.0.0.1:8080'), ['+    expose: {http: "127.0.0.1:8080"}']],
    [
      'an application removed with its relation',
      FLOW,
      { kind: 'application.remove', name: 'web' },
      ['-  web: {charm: ./web, units: 2, options: {a: 1, b: {c: 2}}}', '-relations: [[web, db]]', '+relations: []'],
    ],
  ])('%s', (_title, text, edit, expected) => {
    const result = editEnvironment(text, [edit]);
    expect(result.kind === 'edited' ? difference(text, result.text) : result).toEqual(expected);
    const windows = editEnvironment(text.replaceAll('\n', '\r\n'), [edit]);
    expect(windows).toEqual(
      result.kind === 'edited' ? { ...result, text: result.text.replaceAll('\n', '\r\n') } : result,
    );
  });

  it.each([
    [
      'environment: a\napplications: {}  # none\n',
      'environment: a\napplications:  # none\n  lb:\n    charm: haproxy\n    expose: {http: 8080}\n',
    ],
    [
      'environment: a\napplications:\n',
      'environment: a\napplications:\n  lb:\n    charm: haproxy\n    expose: {http: 8080}\n',
    ],
    ['environment: a', 'environment: a\napplications:\n  lb:\n    charm: haproxy\n    expose: {http: 8080}'],
    [
      'environment: a\napplications:\n    b:\n        charm: c',
      'environment: a\napplications:\n    b:\n        charm: c\n' +
        '    lb:\n        charm: haproxy\n        expose: {http: 8080}',
    ],
    ['{environment: a}', '{environment: a, applications: {lb: {charm: haproxy, expose: {http: 8080}}}}'],
    [
      '{\n  "environment": "a",\n  "applications": {\n    "b": {"charm": "c"}\n  }\n}\n',
      '{\n  "environment": "a",\n  "applications": {\n    "b": {"charm": "c"},\n' +
        '    lb: {charm: haproxy, expose: {http: 8080}}\n  }\n}\n',
    ],
  ])('adds to %j', (before, after) => {
    expect(editEnvironment(before, [HAPROXY])).toEqual({ kind: 'edited', text: after });
  });
});

describe('an edit is refused', () => {
  it.each<[string, string, Edit, string, string | null]>([
    [
      'of an unknown application',
      BLOCK,
      { kind: 'units.set', application: 'wbe', units: 1 },
      'there is no application "wbe"',
      'did you mean "web"?',
    ],
    [
      'that adds a name again',
      BLOCK,
      { kind: 'application.add', name: 'web', application: { charm: 'x' } },
      'there is an application "web" already',
      'give the new one another name',
    ],
    [
      'of a relation that is not there',
      BLOCK,
      relation('relation.remove', 'web:x', 'db'),
      'there is no relation web:x db',
      'declared: web:database db:database',
    ],
    [
      'of one among several relations',
      'environment: a\nrelations: [[a:x, b], [a:y, b]]\n',
      relation('relation.remove', 'a', 'b'),
      'several relations fit a b',
      'say which: a:x b, or a:y b',
    ],
    [
      'behind an alias',
      'environment: a\napplications:\n  x: &x {charm: c}\n  web: *x\n',
      units(3),
      'applications.web.units stands where it cannot be changed safely',
      'an alias or an unusual notation is involved: edit the file by hand, then run cantrip up',
    ],
    [
      'that would change another application',
      'environment: a\napplications:\n  web: &x {charm: c, units: 2}\n  y: *x\n',
      units(3),
      'applications.web.units stands where it cannot be changed safely',
      'an alias or an unusual notation is involved: edit the file by hand, then run cantrip up',
    ],
  ])('%s', (_title, text, edit, message, hint) => {
    expect(editEnvironment(text, [edit])).toEqual({ kind: 'refused', message, hint });
  });
});

it('a refusal or an environment with what was asked for, whatever the text', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 20 }), fc.nat(BLOCK.length), fc.nat(20), (junk, at, removed) => {
      const text = BLOCK.slice(0, at) + junk + BLOCK.slice(at + removed);
      const result = editEnvironment(text, [units(7)]);
      if (result.kind === 'refused') return;
      const { value } = parseEnvironment(result.text, 'f', OPTIONS);
      expect(value?.applications.find((one) => one.name === 'web')?.units ?? 7).toBe(7);
    }),
    { numRuns: 1000, seed: 11 },
  );
});
