import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Builder } from '../model/builder.ts';
import type { ImageSpec } from '../model/image.ts';
import { digestTree } from './digest.ts';
import type { LayerRecord } from './layers.ts';
import { openLayers } from './layers.ts';
import type { Progress, Recipes } from './recipes.ts';
import { openRecipes } from './recipes.ts';
import { checkTarget } from './target.ts';

export interface ImagesOptions {
  /** Everything lies in it. */
  readonly directory: string;
  readonly builder: Builder;
}

/** Images ready to start machines from: lists of layers, built once and shared. */
export interface Images {
  /** Whether the image with this key (`ImageSpec.key`) is built. */
  has(key: string): Promise<boolean>;
  /** Builds what is missing. Roots of its layers, lowest first. Failures are `ProviderError`s. */
  ensure(image: ImageSpec, onProgress: Progress): Promise<readonly string[]>;
  /** Roots of a built image's layers, lowest first; null when it is not built. */
  layersOf(key: string): Promise<readonly string[] | null>;
  /** Digest for `DirectorySpec.digest`; quick when nothing was touched since the last time. */
  digestDirectory(path: string): Promise<string>;
  list(): Promise<ImageList>;
  /** Removes all images but these and the layers that only the removed ones used. Bytes given back. */
  prune(inUse: ReadonlySet<string>): Promise<number>;
}

interface ImageList {
  readonly images: readonly ImageRecord[];
  readonly layers: readonly LayerRecord[];
}

/** A built image. */
interface ImageRecord {
  readonly key: string;
  readonly base: string;
  /** Keys of its layers, lowest first. */
  readonly layers: readonly string[];
}

export function openImages(options: ImagesOptions): Images {
  const { directory } = options;
  const layers = openLayers(directory);
  const records = openRecords(join(directory, 'ready'));
  const recipes = openRecipes({ directory, layers, builder: options.builder });

  const layersOf = async (key: string): Promise<readonly string[] | null> => {
    const record = await records.read(key);
    if (record === null) return null;
    const present = await Promise.all(record.layers.map(layers.has));
    return present.every(Boolean) ? record.layers.map(layers.path) : null;
  };
  let swept: Promise<void> | null = null;
  const build = async (image: ImageSpec, onProgress: Progress): Promise<readonly string[]> => {
    swept ??= layers.sweep();
    await swept;
    const keys = await buildLayers(recipes, image, onProgress);
    const roots = keys.install.map(layers.path);
    for (const { target } of image.directories) await checkTarget(target, roots);
    const all = [...keys.install, ...keys.directories];
    await records.write({ key: image.key, base: image.base, layers: all });
    return all.map(layers.path);
  };
  return {
    layersOf,
    has: async (key) => (await layersOf(key)) !== null,
    ensure: async (image, onProgress) => (await layersOf(image.key)) ?? build(image, onProgress),
    digestDirectory: (path) => {
      const name = createHash('sha256').update(resolve(path)).digest('hex');
      return digestTree(path, join(directory, 'digests', `${name}.json`));
    },
    list: async () => ({ images: await records.list(), layers: await layers.list() }),
    async prune(inUse) {
      const all = await records.list();
      await Promise.all(all.filter(({ key }) => !inUse.has(key)).map(({ key }) => records.remove(key)));
      const kept = new Set(all.filter(({ key }) => inUse.has(key)).flatMap((record) => record.layers));
      const unused = (await layers.list()).filter(({ key }) => !kept.has(key));
      for (const { key } of unused) await layers.remove(key);
      await layers.sweep();
      return unused.reduce((total, { size }) => total + size, 0);
    },
  };
}

interface BuiltKeys {
  readonly install: readonly string[];
  readonly directories: readonly string[];
}

/** Directories do not depend on what lies below them, so they are made at the same time. */
async function buildLayers(recipes: Recipes, image: ImageSpec, onProgress: Progress): Promise<BuiltKeys> {
  const [install, ...directories] = await Promise.all([
    recipes.ensureInstall(image, onProgress),
    ...image.directories.map((directory) => recipes.ensureDirectory(directory, onProgress)),
  ]);
  return { install, directories: directories.flat() };
}

interface Records {
  read(key: string): Promise<ImageRecord | null>;
  write(record: ImageRecord): Promise<void>;
  remove(key: string): Promise<void>;
  list(): Promise<readonly ImageRecord[]>;
}

function openRecords(directory: string): Records {
  const fileOf = (key: string): string => join(directory, `${key}.json`);
  const read = async (key: string): Promise<ImageRecord | null> => {
    const text = await readFile(fileOf(key), 'utf8').catch(() => null);
    return text === null ? null : (JSON.parse(text) as ImageRecord);
  };
  return {
    read,
    async write(record) {
      await mkdir(directory, { recursive: true });
      const draft = `${fileOf(record.key)}.${process.pid}`;
      await writeFile(draft, `${JSON.stringify(record, null, 2)}\n`);
      await rename(draft, fileOf(record.key));
    },
    remove: (key) => rm(fileOf(key), { force: true }),
    async list() {
      const names = await readdir(directory).catch((): string[] => []);
      const keys = names.filter((name) => name.endsWith('.json')).map((name) => name.slice(0, -'.json'.length));
      const records = await Promise.all(keys.sort().map(read));
      return records.filter((record) => record !== null);
    },
  };
}
