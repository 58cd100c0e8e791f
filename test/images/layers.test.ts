import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import type { LayerPlace, Layers } from '../../images/layers.ts';
import { openLayers } from '../../images/layers.ts';
import { temporaryDirectory } from './temporary.ts';

const KEY = 'a'.repeat(64);

let directory: string;
let layers: Layers;

beforeEach(async () => {
  directory = await temporaryDirectory();
  layers = openLayers(directory);
});

const building = (): Promise<string[]> => readdir(join(directory, 'building'));
const writes = (text: string) => (place: LayerPlace) => writeFile(join(place.root, 'file'), text);
const ensure = (make: (place: LayerPlace) => Promise<void>, onWait: () => void = () => {}): Promise<void> =>
  layers.ensure({ key: KEY, from: { test: true }, make, onWait });

test('a layer appears whole, with its record and without scratch', async () => {
  await ensure(async (place) => {
    await writeFile(join(place.scratch, 'download'), 'x');
    await writeFile(join(place.root, 'half'), 'x');
    expect(await layers.has(KEY)).toBe(false);
  });
  expect(await layers.has(KEY)).toBe(true);
  expect(await readdir(join(directory, 'layers', KEY))).toEqual(['layer.json', 'root']);
  expect(await readdir(layers.path(KEY))).toEqual(['half']);
  expect(await building()).toEqual([]);
  const [record] = await layers.list();
  expect(record).toMatchObject({ key: KEY, from: { test: true } });
  expect(record?.size).toBeGreaterThan(0);
});

test('a layer that is there is not made again', async () => {
  await ensure(writes('first'));
  await ensure(() => Promise.reject(new Error('made again')));
  expect(await readFile(join(layers.path(KEY), 'file'), 'utf8')).toBe('first');
});

test('a maker that fails leaves nothing, and the next one may succeed', async () => {
  await expect(ensure(() => Promise.reject(new Error('no space')))).rejects.toThrow('no space');
  expect(await layers.has(KEY)).toBe(false);
  expect(await building()).toEqual([]);
  await ensure(writes('second'));
  expect(await layers.has(KEY)).toBe(true);
});

test('of many at once one makes it and the others wait for it', async () => {
  let made = 0;
  const slow = async (place: LayerPlace): Promise<void> => {
    made += 1;
    await new Promise((resolve) => setTimeout(resolve, 50));
    await writes('x')(place);
  };
  await Promise.all(Array.from({ length: 5 }, () => ensure(slow)));
  expect(made).toBe(1);
});

test('a maker in another process is waited for; when it is killed its leftovers go and the layer is made', async () => {
  const leftover = join(directory, 'building', `${KEY}.deadbeef`);
  await mkdir(join(leftover, 'root'), { recursive: true });
  await mkdir(join(directory, 'locks'));
  const other = spawn('flock', ['--no-fork', join(directory, 'locks', KEY), 'sh', '-c', 'echo held; exec sleep 60']);
  await once(other.stdout, 'data');
  const events: string[] = [];
  const making = ensure(
    async () => void events.push('made'),
    () => void events.push('waiting'),
  );
  await expect.poll(() => events).toEqual(['waiting']);
  other.kill('SIGKILL');
  await making;
  expect(events).toEqual(['waiting', 'made']);
  expect(await layers.has(KEY)).toBe(true);
  expect(await building()).toEqual([]);
});

test('sweep removes what the dead left and nothing that is under way', async () => {
  const dead = join(directory, 'building', `${'b'.repeat(64)}.01234567`);
  await mkdir(dead, { recursive: true });
  await ensure(async (place) => {
    await layers.sweep();
    await stat(place.root);
    await expect(stat(dead)).rejects.toThrow('ENOENT');
  });
});

test('a removed layer is gone at once, and removing it again is no fault', async () => {
  await ensure(writes('x'));
  await layers.remove(KEY);
  await layers.remove(KEY);
  expect(await layers.has(KEY)).toBe(false);
  expect(await layers.list()).toEqual([]);
  expect(await building()).toEqual([]);
});
