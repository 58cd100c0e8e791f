import { describe, expect, it } from 'vitest';
import { parseEnvironment } from '../../model/environment-parse.ts';
import { application, faults, OPTIONS } from './faults.ts';

const SHOP = `# a shop
environment: shop
defaults: {provider: container, image: debian/12}
applications:
  db:  {charm: postgresql, constraints: {memory: 512M}, storage: {data: 2G}}
  web:
    charm: ./charms/shop-web
    units: 2
    options: {greeting: hello, deep: {list: [1, two, null, true]}, day: 2026-11-24, price: "$\${EUR}"}
    constraints: {cpu: 0.5, memory: 256M, pids: 200}
    resources: {app: ./app}
  lb:  {charm: haproxy, expose: {http: 8080, admin: "127.0.0.1:8404", stats: {port: 9000, address: 10.0.0.1}}}
relations:
  - [web:database, db:database]
  - [lb:backend, web]
`;

describe('a right file', () => {
  it('becomes an environment with places', () => {
    const { value, diagnostics } = parseEnvironment(SHOP, 'environment.yaml', OPTIONS);
    expect(diagnostics).toEqual([]);
    expect(value?.name).toBe('shop');
    expect(value?.applications.map((application) => application.name)).toEqual(['db', 'lb', 'web']);
    const [db, lb, web] = value?.applications ?? [];
    expect(db?.storage).toEqual({ data: { bytes: 2 * 1024 ** 3 } });
    expect(db?.image).toBe('debian/12');
    expect(lb?.expose).toEqual({
      http: { port: 8080, address: null },
      admin: { port: 8404, address: '127.0.0.1' },
      stats: { port: 9000, address: '10.0.0.1' },
    });
    expect(web?.constraints).toEqual({ cpuMillicores: 500, memoryBytes: 256 * 1024 ** 2, pids: 200 });
    expect(web?.options).toEqual({
      greeting: 'hello',
      deep: { list: [1, 'two', null, true] },
      day: '2026-11-24',
      price: `\${EUR}`,
    });
    expect(web?.resources).toEqual({ app: '/project/./app' });
    expect(web?.places.self).toEqual({ file: 'environment.yaml', line: 6, column: 3 });
    expect(web?.places.at['options.deep.list.1']).toEqual({ file: 'environment.yaml', line: 9, column: 49 });
    expect(web?.places.at.units).toEqual({ file: 'environment.yaml', line: 8, column: 5 });
    expect(value?.relations.map((relation) => relation.ends.map((end) => [end.application, end.endpoint]))).toEqual([
      [
        ['web', 'database'],
        ['db', 'database'],
      ],
      [
        ['lb', 'backend'],
        ['web', null],
      ],
    ]);
    expect(value?.relations[1]?.ends[1].place).toEqual({ file: 'environment.yaml', line: 15, column: 18 });
  });

  it.each([
    ['nothing after a key', 'environment: a\napplications:\nrelations:\ndefaults:\n'],
    ['only a name', 'environment: a'],
    ['Windows line ends', 'environment: a\r\napplications:\r\n  web: {charm: x}\r\n'],
    ['a byte order mark', '\uFEFFenvironment: a\n'],
    ['an anchor and its alias', 'environment: a\napplications:\n  a: &a {charm: x}\n  b: *a\n'],
    ['an explicit document start', '---\nenvironment: a\n'],
    ['flow style throughout', '{environment: a, applications: {a: {charm: x}}}'],
    ['JSON', '{"environment": "a", "applications": {"a": {"charm": "x", "units": 3}}}'],
    ['units: 0', 'environment: a\napplications: {a: {charm: x, units: 0}}'],
  ])('%s is fine', (_title, text) => {
    expect(faults(text)).toEqual([]);
  });
});

describe('the file as YAML', () => {
  it.each<[string, string, string[]]>([
    ['empty', '', ['1:1 E1008 the file is empty', '  cantrip init writes one to start from']],
    ['only a comment', '# hi\n', ['1:1 E1008 the file is empty', '  cantrip init writes one to start from']],
    [
      'a list',
      '- a\n',
      ['1:1 E1009 an environment file must be a map, not a list', '  begin with environment: NAME, then applications:'],
    ],
    [
      'a tab',
      'environment: a\napplications:\n\tweb: x\n',
      ['3:1 E1002 a tab is used for indentation', '  YAML indents with spaces only'],
    ],
    [
      'two documents',
      'environment: a\n---\nenvironment: b\n',
      ['2:1 E1004 a second document begins here', '  keep one environment a file; remove the line with ---'],
    ],
    [
      'the same key',
      'environment: a\napplications:\n  web: {charm: x}\n  web: {charm: y}\n',
      ['4:3 E1003 the key "web" stands here a second time: first on line 3', '  remove one of the two, or rename it'],
    ],
    [
      'an unknown alias',
      'environment: *a\n',
      ['1:14 E1005 the alias "*a" has no anchor before it', '  write &a at the value'],
    ],
    [
      'a merge key',
      'environment: a\napplications:\n  b: &b {charm: x}\n  c:\n    <<: *b\n    charm: y\n',
      [
        '5:5 E1011 merge keys (<<) are not part of YAML 1.2',
        '  write the keys out, or repeat a whole value with an alias',
      ],
    ],
    [
      'a tag',
      application('options: {a: !!binary aGk=}'),
      ['5:27 E1012 the tag "tag:yaml.org,2002:binary" has no meaning here', '  remove it'],
    ],
    [
      'not a number',
      application('options: {a: .nan}'),
      ['5:18 E1013 the number .nan cannot be kept exactly', '  put it in quotes if it is text: ".nan"'],
    ],
    [
      'a number too large',
      application('options: {a: 12345678901234567890}'),
      [
        '5:18 E1013 the number 12345678901234567890 cannot be kept exactly',
        '  put it in quotes if it is text: "12345678901234567890"',
      ],
    ],
    [
      'a number as key',
      application('options: {1: a}'),
      ['5:15 E1010 the key 1 is not text', '  put it in quotes: "1"'],
    ],
    [
      'too large',
      `environment: a\n#${'x'.repeat(5_000_000)}`,
      ['1:1 E1006 the file has 5000016 characters, at most 4194304 are read'],
    ],
    [
      'too deep',
      `environment: ${'['.repeat(100_000)}`,
      ['1:77 E1007 more than 64 levels are nested here', '  flatten the value'],
    ],
  ])('%s', (_title, text, expected) => {
    expect(faults(text)).toEqual(expected);
  });
});

