import { mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openCharms } from '../../../../controller/read/charms/source.ts';
import { sha256 } from '../../../../controller/read/digest.ts';
import type { Charm, View } from '../../../../model/charm.ts';

const KIT = fileURLToPath(new URL('../../../../charms/kit/index.ts', import.meta.url));

let folder: string;
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'cantrip-charm-')));
});
afterEach(() => rmSync(folder, { recursive: true }));

const HELLO = `import { charm, intent, z } from 'cantrip/kit';
import { greet } from './greet.ts';

export default charm(
  { name: 'hello', summary: 'Says hello', options: z.object({ whom: z.string().default('world') }) },
  (unit) => intent({ files: { '/etc/hello': greet(unit.options.whom) } }),
);
`;
const GREET = "export const greet = (whom: string): string => 'hello ' + whom;\n";

function write(files: Readonly<Record<string, string>>): void {
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
}

function load(reference: string) {
  const context = { builtInCharms: [], charmCache: join(folder, 'cache'), charmKit: KIT, digest: sha256 };
  return openCharms(context, join(folder, 'environment.yaml')).load(reference);
}

async function loaded(reference: string): Promise<Charm> {
  const { charm, diagnostics } = await load(reference);
  expect(diagnostics).toEqual([]);
  return charm as Charm;
}

const VIEW: View = {
  environment: 'shop',
  unit: { name: 'web/0', number: 0, hostname: 'web-0' },
  application: { name: 'web', units: ['web/0'] },
  leader: true,
  address: '10.0.0.2',
  options: { whom: 'you' },
  relations: {},
  storage: {},
  resources: {},
  constraints: { memoryBytes: null, cpuMillicores: null },
};

/** A charm whose function's body is given. */
function charmDoing(body: string): string {
  const begin = "export default charm({ name: 'x', summary: 'x' }, (unit) => {";
  return `import { charm, intent } from 'cantrip/kit';\n${begin}\n${body}\n});\n`;
}

async function faultOf(body: string): Promise<string> {
  write({ 'x/charm.ts': charmDoing(body) });
  const evaluation = (await loaded('./x')).evaluate({ ...VIEW, options: {} });
  return evaluation.kind === 'fault' ? evaluation.fault.message.replaceAll(folder, '') : 'no fault';
}

describe('where the module is', () => {
  const cases: readonly [string, string, Readonly<Record<string, string>>][] = [
    ['a folder with charm.ts', './hello', { 'hello/charm.ts': HELLO, 'hello/greet.ts': GREET }],
    ['a folder with index.ts', './hello', { 'hello/index.ts': HELLO, 'hello/greet.ts': GREET }],
    [
      'a folder whose package.json names it',
      './hello',
      { 'hello/package.json': '{"main": "src/main.ts"}', 'hello/src/main.ts': HELLO, 'hello/src/greet.ts': GREET },
    ],
    ['a file', './hello/mine.ts', { 'hello/mine.ts': HELLO, 'hello/greet.ts': GREET }],
  ];
  for (const [what, reference, files] of cases) {
    test(what, async () => {
      write(files);
      expect((await loaded(reference)).metadata.name).toBe('hello');
    });
  }

  const missing: readonly [string, Readonly<Record<string, string>>, RegExp][] = [
    ['nothing there', {}, /there is nothing at/],
    ['an empty folder', { 'hello/readme': '' }, /holds neither charm\.ts, index\.ts/],
    ['a package.json that names nothing', { 'hello/package.json': '{"main": "a.ts"}' }, /names a\.ts, which is not/],
  ];
  for (const [what, files, message] of missing) {
    test(what, async () => {
      write(files);
      const { charm, diagnostics } = await load('./hello');
      expect(charm).toBeNull();
      expect(diagnostics).toMatchObject([{ code: 'E3001', message: expect.stringMatching(message) }]);
    });
  }
});

describe('a charm by path', () => {
  test('works as one that is built in: JSON both ways', async () => {
    write({ 'hello/charm.ts': HELLO, 'hello/greet.ts': GREET });
    const charm = await loaded('./hello');
    expect(charm.checkOptions({})).toEqual({ kind: 'valid', options: { whom: 'world' } });
    expect(charm.checkOptions({ whom: 3 })).toMatchObject({ kind: 'invalid', faults: [{ path: ['whom'] }] });
    expect(charm.install({}).packages).toEqual([]);
    const evaluation = charm.evaluate(VIEW);
    expect(evaluation).toMatchObject({ kind: 'intent', intent: { files: { '/etc/hello': { content: 'hello you' } } } });
  });

  test('is remembered by content, and forgotten when any of its files changes', async () => {
    write({ 'hello/charm.ts': HELLO, 'hello/greet.ts': GREET });
    await loaded('./hello');
    const kept = readdirSync(join(folder, 'cache')).sort();
    expect(kept.map((name) => name.split('.')[1])).toEqual(['bin', 'js', 'json', 'map']);
    const marked = join(folder, 'cache', kept.find((name) => name.endsWith('.js')) as string);
    writeFileSync(marked, 'var charmModule = {};');
    expect((await load('./hello')).diagnostics).toMatchObject([{ code: 'E3005' }]);
    write({ 'hello/greet.ts': "export const greet = (whom: string): string => 'good day ' + whom;\n" });
    expect((await loaded('./hello')).evaluate(VIEW)).toMatchObject({
      intent: { files: { '/etc/hello': { content: 'good day you' } } },
    });
  });

  test('the remembered one answers as the first did', async () => {
    write({ 'hello/charm.ts': HELLO, 'hello/greet.ts': GREET });
    const first = (await loaded('./hello')).evaluate(VIEW);
    expect((await loaded('./hello')).evaluate(VIEW)).toEqual(first);
  });
});

