import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { TreeEntry } from './tree.ts';
import { walkTree } from './tree.ts';

/**
 * Digest of what a layer would take from the directory: paths, contents, executable bits, links. Times and owners do
 * not count, and a copy made by `copyTree` has the digest of its source. With a cache file, contents of files that
 * lie there untouched are not read.
 */
export async function digestTree(directory: string, cacheFile: string | null): Promise<string> {
  const known = cacheFile === null ? new Map<string, CachedFile>() : await readCache(cacheFile);
  const startedNs = BigInt(Date.now()) * 1_000_000n;
  const fresh = new Map<string, CachedFile>();
  const hash = createHash('sha256');
  let missed = false;
  for (const entry of await walkTree(directory)) {
    if (entry.kind !== 'file') {
      hash.update(entryLine(entry, ''));
      continue;
    }
    const stamp = stampOf(entry);
    const cached = known.get(entry.path);
    const digest = cached?.stamp === stamp ? cached.digest : await digestFile(join(directory, entry.path));
    missed ||= cached?.stamp !== stamp;
    if (entry.stats.ctimeNs < startedNs - SETTLED_NS) fresh.set(entry.path, { stamp, digest });
    hash.update(entryLine(entry, digest));
  }
  if (cacheFile !== null && (missed || fresh.size !== known.size)) await writeCache(cacheFile, fresh);
  return hash.digest('hex');
}

interface CachedFile {
  readonly stamp: string;
  readonly digest: string;
}

/**
 * A file written in the last moments may be written again within one tick of the file system's clock: not remembered
 * yet.
 */
const SETTLED_NS = 1_000_000_000n;

/** Lengths make the lines unambiguous whatever a path contains. */
function entryLine(entry: TreeEntry, digest: string): string {
  const detail = entry.kind === 'link' ? entry.destination : entry.kind === 'file' && entry.executable ? 'x' : '';
  return `${entry.kind} ${entry.path.length} ${entry.path} ${detail.length} ${detail} ${digest}\n`;
}

function stampOf(entry: TreeEntry & { kind: 'file' }): string {
  const { dev, ino, size, mtimeNs, ctimeNs } = entry.stats;
  return [dev, ino, size, mtimeNs, ctimeNs].join(' ');
}

async function digestFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

async function readCache(file: string): Promise<Map<string, CachedFile>> {
  try {
    const entries: [string, CachedFile][] = JSON.parse(await readFile(file, 'utf8'));
    return new Map(entries);
  } catch {
    return new Map();
  }
}

/** Somebody who may not write the state directory (`plan` as an ordinary user) has the same digests, only slower. */
async function writeCache(file: string, files: ReadonlyMap<string, CachedFile>): Promise<void> {
  // Two applications may have the same directory digested at the same time.
  const draft = `${file}.${randomUUID()}`;
  try {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(draft, JSON.stringify([...files]));
    await rename(draft, file);
  } catch (error) {
    if (!['EACCES', 'EROFS', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  }
}
