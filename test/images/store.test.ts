import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Images } from '../../images/store.ts';
import { openImages } from '../../images/store.ts';
import type { DirectorySpec, ImageSpec, InstallSpec } from '../../model/image.ts';
import { unshareBuilder } from './builder.ts';

/** One state directory for the file: the base is made once, from the machine's own apt sources. */
let state: string;
let images: Images;
let app: string;

beforeAll(async () => {
  state = await mkdtemp(join(tmpdir(), 'cantrip-images-'));
  images = openImages({ directory: join(state, 'images'), builder: unshareBuilder });
  app = join(state, 'app');
  await mkdir(app);
  await writeFile(join(app, 'index.js'), 'first');
});
afterAll(() => rm(state, { recursive: true, force: true }));

const quiet = (): void => {};
const spec = (key: string, install: Partial<InstallSpec>, directories: readonly DirectorySpec[] = []): ImageSpec => ({
  key,
  base: 'debian/12',
  install: { packages: [], commands: [], files: {}, ...install },
  directories,
});
const application = async (): Promise<DirectorySpec> => ({
  name: 'app',
  source: app,
  target: '/srv/app',
  digest: await images.digestDirectory(app),
  dependencies: 'npm',
});
const leftovers = async (): Promise<string[]> => readdir(join(state, 'images/building'));

describe('an image of a base, packages, commands and a directory', { timeout: 120_000 }, () => {
  const install: Partial<InstallSpec> = {
    packages: ['socat'],
    files: { '/etc/demo/first.conf': { content: 'before packages\n', mode: '0640' } },
    commands: ['cat /etc/demo/first.conf > /etc/demo/second', 'socat -V > /var/log/socat; rm /usr/bin/tac'],
  };

  test('it is built in layers, each with its own part', async () => {
    await mkdir(join(state, 'images/building', `${'c'.repeat(64)}.00112233`, 'root'), { recursive: true });
    const lines: string[] = [];
    const image = spec('demo', install, [await application()]);
    expect(await images.has('demo')).toBe(false);
    const [base = '', packages = '', commands = '', directory = '', ...more] = await images.ensure(image, (line) =>
      lines.push(line),
    );
    expect(more).toEqual([]);
    expect(lines).toContain('socat: fetching packages');
    expect(existsSync(join(base, 'usr/bin/apt-get'))).toBe(true);
    expect(existsSync(join(base, 'usr/bin/socat'))).toBe(false);
    expect(existsSync(join(packages, 'usr/bin/socat'))).toBe(true);
    expect((await stat(join(packages, 'etc/demo/first.conf'))).mode & 0o7777).toBe(0o640);
    expect(await readFile(join(commands, 'etc/demo/second'), 'utf8')).toBe('before packages\n');
    expect((await stat(join(commands, 'usr/bin/tac'))).isCharacterDevice(), 'a whiteout').toBe(true);
    expect(await readFile(join(directory, 'srv/app/index.js'), 'utf8')).toBe('first');
    expect(await images.layersOf('demo')).toEqual([base, packages, commands, directory]);
    expect(await leftovers(), 'neither ours nor those of a command that was killed').toEqual([]);
  });

  test('the base has nothing of this machine, no caches, and empty files that a container mounts upon', async () => {
    const [base = ''] = (await images.layersOf('demo')) ?? [];
    for (const name of ['hostname', 'hosts', 'resolv.conf']) {
      expect(await readFile(join(base, 'etc', name), 'utf8'), name).toBe('');
    }
    expect(existsSync(join(base, 'etc/machine-id'))).toBe(false);
    expect(await readdir(join(base, 'var/lib/apt/lists'))).toEqual([]);
    expect(await readdir(join(base, 'var/log'))).toEqual(['apt', 'cantrip']);
    expect((await stat(join(base, 'usr/sbin/policy-rc.d'))).mode & 0o7777).toBe(0o755);
    const sources = await readFile(join(base, 'etc/apt/sources.list.d/0000sources.list'), 'utf8');
    for (const line of sources.trim().split('\n')) expect(line).toMatch(/^deb .* bookworm\S* main/);
  });

  test('what is there is not built again; another image shares its layers', async () => {
    const lines: string[] = [];
    await images.ensure(spec('demo', install, [await application()]), (line) => lines.push(line));
    await images.ensure(spec('sibling', { ...install, commands: [] }), (line) => lines.push(line));
    expect(lines).toEqual([]);
    expect((await images.list()).layers.map(({ from }) => (from as { kind: string }).kind).sort()).toEqual([
      'base',
      'commands',
      'directory',
      'packages',
    ]);
  });

  test('a changed source makes one layer anew', async () => {
    const before = (await images.layersOf('demo')) ?? [];
    await writeFile(join(app, 'index.js'), 'second');
    const after = await images.ensure(spec('demo-2', install, [await application()]), quiet);
    expect(after.slice(0, 3)).toEqual(before.slice(0, 3));
    expect(await readFile(join(after[3] ?? '', 'srv/app/index.js'), 'utf8')).toBe('second');
  });

  test('a directory that is no longer what was digested is refused', async () => {
    const directory = { ...(await application()), digest: '0'.repeat(64) };
    await expect(images.ensure(spec('stale', {}, [directory]), quiet)).rejects.toThrow('it changed while');
    expect(await leftovers()).toEqual([]);
  });

  test('a failing command is reported with its output, and nothing stays of the layer', async () => {
    const failing = images.ensure(spec('failing', { commands: ['echo I tried; exit 3'] }), quiet);
    await expect(failing).rejects.toMatchObject({ detail: ['I tried'], retryable: false });
    expect(await images.has('failing')).toBe(false);
    expect(await leftovers()).toEqual([]);
  });

  test('a package that does not exist is named', async () => {
    const failing = images.ensure(spec('unknown', { packages: ['no-such-package'] }), quiet);
    await expect(failing).rejects.toThrow(
      "find packages no-such-package: Debian's archive has no such package in bookworm",
    );
  });

  test('pruning keeps what is in use and what it stands on', async () => {
    const used = (await images.layersOf('sibling')) ?? [];
    expect(await images.prune(new Set(['sibling']))).toBeGreaterThan(0);
    expect(await images.has('demo')).toBe(false);
    expect(await images.layersOf('sibling')).toEqual(used);
    expect((await images.list()).images.map(({ key }) => key)).toEqual(['sibling']);
    expect((await images.list()).layers).toHaveLength(2);
  });
});

test.each([
  ['ubuntu/24.04', 'no such base image is known'],
  ['debian/sarge', /the machine's apt sources offer .+, not sarge/],
])('base %s is refused: %s', async (base, message) => {
  await expect(images.ensure({ ...spec('x', {}), base }, quiet)).rejects.toThrow(message);
});