describe('the environment', () => {
  it.each<[string, string, string[]]>([
    [
      'no name',
      'applications: {web: {charm: x}}\n',
      ['1:1 E1102 the file lacks "environment"', '  name it, for example environment: shop'],
    ],
    [
      'a bad name',
      'environment: My_Shop\n',
      [
        '1:14 E1105 "My_Shop" is not a valid name of an environment: it must begin with a lower-case letter',
        '  for example "my-shop"',
      ],
    ],
    [
      'a number for a name',
      'environment: 5\n',
      ['1:14 E1103 environment must be text, not the number 5', '  put it in quotes if it is text'],
    ],
    [
      'a slip in a key',
      'environment: a\naplications: {web: {charm: x}}\n',
      ['2:1 E1101 unknown key "aplications" in the file', '  did you mean "applications"?'],
    ],
    [
      'a word of Compose',
      'environment: a\nservices: {web: {charm: x}}\n',
      ['2:1 E1101 unknown key "services" in the file', '  the word here is "applications"'],
    ],
    [
      'variables',
      'environment: a\nvariables: {}\n',
      ['2:1 E1104 "variables" in the file is not supported yet', '  remove it'],
    ],
    [
      'an unknown provider',
      'environment: a\ndefaults: {provider: contaner}\n',
      ['2:22 E1109 there is no provider "contaner"', '  did you mean "container"?'],
    ],
    [
      'a bad image',
      'environment: a\ndefaults: {image: "debian:12"}\n',
      ['2:19 E1110 "debian:12" is not an image', '  name and version, for example debian/12'],
    ],
    [
      'applications as a list',
      'environment: a\napplications: [web]\n',
      ['2:15 E1103 applications must be a map, not a list', '  for example {web: {charm: nginx}}'],
    ],
  ])('%s', (_title, text, expected) => {
    expect(faults(text)).toEqual(expected);
  });
});

it('collects every fault at once, in the order of the file', () => {
  const text = `environment: Shop
applications:
  web: {charm: x, units: two, constraints: {cpu: fast}}
  db: {unit: 1}
relations: [[web, bd]]
`;
  const found = faults(text).filter((line) => !line.startsWith(' '));
  expect(found.map((fault) => fault.split(' ').slice(0, 2).join(' '))).toEqual([
    '1:14 E1105',
    '3:26 E1103',
    '3:50 E1107',
    '4:3 E1102',
    '4:8 E1101',
    '5:19 E1202',
  ]);
});

describe('aliases', () => {
  it('stand for what was anchored when they were written', () => {
    const text = application('options: {a: &x 1, b: &y [*x], c: &x 2, d: *y, e: *x}');
    const { value } = parseEnvironment(text, 'f', OPTIONS);
    expect(value?.applications[0]?.options).toEqual({ a: 1, b: [1], c: 2, d: [1], e: 2 });
  });

  it('that multiply are stopped', () => {
    const bomb = Array.from({ length: 30 }, (_, level) => `b${level}: &b${level} [*b${level - 1}, *b${level - 1}]`);
    const found = faults(application(`options: {b-1: &b-1 x, ${bomb.join(', ')}}`));
    expect(found).toEqual(['1:1 E1005 aliases repeat more than 100000 values', '  write the values out']);
  });

  it('that contain themselves are refused', () => {
    expect(faults(application('options: {a: &a [*a]}'))).toEqual([
      '5:22 E1005 the alias "*a" stands inside the value it repeats',
    ]);
  });
});

it('bytes that are no UTF-8 are told, because an edit would lose them', () => {
  const { diagnostics } = parseEnvironment('environment: shop\n# gr\uFFFD\uFFFDe\n', 'environment.yaml', OPTIONS);
  expect(diagnostics).toMatchObject([{ code: 'E1014', place: { line: 2, column: 5 } }]);
});