describe('what is refused when it is built', () => {
  const cases: readonly [string, string, string, number, RegExp][] = [
    ['a Node module', "import 'node:fs';", 'E3003', 1, /"node:fs" cannot be imported/],
    ['a package', "\nimport 'lodash';", 'E3003', 2, /"lodash" cannot be imported/],
    ['a file outside', "import '../secret.ts';", 'E3003', 1, /"\.\.\/secret\.ts" cannot be imported/],
    ['a link that leads out', "import './link.ts';", 'E3003', 1, /"\.\/link\.ts" cannot be imported/],
    ['an absolute path', "import '/etc/hostname';", 'E3003', 1, /"\/etc\/hostname" cannot be imported/],
    ['a file that is not there', "\n\nimport './gone.ts';", 'E3002', 3, /Could not resolve "\.\/gone\.ts"/],
    ['a syntax error', 'const = 3;', 'E3002', 1, /Expected identifier/],
  ];
  for (const [what, text, code, line, message] of cases) {
    test(what, async () => {
      write({ 'x/charm.ts': `${text}\nexport default 1;`, 'secret.ts': 'export default 1' });
      symlinkSync(join(folder, 'secret.ts'), join(folder, 'x', 'link.ts'));
      const { diagnostics } = await load('./x');
      expect(diagnostics).toMatchObject([
        { code, message: expect.stringMatching(message), place: { file: join(folder, 'x/charm.ts'), line } },
      ]);
    });
  }
});

describe('what is refused when it is loaded', () => {
  const cases: readonly [string, string, string, RegExp][] = [
    ['no default export', 'export const a = 1;', 'E3005', /default export is not made by charm/],
    [
      'something else',
      'export default { evaluate: () => 1, metadata: { name: "x" } };',
      'E3005',
      /no string "summary"/,
    ],
    ['an error', '\nthrow new TypeError("boom");', 'E3004', /TypeError: boom/],
    ['a thing that is no error', 'throw { get message() { throw 1; } };', 'E3004', /fails while it is loaded/],
    ['reading the environment', 'export default process.env;', 'E3004', /process is not defined/],
    ['a network call', 'fetch("http://127.0.0.1/");\nexport default 1;', 'E3004', /fetch is not defined/],
    ['code from text', 'export default new Function("return 1");', 'E3004', /Code generation from strings/],
    ['waiting while it is loaded', 'export default await 1;', 'E3002', /Top-level await/],
  ];
  for (const [what, text, code, message] of cases) {
    test(what, async () => {
      write({ 'x/charm.ts': text });
      expect((await load('./x')).diagnostics).toMatchObject([{ code, message: expect.stringMatching(message) }]);
    });
  }

  test('the error’s line is the charm’s own', async () => {
    write({ 'x/charm.ts': "import { greet } from './greet.ts';\ngreet();\nexport default 1;" });
    write({ 'x/greet.ts': '\n\nexport const greet = () => {\n  throw new Error("no greeting");\n};' });
    const { diagnostics } = await load('./x');
    expect(diagnostics).toMatchObject([{ place: { file: join(folder, 'x/greet.ts'), line: 4 } }]);
  });
});

describe('what is refused when it runs', () => {
  const cases: readonly [string, string, string][] = [
    [
      'an error, with its line',
      'const a: string[] = [];\nreturn intent({ files: { "/a": a[0].trim() } });',
      '/x/charm.ts:4:',
    ],
    ['the time', 'return intent({ files: { "/a": String(Date.now()) } });', 'The present time is refused'],
    ['a new Date()', 'return intent({ files: { "/a": new Date().toISOString() } });', 'The present time is refused'],
    ['chance', 'return intent({ files: { "/a": String(Math.random()) } });', 'Math.random is refused'],
    ['a loop without end', 'for (;;) {}', 'took longer than 1000 ms'],
    ['recursion without end', 'const f = (): number => 1 + f();\nf();\nreturn intent({});', 'Maximum call stack'],
  ];
  for (const [what, body, message] of cases) {
    test(what, async () => expect(await faultOf(body)).toContain(message));
  }

  test('the realm’s constructors lead nowhere', async () => {
    const way =
      'const f = unit.constructor.constructor;\nreturn intent({ files: { "/a": String(f("return process")()) } });';
    expect(await faultOf(way)).toContain('Code generation from strings');
  });

  test('an import at run time finds nothing', async () => {
    write({
      'x/charm.ts': `const m = import('node:fs');\n${charmDoing('return intent({ files: { "/a": String(m) } });')}`,
    });
    expect((await load('./x')).diagnostics).toMatchObject([{ code: 'E3003' }]);
  });
});

test('where the cache cannot be written the charm is loaded all the same', async () => {
  write({ 'charms/hello/charm.ts': HELLO, 'charms/hello/greet.ts': GREET, cache: 'a file in the way\n' });
  expect((await load('./charms/hello')).diagnostics).toEqual([]);
});

describe('built-in charms', () => {
  test('an unknown name is answered with the nearest', async () => {
    const context = {
      builtInCharms: [{ name: 'haproxy', load: () => Promise.reject(new Error('not asked for')) }],
      charmCache: null,
      charmKit: KIT,
      digest: sha256,
    };
    const { diagnostics } = await openCharms(context, '/e/environment.yaml').load('haprox');
    expect(diagnostics).toMatchObject([
      { code: 'E3001', message: 'there is no charm "haprox"', hint: 'did you mean "haproxy"?' },
    ]);
    // Refused with a better reason when the file was read.
    expect((await openCharms(context, '/e/environment.yaml').load('npm:@acme/x')).diagnostics).toEqual([]);
  });
});
