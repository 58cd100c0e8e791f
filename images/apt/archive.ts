import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ProviderError } from '../../model/provider.ts';
import { takeLock } from '../lock.ts';
import { ProcessFailure, runProcess } from '../process.ts';
import { fetchConfiguration, sourcesText } from './settings.ts';
import type { SourceEntry } from './sources.ts';

export interface ArchiveOptions {
  readonly suite: string;
  /** Holds lists and packages of this suite for all layers. */
  readonly directory: string;
  readonly entries: readonly SourceEntry[];
  readonly acquire: readonly string[];
}

/**
 * Debian's archive as the machine reaches it. Packages are fetched by the host's apt, with its proxies, names and
 * passwords; no script of a package runs on the host.
 */
export interface Archive {
  readonly directory: string;
  /**
   * Paths of the packages that have to be installed to have these, given dpkg's status file of what is there already.
   */
  fetch(packages: readonly string[], status: string): Promise<readonly string[]>;
}

export async function openArchive(options: ArchiveOptions): Promise<Archive> {
  const { directory, suite } = options;
  const sources = sourcesText(options.entries);
  await mkdir(join(directory, 'lists/partial'), { recursive: true });
  await mkdir(join(directory, 'archives/partial'), { recursive: true });
  await writeFile(join(directory, 'sources.list'), sources);
  const configuration = fetchConfiguration({ directory, status: '/dev/null' }, options.acquire);
  await writeFile(join(directory, 'apt.conf'), configuration);
  return {
    directory,
    async fetch(packages, status) {
      try {
        await updateLists(directory, sources, LIST_AGE_MS);
        return await fetchPackages(directory, packages, status).catch(async (error) => {
          // Either the lists are older than the archive, or the package does not exist.
          if (!(await updateLists(directory, sources, RETRY_AGE_MS))) throw error;
          return fetchPackages(directory, packages, status);
        });
      } catch (error) {
        throw explain(error, suite, packages);
      }
    },
  };
}

/** Within a day all layers take the same versions. */
const LIST_AGE_MS = 24 * 60 * 60 * 1000;
/** Fetching again what was fetched a moment ago would not help. */
const RETRY_AGE_MS = 60 * 1000;

export interface WantedFile {
  readonly name: string;
  readonly size: number;
}

/** File names and sizes in the output of `apt-get --print-uris`. */
export function parseUris(lines: readonly string[]): readonly WantedFile[] {
  return lines.flatMap((line) => {
    const match = /^'[^']+' (\S+\.deb) (\d+) /.exec(line);
    return match === null ? [] : [{ name: match[1] ?? '', size: Number(match[2]) }];
  });
}

async function fetchPackages(directory: string, packages: readonly string[], status: string): Promise<string[]> {
  const install = ['-o', `Dir::State::status=${status}`, 'install', '--', ...packages];
  const asIfNothingFetched = ['-o', `Dir::Cache::archives=${join(directory, 'none')}/`];
  const wanted = parseUris(await apt(directory, ['--print-uris', ...asIfNothingFetched, ...install]));
  const missing = await filterMissing(directory, wanted);
  if (missing.length > 0) await apt(directory, ['--download-only', ...install]);
  return wanted.map(({ name }) => join(directory, 'archives', name));
}

/** apt moves a package into `archives/` only when it is whole and its digest is right. */
async function filterMissing(directory: string, wanted: readonly WantedFile[]): Promise<WantedFile[]> {
  const sizes = await Promise.all(wanted.map(({ name }) => sizeOf(join(directory, 'archives', name))));
  return wanted.filter(({ size }, index) => sizes[index] !== size);
}

/** Fetches the lists when they are older than this or from other sources; false when there was no need. */
async function updateLists(directory: string, sources: string, maxAgeMs: number): Promise<boolean> {
  const stamp = join(directory, 'updated');
  const fresh = async (): Promise<boolean> =>
    (await ageOf(stamp)) < maxAgeMs && (await readFile(stamp, 'utf8')) === sources;
  if (await fresh()) return false;
  const lock = await takeLock(join(directory, 'update.lock'));
  try {
    if (await fresh()) return true;
    await apt(directory, ['--error-on=any', 'update']);
    await writeFile(stamp, sources);
    return true;
  } finally {
    await lock.release();
  }
}

function apt(directory: string, argv: readonly string[]): Promise<readonly string[]> {
  const environment = { APT_CONFIG: join(directory, 'apt.conf'), LC_ALL: 'C.UTF-8', DEBIAN_FRONTEND: 'noninteractive' };
  return runProcess(['flock', '--no-fork', join(directory, 'apt.lock'), 'apt-get', ...argv], { environment });
}

/** What a user can do about apt's failure. */
function explain(error: unknown, suite: string, packages: readonly string[]): unknown {
  if (!(error instanceof ProcessFailure)) return error;
  const detail = error.tail.filter((line) => /^[EW]:/.test(line));
  const unknown = detail
    .map((line) => /Unable to locate package (\S+)|Package '?([^' ]+)'? has no installation candidate/.exec(line))
    .flatMap((match) => match?.[1] ?? match?.[2] ?? []);
  if (unknown.length > 0) {
    return new ProviderError({
      action: 'find packages',
      target: unknown.join(', '),
      message: `Debian's archive has no such package in ${suite}`,
      hint: `look for its name with "apt-cache search", or choose another base`,
    });
  }
  return new ProviderError({
    action: 'fetch packages',
    target: packages.join(', '),
    message: `apt-get ${error.message.replace(/^\S+ /, '')}`,
    retryable: true,
    detail: detail.length > 0 ? detail : error.tail,
    hint: 'see whether "apt-get update" works on this machine',
  });
}

async function ageOf(file: string): Promise<number> {
  return stat(file).then(
    ({ mtimeMs }) => Date.now() - mtimeMs,
    () => Number.POSITIVE_INFINITY,
  );
}

async function sizeOf(file: string): Promise<number> {
  return stat(file).then(
    ({ size }) => size,
    () => -1,
  );
}
