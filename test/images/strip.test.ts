import { mkdir, readdir, stat, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { removeBelow, stripTree } from '../../images/strip.ts';
import { temporaryDirectory } from './temporary.ts';

let root: string;

beforeEach(async () => {
  root = join(await temporaryDirectory(), 'root');
  await mkdir(root);
});

async function put(...paths: string[]): Promise<void> {
  for (const path of paths) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), 'x');
  }
}

const isThere = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

test.each([
  ['var/log/apt/term.log', false],
  ['var/cache/apt/pkgcache.bin', false],
  ['var/lib/apt/lists/partial/x', false],
  ['var/lib/dpkg/status-old', false],
  ['var/lib/dpkg/status', true],
  ['var/cache/debconf/config.dat', true],
  ['var/cache/debconf/config.dat-old', false],
  ['etc/passwd', true],
  ['etc/passwd-', false],
  ['tmp/x', false],
  ['run/x/y', false],
  ['srv/tmp/x', true],
])('%s stays: %s', async (path, stays) => {
  await put(path);
  await stripTree(root);
  expect(await isThere(join(root, path))).toBe(stays);
});

test('directories for logs stay, because services need them', async () => {
  await put('var/log/postgresql/old.log');
  await stripTree(root);
  expect(await readdir(join(root, 'var/log'))).toEqual(['postgresql']);
});

test.each([
  ['the directory itself', 'tmp', 'victim'],
  ['a directory above', 'var', 'victim/log'],
])('a link out of the tree in place of %s is not followed', async (_what, link, file) => {
  const outside = join(dirname(root), 'victim');
  await mkdir(join(outside, 'log'), { recursive: true });
  await writeFile(join(dirname(root), file, 'precious'), 'x');
  await symlink(outside, join(root, link));
  await stripTree(root);
  expect(await isThere(join(dirname(root), file, 'precious'))).toBe(true);
});

test('a link among the files is removed, not what it leads to', async () => {
  await put('kept/file');
  await mkdir(join(root, 'var/log'), { recursive: true });
  await symlink(join(root, 'kept'), join(root, 'var/log/link'));
  await stripTree(root);
  expect(await isThere(join(root, 'kept/file'))).toBe(true);
  expect(await readdir(join(root, 'var/log'))).toEqual([]);
});

test('a name may be spared', async () => {
  await put('usr/share/doc/a/copyright', 'usr/share/doc/a/changelog.gz');
  await removeBelow(root, 'usr/share/doc', { except: 'copyright' });
  expect(await readdir(join(root, 'usr/share/doc/a'))).toEqual(['copyright']);
});
