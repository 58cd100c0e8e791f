import { createHash } from 'node:crypto';
import type { DirectorySpec, ImageSpec, InstallSpec } from '../model/image.ts';
import type { Json } from '../model/json.ts';
import { canonicalJson } from '../model/json.ts';

/** What a layer is made from. */
export type LayerRecipe = InstallRecipe | DirectoryRecipe;

/** `below` is the key of the layer that it is built upon. */
export type InstallRecipe =
  | { readonly kind: 'base'; readonly base: string; readonly architecture: string }
  | { readonly kind: 'packages'; readonly below: string; readonly packages: readonly string[]; readonly files: Files }
  | { readonly kind: 'commands'; readonly below: string; readonly commands: readonly string[] };

/**
 * These do not depend on what lies below. `digest` is that of the directory, or of all that npm's result depends on.
 */
export type DirectoryRecipe =
  | { readonly kind: 'dependencies'; readonly architecture: string; readonly target: string; readonly digest: string }
  | { readonly kind: 'directory'; readonly target: string; readonly digest: string };

type Files = InstallSpec['files'];

/** Raised when the way a kind of layer is made changes, so that layers made the old way are not used again. */
const VERSIONS: Readonly<Record<LayerRecipe['kind'], number>> = {
  base: 1,
  packages: 1,
  commands: 1,
  dependencies: 1,
  directory: 1,
};

/** Key of a layer: a digest over what it is made from, the layers below included. */
export function layerKey(recipe: LayerRecipe): string {
  const content = canonicalJson({ version: VERSIONS[recipe.kind], recipe: recipe as unknown as Json });
  return createHash('sha256').update(content).digest('hex');
}

/**
 * The layers that an image's base and install make, lowest first. Files and packages are one layer, so that charms
 * which differ only in their commands share it.
 */
export function installRecipes(image: ImageSpec, architecture: string): readonly InstallRecipe[] {
  const base: InstallRecipe = { kind: 'base', base: image.base, architecture };
  const recipes: InstallRecipe[] = [base];
  const { files, commands } = image.install;
  const packages = [...new Set(image.install.packages)].sort();
  if (packages.length > 0 || Object.keys(files).length > 0) {
    recipes.push({ kind: 'packages', below: layerKey(base), packages, files });
  }
  if (commands.length > 0) {
    recipes.push({ kind: 'commands', below: layerKey(recipes.at(-1) ?? base), commands });
  }
  return recipes;
}

export function directoryRecipe(directory: DirectorySpec): DirectoryRecipe {
  return { kind: 'directory', target: directory.target, digest: directory.digest };
}
