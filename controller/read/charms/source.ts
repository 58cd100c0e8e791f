import { dirname, resolve } from 'node:path';
import type { CharmSource } from '../../../model/charm.ts';
import { isCharmName } from '../../../model/environment-application.ts';
import { didYouMean } from '../../../model/suggest.ts';
import type { ReadContext } from '../situation.ts';
import { openBundleCache } from './cache.ts';
import { type LoadedCharm, loadPathCharm } from './path-charm.ts';

/**
 * Charms as an environment file names them: built-in names, and paths that start from the file's folder. Each is loaded
 * once.
 */
export function openCharms(
  context: Pick<ReadContext, 'builtInCharms' | 'charmCache' | 'charmKit' | 'digest'>,
  file: string,
): CharmSource {
  const kit = context.charmKit;
  const cache = openBundleCache({ directory: context.charmCache, digest: context.digest, kit });
  const loaded = new Map<string, Promise<LoadedCharm>>();
  const builtIn = context.builtInCharms.map((charm) => charm.name);
  const load = async (reference: string): Promise<LoadedCharm> => {
    if (isPath(reference)) return loadPathCharm(resolve(dirname(file), reference), { kit, cache });
    const found = context.builtInCharms.find((charm) => charm.name === reference);
    return found === undefined ? unknown(reference, builtIn) : { charm: await found.load(), diagnostics: [] };
  };
  return {
    builtIn,
    load(reference) {
      const known = loaded.get(reference) ?? load(reference);
      loaded.set(reference, known);
      return known;
    },
  };
}

function isPath(reference: string): boolean {
  return /^\.{0,2}\//.test(reference) || reference === '.' || reference === '..';
}

function unknown(reference: string, builtIn: readonly string[]): LoadedCharm {
  // No name of a charm: said when the file was read.
  if (!isCharmName(reference)) return { charm: null, diagnostics: [] };
  const message = `there is no charm ${JSON.stringify(reference)}`;
  const hint = didYouMean(reference, builtIn) ?? `built in are ${builtIn.join(', ')}; a path begins with ./`;
  return { charm: null, diagnostics: [{ code: 'E3001', severity: 'error', message, hint, place: null }] };
}
