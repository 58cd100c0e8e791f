import { chmod, mkdir, readFile, rename, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { copyTree } from '../../images/copy.ts';
import { digestTree } from '../../images/digest.ts';
import { temporaryDirectory } from './temporary.ts';

let app: string;

beforeEach(async () => {
  const directory = await temporaryDirectory();
  app = join(directory, 'app');
  await mkdir(join(app, 'lib/empty'), { recursive: true });
  await writeFile(join(app, 'index.js'), 'one');
  await writeFile(join(app, 'lib/part.js'), 'two');
  await writeFile(join(app, 'start.sh'), '#!/bin/sh', { mode: 0o755 });
  await symlink('lib/part.js', join(app, 'link'));
});

const at = (path: string): string => join(app, path);

describe('what changes the digest', () => {
  test.each<[string, () => Promise<unknown>]>([
    ['a content', () => writeFile(at('index.js'), 'other')],
    ['a content of the same length', () => writeFile(at('index.js'), 'ONE')],
    ['a name', () => rename(at('index.js'), at('main.js'))],
    ['a place', () => rename(at('index.js'), at('lib/index.js'))],
    ['an executable bit', () => chmod(at('index.js'), 0o744)],
    ['a new file', () => writeFile(at('lib/empty/x'), '')],
    ['a missing file', () => rm(at('lib/part.js'))],
    ['a missing empty directory', () => rm(at('lib/empty'), { recursive: true })],
    ['where a link leads', () => rm(at('link')).then(() => symlink('index.js', at('link')))],
    ['a file in place of a link', () => rm(at('link')).then(() => writeFile(at('link'), 'two'))],
  ])('%s', async (_what, change) => {
    const before = await digestTree(app, null);
    await change();
    expect(await digestTree(app, null)).not.toBe(before);
  });
});

describe('what does not change the digest', () => {
  test.each<[string, () => Promise<unknown>]>([
    ['times', () => utimes(at('index.js'), 1, 1)],
    ['permissions that a copy would not have', () => chmod(at('index.js'), 0o600)],
    ['history', () => mkdir(at('.git')).then(() => writeFile(at('.git/HEAD'), 'x'))],
    ["npm's settings, which hold tokens", () => writeFile(at('.npmrc'), '//npm.example.net/:_authToken=secret')],
    ['installed dependencies', () => mkdir(at('lib/node_modules/x'), { recursive: true })],
  ])('%s', async (_what, change) => {
    const before = await digestTree(app, null);
    await change();
    expect(await digestTree(app, null)).toBe(before);
  });
});

test('a copy has the digest of its source, and modes of its own', async () => {
  await chmod(at('index.js'), 0o600);
  await chmod(at('start.sh'), 0o4777);
  await mkdir(at('.git'));
  await writeFile(at('.npmrc'), '//npm.example.net/:_authToken=secret');
  const copy = join(await temporaryDirectory(), 'deep/copy');
  await copyTree(app, copy);
  expect(await digestTree(copy, null)).toBe(await digestTree(app, null));
  const modes = await Promise.all(['.', 'lib', 'index.js', 'start.sh'].map((path) => stat(join(copy, path))));
  expect(modes.map(({ mode }) => (mode & 0o7777).toString(8))).toEqual(['755', '755', '644', '755']);
  for (const left of ['.git', '.npmrc']) await expect(stat(join(copy, left))).rejects.toThrow('ENOENT');
});

describe('the cache', () => {
  const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 1100));

  test('contents of untouched files come from the cache, of touched ones from the file', async () => {
    const cache = join(await temporaryDirectory(), 'digests/app.json');
    await settle();
    const first = await digestTree(app, cache);
    expect(await digestTree(app, cache)).toBe(first);
    // A planted digest proves that the file is not read.
    const entries: [string, { stamp: string; digest: string }][] = JSON.parse(await readFile(cache, 'utf8'));
    const planted = entries.map(([path, entry]) => [
      path,
      path === 'index.js' ? { ...entry, digest: 'planted' } : entry,
    ]);
    await writeFile(cache, JSON.stringify(planted));
    expect(await digestTree(app, cache)).not.toBe(first);
    await writeFile(at('index.js'), 'one');
    expect(await digestTree(app, cache)).toBe(first);
  });

  test('a file written a moment ago is not remembered', async () => {
    const cache = join(await temporaryDirectory(), 'app.json');
    await digestTree(app, cache);
    expect(JSON.parse(await readFile(cache, 'utf8'))).toEqual([]);
  });

  test('a damaged cache is as good as none', async () => {
    const cache = join(await temporaryDirectory(), 'app.json');
    await writeFile(cache, '{');
    expect(await digestTree(app, cache)).toBe(await digestTree(app, null));
  });
});
