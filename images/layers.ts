import { randomBytes } from 'node:crypto';
import { access, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Json } from '../model/json.ts';
import { makeDirectories } from './copy.ts';
import type { Lock } from './lock.ts';
import { takeLock, tryLock } from './lock.ts';
import { runProcess } from './process.ts';

/** A finished layer as `layer.json` describes it. */
export interface LayerRecord {
  readonly key: string;
  /** What it was made from. */
  readonly from: Json;
  /** Bytes on disk. */
  readonly size: number;
  readonly madeAtMs: number;
  readonly tookMs: number;
}

/**
 * A layer under way: `root` is to become its content, `scratch` is beside it on the same file system. Both exist and
 * are empty.
 */
export interface LayerPlace {
  readonly root: string;
  readonly scratch: string;
}

interface LayerWork {
  readonly key: string;
  /** What it is made from, for its record. */
  readonly from: Json;
  readonly make: (place: LayerPlace) => Promise<void>;
  /** Called when somebody else is making it just now; their result will do. */
  readonly onWait: () => void;
}

/** The directory that holds layers. They appear whole or not at all; one maker at a time per key, across processes. */
export interface Layers {
  /** Path of the layer's tree, whether it is there or not. */
  path(key: string): string;
  has(key: string): Promise<boolean>;
  ensure(work: LayerWork): Promise<void>;
  list(): Promise<readonly LayerRecord[]>;
  remove(key: string): Promise<void>;
  /** Removes what killed makers left behind. */
  sweep(): Promise<void>;
}

export function openLayers(directory: string): Layers {
  const finished = join(directory, 'layers');
  const building = join(directory, 'building');
  const lockFile = (key: string): string => join(directory, 'locks', key);
  const waitForLock = (work: LayerWork): Promise<Lock> => {
    work.onWait();
    return takeLock(lockFile(work.key));
  };
  const layers: Layers = {
    path: (key) => join(finished, key, 'root'),
    has: (key) => exists(join(finished, key, 'layer.json')),
    async ensure(work) {
      if (await layers.has(work.key)) return;
      const lock = (await tryLock(lockFile(work.key))) ?? (await waitForLock(work));
      try {
        if (await layers.has(work.key)) return;
        await removeLeftovers(building, work.key);
        await makeLayer(work, building, finished);
      } finally {
        await lock.release();
      }
    },
    async list() {
      const keys = (await names(finished)).sort();
      const records = await Promise.all(keys.map((key) => readRecord(join(finished, key, 'layer.json'))));
      return records.filter((record) => record !== null);
    },
    async remove(key) {
      await mkdir(building, { recursive: true });
      const grave = join(building, `${key}.${randomBytes(4).toString('hex')}`);
      await rename(join(finished, key), grave).catch(ignoreMissing);
      await rm(grave, { recursive: true, force: true });
    },
    async sweep() {
      const keys = new Set((await names(building)).map((name) => name.split('.')[0] ?? name));
      for (const key of keys) {
        const lock = await tryLock(lockFile(key));
        if (lock === null) continue;
        await removeLeftovers(building, key);
        await lock.release();
      }
    },
  };
  return layers;
}

async function makeLayer(work: LayerWork, building: string, finished: string): Promise<void> {
  const startedAtMs = Date.now();
  const draft = join(building, `${work.key}.${randomBytes(4).toString('hex')}`);
  const [root, scratch] = [join(draft, 'root'), join(draft, 'scratch')];
  await mkdir(building, { recursive: true, mode: 0o700 });
  await mkdir(finished, { recursive: true, mode: 0o700 });
  await makeDirectories(root);
  await mkdir(scratch, { mode: 0o700 });
  try {
    await work.make({ root, scratch });
    await rm(scratch, { recursive: true, force: true });
    const record: LayerRecord = {
      key: work.key,
      from: work.from,
      size: await sizeOf(root),
      madeAtMs: Date.now(),
      tookMs: Date.now() - startedAtMs,
    };
    await writeFile(join(draft, 'layer.json'), `${JSON.stringify(record, null, 2)}\n`);
    await rename(draft, join(finished, work.key));
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    throw error;
  }
}

async function removeLeftovers(building: string, key: string): Promise<void> {
  for (const name of await names(building)) {
    if (name.startsWith(`${key}.`)) await rm(join(building, name), { recursive: true, force: true });
  }
}

async function sizeOf(root: string): Promise<number> {
  const [line = '0'] = await runProcess(['du', '--summarize', '--block-size=1', root]);
  return Number.parseInt(line, 10);
}

async function readRecord(file: string): Promise<LayerRecord | null> {
  const text = await readFile(file, 'utf8').catch(ignoreMissing);
  return typeof text === 'string' ? (JSON.parse(text) as LayerRecord) : null;
}

async function names(directory: string): Promise<string[]> {
  return (await readdir(directory).catch(ignoreMissing)) ?? [];
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
  return undefined;
}
