import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Digest } from '../../../model/json.ts';
import { PRIVATE_DIRECTORY } from '../paths.ts';
import type { CharmBundle } from './bundle.ts';
import type { CharmEntry } from './entry.ts';

/** A bundle that was made before, with V8's compilation of it. */
export interface CachedBundle {
  readonly code: string;
  readonly compiled: Buffer | null;
  /** Read only when a stack trace must be understood. */
  readonly map: () => string;
}

/** Bundles by charm, valid as long as every file they were made from has the content it had. */
export interface BundleCache {
  find(entry: CharmEntry): CachedBundle | null;
  store(entry: CharmEntry, bundle: CharmBundle, compiled: Buffer): void;
}

export interface BundleCacheOptions {
  /** Null: nothing is kept. */
  readonly directory: string | null;
  readonly digest: Digest;
  /** The kit's module; it counts as an input even where it came as a package. */
  readonly kit: string;
}

interface Manifest {
  /** Path → digest. */
  readonly inputs: Readonly<Record<string, string | null>>;
}

export function openBundleCache(options: BundleCacheOptions): BundleCache {
  const { directory, digest, kit } = options;
  if (directory === null) return { find: () => null, store: () => {} };
  const fileOf = (entry: CharmEntry, ending: string): string => join(directory, `${digest(entry.file)}.${ending}`);
  return {
    find(entry) {
      const manifest = readOrNull(fileOf(entry, 'json'));
      const code = readOrNull(fileOf(entry, 'js'));
      if (manifest === null || code === null || !isValid(manifest.toString(), digest)) return null;
      const map = (): string => readFileSync(fileOf(entry, 'map'), 'utf8');
      return { code: code.toString(), compiled: readOrNull(fileOf(entry, 'bin')), map };
    },
    store(entry, bundle, compiled) {
      const inputs = Object.fromEntries([kit, ...bundle.inputs].map((file) => [file, digestOf(file, digest)]));
      try {
        mkdirSync(directory, { recursive: true, mode: PRIVATE_DIRECTORY });
        // The manifest last: the others mean nothing without it.
        write(fileOf(entry, 'js'), bundle.code);
        write(fileOf(entry, 'map'), bundle.map);
        write(fileOf(entry, 'bin'), compiled);
        write(fileOf(entry, 'json'), JSON.stringify({ inputs } satisfies Manifest));
      } catch (error) {
        // Who may not write there, or has no room, does without: the charm is bundled again next time.
        if ((error as NodeJS.ErrnoException).code === undefined) throw error;
      }
    },
  };
}

function isValid(text: string, digest: Digest): boolean {
  const { inputs } = JSON.parse(text) as Manifest;
  return Object.entries(inputs).every(([file, expected]) => digestOf(file, digest) === expected);
}

function digestOf(file: string, digest: Digest): string | null {
  const content = readOrNull(file);
  return content === null ? null : digest(content.toString());
}

function readOrNull(file: string): Buffer | null {
  try {
    return readFileSync(file);
  } catch {
    return null;
  }
}

/** Whole or not at all, for others read at the same time. */
function write(file: string, content: string | Buffer): void {
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, content);
  renameSync(draft, file);
}
