import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { tracesOf } from './lib/host.ts';
import { get } from './lib/http.ts';
import { workspaceOf } from './lib/workspace.ts';

// While a site runs somebody breaks its file, in every way there is. Each is refused with the place and the reason, and
// the site goes on as it was.

const hello = workspaceOf('hello');
const traces = () => ({ ...tracesOf(hello.site), files: [] });
let before: ReturnType<typeof traces>;

beforeAll(() => {
  hello.succeed('up', hello.file);
  before = traces();
});
afterAll(() => hello.remove());

const site = (rest: string): string => `environment: hello\napplications:\n  site:\n    charm: nginx\n    ${rest}\n`;
const apps = (rest: string): string =>
  `environment: hello\napplications:\n  a: {charm: nginx}\n  b: {charm: node-app, resources: {app: .}}\n${rest}\n`;
const byPath = 'environment: hello\napplications:\n  own: {charm: ./own}\n';
const charmOf = (fields: string, body: string): string =>
  "import { charm, http, intent, z } from 'cantrip/kit';\n" +
  `export default charm({ name: 'own', summary: 'x', ${fields} }, (unit) => { ${body} });\n`;

/** Name, text of the file, and the place and code of the first fault: `LINE:COLUMN CODE`. */
const FILES: readonly (readonly [string, string | Buffer, string])[] = [
  ['is empty', '', '1:1 E1008'],
  ['holds only a comment', '# nothing yet\n', '1:1 E1008'],
  [
    'is binary rubbish',
    Buffer.from(Array.from({ length: 4096 }, (_, at) => (at * 197 + (at >> 3)) % 256)),
    '1:8 E1014',
  ],
  ['is too large', `environment: hello\n#${'x'.repeat(5 << 20)}\n`, '1:1 E1006'],
  ['is nested without end', `environment: hello\napplications: ${'['.repeat(5000)}\n`, '2:78 E1007'],
  ['is a list', '- environment: hello\n', '1:1 E1009'],
  ['is no YAML', 'environment: hello\napplications: {site: {charm: nginx}\n', '3:1 E1001'],
  ['is indented with a tab', 'environment: hello\napplications:\n\tsite: {charm: nginx}\n', '3:1 E1002'],
  ['has a key twice', site('units: 1\n    units: 2'), '6:5 E1003'],
  ['has two documents', `${site('units: 1')}---\nenvironment: other\n`, '6:1 E1004'],
  ['has an alias of itself', 'environment: hello\napplications: &all\n  site: *all\n', '3:9 E1005'],
  ['has a key that nobody knows', site('unit: 2'), '5:5 E1101'],
  ['does not name the environment', 'applications:\n  site: {charm: nginx}\n', '1:1 E1102'],
  ['has a name that is none', 'environment: "../../etc"\napplications: {}\n', '1:14 E1105'],
  ['has text where a number belongs', site('units: two'), '5:12 E1103'],
  ['has too many units', site('units: 1000000'), '5:12 E1106'],
  ['has a quantity that is none', site('constraints: {memory: lots}'), '5:27 E1107'],
  ['has a port that is none', site('expose: {http: 99999}'), '5:20 E1111'],
  ['names a charm that does not exist', 'environment: hello\napplications:\n  site: {charm: ngnix}\n', '3:10 E3001'],
  ['has an option the charm does not know', site('options: {gzipp: true}'), '5:15 E2001'],
  ['has an option of the wrong type', site('options: {gzip: maybe}'), '5:15 E2001'],
  ['names a directory that is not there', site('resources: {site: ./nowhere}'), '5:17 E3101'],
  ['exposes a port the charm has not', site('resources: {site: ./site}\n    expose: {ssh: 2222}'), '6:14 E2005'],
  ['relates to an unknown application', apps('relations:\n  - [a, c]'), '6:9 E1202'],
  ['relates an application to itself', apps('relations:\n  - [a, a]'), '6:5 E1203'],
  ['relates what does not fit', apps('relations:\n  - [b:database, a]'), '6:5 E2102'],
  ['relates endpoints that are not there', apps('relations:\n  - [a:backends, b]'), '6:6 E2101'],
  ['lacks a resource', 'environment: hello\napplications:\n  b: {charm: node-app}\n', '3:3 E2004'],
];

