import { copyFile, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Json, JsonObject } from '../model/json.ts';
import { canonicalJson } from '../model/json.ts';
import { ProviderError } from '../model/provider.ts';
import { makeDirectories } from './copy.ts';
import { ProcessFailure, runProcess } from './process.ts';

/** What an application depends on, as its files say. */
export interface NpmManifest {
  /** Canonical text of all that decides what gets installed. */
  readonly text: string;
  readonly locked: boolean;
}

/**
 * Null when the directory has no package.json, or one without dependencies. Faults of the user's are
 * `ProviderError`s.
 */
export async function readNpmManifest(directory: string): Promise<NpmManifest | null> {
  const text = await readOptional(join(directory, 'package.json'));
  if (text === null) return null;
  const lock = await readOptional(join(directory, 'package-lock.json'));
  const manifest = parseManifest(text, directory);
  const wanted = DECIDING.flatMap((field) =>
    manifest[field] === undefined ? [] : [[field, manifest[field]] as const],
  );
  const names = INSTALLED.flatMap((field) => Object.entries((manifest[field] ?? {}) as JsonObject));
  if (names.length === 0) return null;
  for (const [name, version] of names) {
    if (typeof version === 'string' && /^(file|link|workspace|portal):/.test(version))
      throw outside(directory, name, version);
  }
  const registry = await readOptional(join(directory, '.npmrc'));
  return { text: canonicalJson({ ...Object.fromEntries(wanted), lock, registry }), locked: lock !== null };
}

/**
 * Installs production dependencies into `target` below `root`, with the user's own npm and its settings, without any
 * script.
 */
export async function installDependencies(source: string, directory: string, locked: boolean): Promise<void> {
  await makeDirectories(directory);
  const files = ['package.json', 'package-lock.json', '.npmrc'];
  await Promise.all(files.map((name) => copyFile(join(source, name), join(directory, name)).catch(ignoreMissing)));
  const options = [
    '--omit=dev',
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
    '--no-update-notifier',
    '--loglevel=error',
  ];
  const argv = ['npm', locked ? 'ci' : 'install', ...options];
  await runProcess(argv, { directory }).catch((error) => {
    throw explain(error, source);
  });
  await Promise.all(files.map((name) => rm(join(directory, name), { force: true })));
}

const INSTALLED = ['dependencies', 'optionalDependencies'];
const DECIDING = [...INSTALLED, 'peerDependencies', 'bundleDependencies', 'overrides'];

function parseManifest(text: string, directory: string): JsonObject {
  try {
    const value: Json = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as JsonObject;
  } catch {
    // Said below: the parser's own words do not name the file.
  }
  throw new ProviderError({
    action: 'read dependencies of',
    target: directory,
    message: 'its package.json is not a JSON object',
  });
}

function outside(directory: string, name: string, version: string): ProviderError {
  return new ProviderError({
    action: 'install dependencies of',
    target: directory,
    message: `${name} is ${version}, outside the directory`,
    hint: 'publish it, or copy it into the directory',
  });
}

function explain(error: unknown, source: string): unknown {
  if (!(error instanceof ProcessFailure)) return error;
  return new ProviderError({
    action: 'install dependencies of',
    target: source,
    message: error.message,
    retryable: error.tail.some((line) => /E(TIMEDOUT|CONNRESET|CONNREFUSED|AI_AGAIN)|network/.test(line)),
    detail: error.tail.filter((line) => line !== '' && !line.includes('A complete log of this run')),
    hint: 'see whether "npm ci --omit=dev --ignore-scripts" works there',
  });
}

async function readOptional(path: string): Promise<string | null> {
  return readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    ignoreMissing(error);
    return null;
  });
}

function ignoreMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error;
}
