import {
  chownSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import type { InitFile } from '../../providers/container/native/init-types.ts';
import { command, file, startInit, stopInits } from './init-container.ts';

afterEach(stopInits);

function ownership(path: string): string {
  const { mode, uid, gid } = lstatSync(path);
  return `${(mode & 0o7777).toString(8)} ${uid}:${gid}`;
}

function idsOf(database: string, name: string): readonly number[] {
  const line = readFileSync(database, 'utf8')
    .split('\n')
    .find((each) => each.startsWith(`${name}:`));
  return (line?.split(':') ?? []).slice(2, 4).map(Number);
}

function directory(path: string, mode: string, owner = 'root', group = 'root'): InitFile {
  return { kind: 'directory', path, mode, owner, group };
}

test('writes files with mode and owners by name and number, and makes their parents', async () => {
  const init = await startInit();
  const at = (name: string) => join(init.directory, 'a/b', name);
  const [uid] = idsOf('/etc/passwd', 'games');
  const [gid] = idsOf('/etc/group', 'tty');
  await init.client.writeFiles([
    file(at('named'), 'one\n', { mode: '0640', owner: 'games', group: 'tty' }),
    file(at('numbered'), 'two\n', { mode: '4755', owner: '1234', group: '4321' }),
    file(at('empty'), '', { mode: '0600' }),
  ]);
  expect(readFileSync(at('named'), 'utf8')).toBe('one\n');
  expect(readFileSync(at('empty'), 'utf8')).toBe('');
  expect(['named', 'numbered', 'empty'].map((name) => ownership(at(name)))).toEqual([
    `640 ${uid}:${gid}`,
    '4755 1234:4321',
    '600 0:0',
  ]);
  expect([ownership(join(init.directory, 'a')), ownership(join(init.directory, 'a/b'))]).toEqual([
    '755 0:0',
    '755 0:0',
  ]);
});

test('replaces content, mode and owner, and leaves nothing beside', async () => {
  const init = await startInit();
  const path = join(init.directory, 'd/file');
  await init.client.writeFiles([file(path, 'old', { mode: '0600', owner: 'games' })]);
  await init.client.writeFiles([file(path, 'new')]);
  expect(readFileSync(path, 'utf8')).toBe('new');
  expect(ownership(path)).toBe('644 0:0');
  expect(readdirSync(join(init.directory, 'd'))).toEqual(['file']);
});

test('makes and adjusts directories without touching what is in them', async () => {
  const init = await startInit();
  const path = join(init.directory, 'data');
  await init.client.writeFiles([directory(path, '0700', 'games', 'games'), file(join(path, 'inside'), 'kept')]);
  const [uid] = idsOf('/etc/passwd', 'games');
  const [gid] = idsOf('/etc/group', 'games');
  expect(ownership(path)).toBe(`700 ${uid}:${gid}`);
  await init.client.writeFiles([directory(path, '0750')]);
  expect(ownership(path)).toBe('750 0:0');
  expect(readFileSync(join(path, 'inside'), 'utf8')).toBe('kept');
});

test('a link at the end is replaced, not followed; links on the way are', async () => {
  const init = await startInit();
  const at = (name: string) => join(init.directory, name);
  writeFileSync(at('precious'), 'precious');
  symlinkSync(at('precious'), at('link'));
  mkdirSync(at('real'));
  symlinkSync('real', at('way'));
  await init.client.writeFiles([file(at('link'), 'mine'), file(at('way/file'), 'there')]);
  expect(lstatSync(at('link')).isFile()).toBe(true);
  expect(readFileSync(at('precious'), 'utf8')).toBe('precious');
  expect(readFileSync(at('real/file'), 'utf8')).toBe('there');
  symlinkSync('real', at('dirlink'));
  await expect(init.client.writeFiles([directory(at('dirlink'), '0700')])).rejects.toThrow('Not a directory');
  expect(ownership(at('real'))).toBe('755 0:0');
  await init.client.removeFiles([at('dirlink')]);
  expect(statSync(at('real')).isDirectory()).toBe(true);
});

test.each([
  ['relative', 'etc/x', 'it is not absolute'],
  ['empty', '', 'it is not absolute'],
  ['the root', '/', 'it is not in its simplest form'],
  ['two slashes', '/tmp//x', 'it is not in its simplest form'],
  ['a slash at the end', '/tmp/x/', 'it is not in its simplest form'],
  ['a dot', '/tmp/./x', 'it is not in its simplest form'],
  ['two dots', '/tmp/../etc/x', 'it holds ..'],
  ['two dots at the end', '/tmp/..', 'it holds ..'],
  ['too long', `/${'x/'.repeat(3000)}y`, 'name too long'],
])('a path that is %s is refused for every request', async (_, path, message) => {
  const init = await startInit();
  await expect(init.client.writeFiles([file(path, 'x')])).rejects.toThrow(message);
  await expect(init.client.removeFiles([path])).rejects.toThrow(message);
  await expect(init.client.readFiles([path])).rejects.toThrow(message);
});

test('the first failure names its path, and later files are not tried', async () => {
  const init = await startInit();
  const at = (name: string) => join(init.directory, name);
  writeFileSync(at('file'), '');
  mkdirSync(at('full'));
  writeFileSync(at('full/inside'), '');
  const cases: readonly (readonly [InitFile, string])[] = [
    [file(at('file/below'), 'x'), `parent '${at('file/')}': Not a directory`],
    [file(at('full'), 'x'), `write '${at('full')}': Is a directory`],
    [directory(at('file'), '0755'), `directory '${at('file')}': Not a directory`],
    [file(at('owned'), 'x', { owner: 'nobodyatall' }), "user 'nobodyatall': no such user in /etc/passwd"],
    [file(at('grouped'), 'x', { group: 'nogroup-' }), "group 'nogroup-': no such group in /etc/group"],
  ];
  for (const [bad, message] of cases) {
    await expect(init.client.writeFiles([file(at('first'), '1'), bad, file(at('later'), '2')])).rejects.toThrow(
      message,
    );
  }
  expect(readdirSync(init.directory).filter((name) => !name.endsWith('.sock'))).toEqual([
    'file',
    'first',
    'full',
    'logs',
  ]);
  expect(readdirSync(at('full'))).toEqual(['inside']);
});

test('removes files, links and empty directories; what is gone is removed', async () => {
  const init = await startInit();
  const at = (name: string) => join(init.directory, name);
  writeFileSync(at('target'), 'kept');
  writeFileSync(at('file'), '');
  symlinkSync('target', at('link'));
  mkdirSync(at('empty'));
  mkdirSync(at('full'));
  writeFileSync(at('full/inside'), '');
  await init.client.removeFiles(['file', 'link', 'empty', 'ghost', 'ghost/below', 'target/below'].map(at));
  await expect(init.client.removeFiles([at('full')])).rejects.toThrow(`remove '${at('full')}': Directory not empty`);
  expect(readFileSync(at('target'), 'utf8')).toBe('kept');
  expect(readdirSync(init.directory).filter((name) => !name.endsWith('.sock'))).toEqual(['full', 'logs', 'target']);
});

test('reads files, directories, what is absent, and what has no size', async () => {
  const init = await startInit();
  const at = (name: string) => join(init.directory, name);
  const content = Buffer.from(Array.from({ length: 3_000_000 }, (_, index) => (index * 7) & 0xff));
  writeFileSync(at('large'), content, { mode: 0o600 });
  chownSync(at('large'), 12, 34);
  mkdirSync(at('directory'), { mode: 0o711 });
  symlinkSync('large', at('link'));
  const seen = await init.client.readFiles([at('large'), at('directory'), at('ghost'), at('link'), '/proc/self/comm']);
  expect(seen.map(({ content, ...rest }) => rest)).toEqual([
    { path: at('large'), kind: 'file', mode: '0600', owner: '12', group: '34' },
    { path: at('directory'), kind: 'directory', mode: '0711', owner: '0', group: '0' },
    { path: at('ghost'), kind: 'absent', mode: '', owner: '', group: '' },
    { path: at('link'), kind: 'absent', mode: '', owner: '', group: '' },
    { path: '/proc/self/comm', kind: 'file', mode: '0644', owner: '0', group: '0' },
  ]);
  expect(seen[0]?.content?.equals(content)).toBe(true);
  expect(seen[1]?.content).toBeNull();
  expect(seen[4]?.content?.toString()).toBe('cantrip-init\n');
});

test('what is too large, or no file, is refused by name', async () => {
  const init = await startInit();
  const at = (name: string) => join(init.directory, name);
  await init.client.run(
    command(`mkfifo ${at('pipe')}; truncate -s 4194305 ${at('large')}; truncate -s 4M ${at('limit')}`),
  );
  await expect(init.client.readFiles([at('large')])).rejects.toThrow(
    `'${at('large')}': it is larger than 4194304 bytes`,
  );
  await expect(init.client.readFiles([at('pipe')])).rejects.toThrow('neither a file nor a directory');
  expect((await init.client.readFiles([at('limit')]))[0]?.content?.length).toBe(4194304);
  await expect(init.client.readFiles(Array(5).fill(at('limit')))).rejects.toThrow('too large for one answer');
  await expect(init.client.readFiles(['/dev/zero'])).rejects.toThrow('neither a file nor a directory');
});

test('large contents travel, also more than a frame holds together', async () => {
  const init = await startInit();
  const at = (name: string) => join(init.directory, name);
  const content = Buffer.alloc(7_000_000, 'cantrip ');
  await init.client.writeFiles(['a', 'b', 'c'].map((name) => ({ ...file(at(name), ''), content }) as InitFile));
  for (const name of ['a', 'b', 'c']) expect(readFileSync(at(name)).equals(content)).toBe(true);
});

test('a link in place of the temporary file is not followed', async () => {
  const init = await startInit();
  const at = (name: string) => join(init.directory, name);
  writeFileSync(at('precious'), 'precious');
  for (let number = 1; number <= 3; number++) symlinkSync('precious', at(`.cantrip-${number}.tmp`));
  await init.client.writeFiles([file(at('file'), 'mine')]);
  expect(readFileSync(at('precious'), 'utf8')).toBe('precious');
  expect(readFileSync(at('file'), 'utf8')).toBe('mine');
  expect(readlinkSync(at('.cantrip-1.tmp'))).toBe('precious');
});
