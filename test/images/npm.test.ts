import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { readNpmManifest } from '../../images/npm.ts';
import { temporaryDirectory } from './temporary.ts';

let app: string;

beforeEach(async () => {
  app = await temporaryDirectory();
});

const manifest = (value: unknown): Promise<void> => writeFile(join(app, 'package.json'), JSON.stringify(value));
const lock = (text: string): Promise<void> => writeFile(join(app, 'package-lock.json'), text);
const text = async (): Promise<string | undefined> => (await readNpmManifest(app))?.text;

const PLAIN = { name: 'app', version: '1.0.0', dependencies: { pg: '^8.0.0' } };

test.each([
  ['no dependencies', { name: 'app' }],
  ['only such as are for development', { devDependencies: { vitest: '4' } }],
  ['an empty list', { dependencies: {} }],
])('nothing is to be installed with %s', async (_what, value) => {
  await manifest(value);
  expect(await readNpmManifest(app)).toBeNull();
});

test('nothing is to be installed without package.json', async () => {
  expect(await readNpmManifest(app)).toBeNull();
});

describe('what does not install anew', () => {
  test.each([
    ['a version', { ...PLAIN, version: '1.0.1' }],
    ['scripts', { ...PLAIN, scripts: { start: 'node .' } }],
    ['dependencies for development', { ...PLAIN, devDependencies: { vitest: '4' } }],
  ])('%s', async (_what, value) => {
    await manifest(PLAIN);
    const before = await text();
    await manifest(value);
    expect(await text()).toBe(before);
  });
});

describe('what installs anew', () => {
  test.each<[string, () => Promise<void>]>([
    ['another version of a dependency', () => manifest({ ...PLAIN, dependencies: { pg: '^8.1.0' } })],
    ['an override', () => manifest({ ...PLAIN, overrides: { 'pg-types': '4' } })],
    ['the lockfile', () => lock('{"lockfileVersion": 4}')],
    ['no lockfile', () => rm(join(app, 'package-lock.json'))],
    ['another registry', () => writeFile(join(app, '.npmrc'), 'registry=https://npm.example.net/')],
  ])('%s', async (_what, change) => {
    await manifest(PLAIN);
    await lock('{"lockfileVersion": 3}');
    const before = await text();
    await change();
    expect(await text()).not.toBe(before);
  });
});

describe('what is refused', () => {
  test.each(['file:../shared', 'link:../shared', 'workspace:*'])('a dependency %s', async (version) => {
    await manifest({ dependencies: { shared: version } });
    await expect(readNpmManifest(app)).rejects.toThrow(`shared is ${version}, outside the directory`);
  });

  test.each(['{', '[]', 'null', '"x"'])('a package.json that holds %s', async (content) => {
    await writeFile(join(app, 'package.json'), content);
    await expect(readNpmManifest(app)).rejects.toThrow('its package.json is not a JSON object');
  });
});
