import { existsSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

/** A charm by path: the module to load and the folder nothing of it may leave. Real paths, links followed. */
export interface CharmEntry {
  readonly file: string;
  readonly root: string;
}

const NAMES = ['charm.ts', 'index.ts', 'charm.js', 'index.js'];

/** Finds the module of a charm's folder or file, or says why there is none. */
export function findEntry(path: string): CharmEntry | { readonly problem: string } {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return { problem: `there is nothing at ${path}` };
  if (!stat.isDirectory()) return { file: realpathSync(path), root: dirname(realpathSync(path)) };
  const root = realpathSync(path);
  const named = mainOf(root) ?? NAMES.find((name) => existsSync(join(root, name)));
  if (named === undefined)
    return { problem: `${path} holds neither ${NAMES.join(', ')} nor a package.json with "main"` };
  const file = join(root, named);
  if (!existsSync(file)) return { problem: `${path}/package.json names ${named}, which is not there` };
  return isBelow(root, realpathSync(file))
    ? { file: realpathSync(file), root }
    : { problem: `${path} leads out of its folder: ${named}` };
}

/** Whether a file lies in a folder, at any depth. Both are real paths. */
export function isBelow(root: string, file: string): boolean {
  const path = relative(root, file);
  return path !== '' && !path.startsWith('..') && !path.startsWith('/');
}

function mainOf(root: string): string | undefined {
  const manifest = join(root, 'package.json');
  if (!existsSync(manifest)) return undefined;
  try {
    const { main } = JSON.parse(readFileSync(manifest, 'utf8'));
    return typeof main === 'string' ? main : undefined;
  } catch {
    return undefined;
  }
}