/** Name, text of charm.ts (null: there is none), and where the first fault is: `FILE LINE:COLUMN CODE`. */
const CHARMS: readonly (readonly [string, string | null, string])[] = [
  ['is not there', null, 'environment.yaml 3:9 E3001'],
  ['is no TypeScript', 'export default charm(\n', 'own/charm.ts 2:1 E3002'],
  ['imports what Node has', "import 'node:fs';\n", 'own/charm.ts 1:8 E3003'],
  ['imports what is not there', "import './helper.ts';\n", 'own/charm.ts 1:8 E3002'],
  ['throws when it is loaded', "throw new Error('not today');\n", 'own/charm.ts 1:7 E3004'],
  ['never ends when it is loaded', 'for (;;);\n', 'own/charm.ts 1:1 E3004'],
  ['reads the environment', 'export default process.env;\n', 'own/charm.ts 1:16 E3004'],
  ['is no charm', 'export default 42;\n', 'own/charm.ts 1:1 E3005'],
  ['throws when it is asked', charmOf('', "throw new Error('not today');"), 'environment.yaml 3:9 E2201'],
  ['never ends when it is asked', charmOf('', 'for (;;);'), 'environment.yaml 3:9 E2201'],
  ['asks for the time', charmOf('', 'return intent({ message: String(Date.now()) });'), 'environment.yaml 3:9 E2201'],
  [
    'wants a file with a relative path',
    charmOf('', "return intent({ files: { 'etc/x': 'y' } });"),
    'environment.yaml 3:9 E2201',
  ],
  [
    'publishes what the interface does not say',
    charmOf('provides: { http }', "return intent({ publish: { http: { port: '80' } } } as never);"),
    'environment.yaml 3:9 E2202',
  ],
];

/** The file and the charm beside it are refused by whoever plans or does, and the site that runs is as it was. */
function expectRefusal(place: string, verbs: readonly string[]): void {
  const refusals = verbs.map((verb) => hello.cantrip(verb, hello.file));
  for (const { status, stdout, stderr } of refusals) {
    expect(stderr).toContain(`${place.replace(/(\S+) (\S+) (\S+)/, '$1:$2: error $3')}: `);
    expect(stderr).not.toMatch(/^\s+at .*[:(]/m);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  }
  expect(refusals.at(-1)?.stderr).toMatch(/\nnothing was done\n$/);
  expect(traces()).toEqual(before);
}

test.each(FILES)('a file that %s', (_name, text, place) => {
  writeFileSync(hello.file, text);
  expectRefusal(`environment.yaml ${place}`, ['plan', 'up']);
});

test.each(CHARMS)('a charm that %s', (_name, text, place) => {
  writeFileSync(hello.file, byPath);
  const folder = join(hello.folder, 'own');
  rmSync(folder, { recursive: true, force: true });
  if (text !== null) mkdirSync(folder);
  if (text !== null) writeFileSync(join(folder, 'charm.ts'), text);
  expectRefusal(place, ['up']);
});

test('a file that cannot be read at all: missing, a directory, a device', () => {
  rmSync(hello.file);
  for (const path of [hello.file, join(hello.folder, 'site'), '/dev/null', '/proc/1', `${hello.file}/below`]) {
    const { status, stdout, stderr } = hello.cantrip('up', path);
    expect({ path, status, stdout }).toEqual({ path, status: 2, stdout: '' });
    expect(stderr).toContain('error');
    expect(stderr).not.toMatch(/^\s+at .*[:(]/m);
  }
  expect(traces()).toEqual(before);
});

test('many faults are told at once, in the order of the file, as JSON too', () => {
  const text = 'environment: Hello\napplications:\n  site: {charm: nginx, unit: 2, expose: {http: 0}}\n  x: {}\n';
  writeFileSync(hello.file, text);
  const { status, stdout } = hello.cantrip('validate', hello.file, '--json');
  expect(status).toBe(2);
  const told = JSON.parse(stdout).map((one: Record<string, unknown>) => `${one.line}:${one.column} ${one.code}`);
  expect(told).toEqual(['1:14 E1105', '3:24 E1101', '3:48 E1111', '4:3 E1102']);
  expect(JSON.parse(stdout)[1]).toEqual({
    code: 'E1101',
    severity: 'error',
    message: expect.stringContaining('unit'),
    hint: expect.stringContaining('units'),
    file: hello.file,
    line: 3,
    column: 24,
  });
});

test('after all this the site still answers, and its own file is taken again', async () => {
  expect((await get(hello.url)).status).toBe(200);
  writeFileSync(hello.file, site(`resources: {site: ./site}\n    expose: {http: ${hello.port}}`));
  expect(hello.succeed('up', hello.file).stdout).toBe('hello: no changes\n');
});
