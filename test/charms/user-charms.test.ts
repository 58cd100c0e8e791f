import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { intentIn, viewOf } from '../../charms/kit/testing.ts';
import { openCharms } from '../../controller/read/charms/source.ts';
import { sha256 } from '../../controller/read/digest.ts';

/**
 * The charms that users see, in the guide and in the example: they compile, load as a user's charm does, and do what
 * the text says.
 */
const root = fileURLToPath(new URL('../../', import.meta.url));
let folder: string;

beforeAll(() => {
  // Below the repository, so that 'cantrip/kit' is found as it is where cantrip is installed.
  mkdirSync(join(root, 'build'), { recursive: true });
  folder = mkdtempSync(join(root, 'build/user-charms-'));
  cpSync(join(root, 'examples/custom-charm/charms'), join(folder, 'charms'), { recursive: true });
  for (const { name, text } of blocks('docs/write-a-charm.md')) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  cpSync(join(folder, 'charms/redis/redis.ts'), join(folder, 'charms/cache-page/redis.ts'));
});

afterAll(() => rmSync(folder, { recursive: true }));

/** Code blocks of a document that begin with the name of their file. */
function blocks(document: string): { readonly name: string; readonly text: string }[] {
  const text = readFileSync(join(root, document), 'utf8');
  return [...text.matchAll(/```ts\n\/\/ (\S+)\n([\s\S]*?)```/g)].map(([, name = '', code = '']) => ({
    name,
    text: code,
  }));
}

test("the guide's blocks all are files", () => {
  const text = readFileSync(join(root, 'docs/write-a-charm.md'), 'utf8');
  expect(blocks('docs/write-a-charm.md')).toHaveLength(text.split('```ts').length - 1);
});

test('they compile', () => {
  const options = { noEmit: true, emitDeclarationOnly: false, composite: false, declaration: false };
  const config = { extends: join(root, 'tsconfig.base.json'), compilerOptions: options, include: ['charms'] };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
  const compile = () => execFileSync(join(root, 'node_modules/.bin/tsc'), ['-p', folder], { encoding: 'utf8' });
  expect(compile()).toBe('');
});

async function load(name: string) {
  const context = {
    builtInCharms: [],
    charmCache: join(folder, 'cache'),
    charmKit: join(root, 'charms/kit/index.ts'),
    digest: sha256,
  };
  const { charm, diagnostics } = await openCharms(context, join(folder, 'environment.yaml')).load(`./charms/${name}`);
  expect(diagnostics).toEqual([]);
  if (charm === null) throw new Error(`${name} is no charm`);
  return charm;
}

test.each(['greeter', 'redis'])("%s loads as a user's charm does, and answers like the module itself", async (name) => {
  const charm = await load(name);
  const { default: module } = await import(join(folder, `charms/${name}/charm.ts`));
  expect(charm.metadata).toEqual(module.metadata);
  expect(charm.evaluate(viewOf(module))).toEqual({ kind: 'intent', intent: intentIn(module) });
});

test("the guide's second charm loads from its own folder, with a copy of the interface", async () => {
  const charm = await load('cache-page');
  expect(charm.metadata).toMatchObject({ name: 'cache-page', ports: ['http'] });
});

// Imported while the tests are collected: the guide's own test is then one of these.
describe('what the guide says of a test is so', async () => {
  const place = mkdtempSync(join(root, 'build/guide-test-'));
  afterAll(() => rmSync(place, { recursive: true }));
  for (const { name, text } of blocks('docs/write-a-charm.md')) {
    if (name.startsWith('charms/redis/')) writeFileSync(join(place, name.slice('charms/redis/'.length)), text);
  }
  await import(join(place, 'charm.test.ts'));
});

test('the greeter takes over another greeting by a signal', async () => {
  const { default: module } = await import(join(folder, 'charms/greeter/charm.ts'));
  const [one, two] = ['Hello', 'Welcome'].map((greeting) => intentIn(module, { options: { greeting } }));
  expect(two?.services).toEqual(one?.services);
  expect(two?.services.greeter).toMatchObject({
    reload: { kind: 'signal', signal: 'SIGHUP' },
    reloadOn: ['/etc/greeter/greeting.txt'],
  });
  expect(two?.files['/etc/greeter/greeting.txt']?.content).toBe('Welcome, greeter/0\n');
});
