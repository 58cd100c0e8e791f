import { createHash } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { Builder } from '../model/builder.ts';
import type { DirectorySpec, ImageSpec } from '../model/image.ts';
import type { Json } from '../model/json.ts';
import { ProviderError } from '../model/provider.ts';
import type { BaseSource } from './apt/bases.ts';
import { openBases } from './apt/bases.ts';
import { basePackages, makeBase } from './base.ts';
import { copyTree } from './copy.ts';
import { digestTree } from './digest.ts';
import { installPackages, runCommands } from './install.ts';
import type { InstallRecipe, LayerRecipe } from './keys.ts';
import { directoryRecipe, installRecipes, layerKey } from './keys.ts';
import type { LayerPlace, Layers } from './layers.ts';
import { createLimit } from './limit.ts';
import { installDependencies, readNpmManifest } from './npm.ts';

export interface RecipesOptions {
  /** The store's directory. */
  readonly directory: string;
  readonly layers: Layers;
  readonly builder: Builder;
}

/** Told to the user: what is going on, a line each. */
export type Progress = (line: string) => void;

/** How each kind of layer is made. Both give the keys of the layers, lowest first, when these are there. */
export interface Recipes {
  ensureInstall(image: ImageSpec, onProgress: Progress): Promise<readonly string[]>;
  ensureDirectory(directory: DirectorySpec, onProgress: Progress): Promise<readonly string[]>;
}

export function openRecipes({ directory, layers, builder }: RecipesOptions): Recipes {
  const limit = createLimit(Math.max(2, availableParallelism()));
  const sourceOf = openBases(join(directory, 'apt'));
  const wanted = new Set<string>();
  const ensure = async (recipe: LayerRecipe, progress: Progress, make: Make): Promise<string> => {
    const key = layerKey(recipe);
    const onWait = (): void => progress('being made for another image, waiting');
    await layers.ensure({ key, from: recipe as unknown as Json, onWait, make: (place) => limit(() => make(place)) });
    return key;
  };
  return {
    async ensureInstall(image, onProgress) {
      const keys: string[] = [];
      for (const name of image.install.packages) wanted.add(name);
      for (const recipe of installRecipes(image, ARCHITECTURE)) {
        const progress = named(onProgress, installName(recipe));
        const below = keys.map(layers.path);
        const make = async (place: LayerPlace): Promise<void> =>
          makeInstall({ recipe, source: await sourceOf(image.base), below, builder, wanted, progress }, place);
        keys.push(await ensure(recipe, progress, make));
      }
      return keys;
    },
    async ensureDirectory(spec, onProgress) {
      const progress = named(onProgress, spec.name);
      const manifest = spec.dependencies === 'npm' ? await readNpmManifest(spec.source) : null;
      const copied = ensure(directoryRecipe(spec), progress, (place) => copyDirectory(spec, place));
      if (manifest === null) return [await copied];
      const digest = createHash('sha256').update(manifest.text).digest('hex');
      const recipe: LayerRecipe = { kind: 'dependencies', architecture: ARCHITECTURE, target: spec.target, digest };
      const installed = ensure(recipe, progress, async (place) => {
        progress(
          manifest.locked ? 'npm ci' : 'npm install, because there is no package-lock.json: versions may differ',
        );
        await installDependencies(spec.source, join(place.root, spec.target), manifest.locked);
      });
      return Promise.all([installed, copied]);
    },
  };
}

type Make = (place: LayerPlace) => Promise<void>;

/** Debian's words for the processors that Node has other words for. */
const DEBIAN_ARCHITECTURES: Readonly<Record<string, string>> = { x64: 'amd64', ia32: 'i386', arm: 'armhf' };
const ARCHITECTURE = DEBIAN_ARCHITECTURES[process.arch] ?? process.arch;

interface InstallWork {
  readonly recipe: InstallRecipe;
  readonly source: BaseSource;
  /** Roots of the layers below, lowest first. */
  readonly below: readonly string[];
  readonly builder: Builder;
  /** Packages of all images that were asked for so far. */
  readonly wanted: ReadonlySet<string>;
  readonly progress: Progress;
}

async function makeInstall(work: InstallWork, place: LayerPlace): Promise<void> {
  const { recipe, source, below, builder, progress } = work;
  const { archive, suite, aptSettings } = source;
  const id = layerKey(recipe).slice(0, 16);
  const install = { ...place, id, name: installName(recipe), below, builder, aptSettings };
  switch (recipe.kind) {
    case 'base': {
      progress('fetching packages');
      const packages = basePackages(suite, ARCHITECTURE);
      const files = await archive.fetch(packages, '/dev/null');
      progress(`installing ${files.length} packages`);
      // The layers above want theirs next. Trouble with these is met again, and told, by the layer that has it.
      archive.fetch([...packages, ...work.wanted], '/dev/null').catch(() => {});
      return makeBase(place, archive, suite, files);
    }
    case 'packages': {
      if (recipe.packages.length > 0) progress('fetching packages');
      const status = join(below[0] ?? '', 'var/lib/dpkg/status');
      const files = recipe.packages.length === 0 ? [] : await archive.fetch(recipe.packages, status);
      progress(`installing ${files.length} packages`);
      return installPackages(install, recipe.files, files);
    }
    case 'commands':
      progress('running install commands');
      return runCommands(install, recipe.commands);
  }
}

/**
 * The digest came from an earlier look at the directory; a layer must not be kept under the digest of what was there
 * before.
 */
async function copyDirectory(spec: DirectorySpec, place: LayerPlace): Promise<void> {
  const copy = join(place.root, spec.target);
  await copyTree(spec.source, copy);
  if ((await digestTree(copy, null)) === spec.digest) return;
  throw new ProviderError({
    action: 'copy directory',
    target: spec.source,
    message: 'it changed while it was being copied',
    hint: 'run the command again',
  });
}

function installName(recipe: InstallRecipe): string {
  switch (recipe.kind) {
    case 'base':
      return recipe.base;
    case 'packages':
      return recipe.packages.join(', ') || 'files';
    case 'commands':
      return 'install commands';
  }
}

function named(onProgress: Progress, name: string): Progress {
  return (line) => onProgress(`${name}: ${line}`);
}
