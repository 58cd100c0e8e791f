import { chmod, link, mkdir, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { ProviderError } from '../model/provider.ts';
import type { Archive } from './apt/archive.ts';
import { makeDirectories } from './copy.ts';
import { ProcessFailure, runProcess } from './process.ts';
import { removeBelow, stripTree } from './strip.ts';

export interface BasePlace {
  readonly root: string;
  readonly scratch: string;
}

/**
 * Beyond Debian's required packages: certificates, because commands of an install fetch by https; names of ports and
 * protocols (getservbyname); `ps` and `ip`, because somebody will look into a unit one day, and Juju's charms expect
 * them.
 */
const INCLUDED = ['ca-certificates', 'iproute2', 'netbase', 'procps'];

/**
 * What mmdebstrap's minbase variant is going to install. It is fetched beforehand by the host's apt, so that one
 * fetcher, with the machine's proxies and passwords and one cache, serves the base and all layers.
 */
export function basePackages(suite: string, architecture: string): readonly string[] {
  const among = (property: string): string =>
    `?narrow(?or(?archive(^${suite}$),?codename(^${suite}$)),?architecture(${architecture}),${property})`;
  return [among('?essential'), among('?priority(required)'), 'apt', ...INCLUDED];
}

/** Makes a Debian tree in `root` out of fetched packages. */
export async function makeBase(
  place: BasePlace,
  archive: Archive,
  suite: string,
  packageFiles: readonly string[],
): Promise<void> {
  const packages = join(place.scratch, 'packages');
  await mkdir(packages);
  await Promise.all(packageFiles.map((file) => link(file, join(packages, basename(file)))));
  const argv = [
    ...['mmdebstrap', '--variant=minbase', '--mode=root', '--skip=update,download/empty'],
    `--include=${INCLUDED.join(',')}`,
    `--setup-hook=${SETUP_HOOK}`,
    `--extract-hook=${EXTRACT_HOOK}`,
    ...[suite, place.root, join(archive.directory, 'sources.list')],
  ];
  const environment = { CANTRIP_APT: archive.directory, CANTRIP_PACKAGES: packages, CANTRIP_DPKG: DPKG_SETTINGS };
  await runProcess(['unshare', '--mount', '--pid', '--fork', '--kill-child', ...argv], { environment }).catch(
    (error) => {
      throw explain(error, suite);
    },
  );
  await finishBase(place.root);
}

const SETUP_HOOK = [
  'mkdir -p "$1/var/lib/apt/lists" "$1/var/cache/apt/archives"',
  'cp -r --reflink=auto "$CANTRIP_APT/lists/." "$1/var/lib/apt/lists/"',
  'cp -r --link "$CANTRIP_PACKAGES/." "$1/var/cache/apt/archives/"',
].join(' && ');

/** Not by --dpkgopt: with path-exclude there, mmdebstrap unpacks everything through a slow filter. */
const EXTRACT_HOOK = 'printf %s "$CANTRIP_DPKG" > "$1/etc/dpkg/dpkg.cfg.d/cantrip"';

/** A layer that is cut off is thrown away, so nothing needs fsync; manuals and translations are not read in a unit. */
const DPKG_SETTINGS = [
  'force-unsafe-io',
  'path-exclude=/usr/share/man/*',
  'path-exclude=/usr/share/info/*',
  'path-exclude=/usr/share/locale/*',
  'path-include=/usr/share/locale/locale.alias',
  'path-exclude=/usr/share/doc/*',
  'path-include=/usr/share/doc/*/copyright',
  'path-exclude=/usr/share/lintian/*',
  '',
].join('\n');

/** Takes out what the excluded paths left, what is of this machine, and prepares what the runtime mounts upon. */
async function finishBase(root: string): Promise<void> {
  await removeBelow(root, 'usr/share/doc', { except: 'copyright' });
  await removeBelow(root, 'usr/share/locale', { except: 'locale.alias' });
  for (const path of ['usr/share/man', 'usr/share/info', 'usr/share/lintian']) await removeBelow(root, path);
  await stripTree(root);
  await makeDirectories(join(root, 'var/log/cantrip'));
  for (const [path, content, mode] of FINISHING_FILES) {
    await rm(join(root, path), { force: true });
    await writeFile(join(root, path), content);
    await chmod(join(root, path), mode);
  }
}

/** Debian's way to install a service without starting it: services are the unit's own init's affair. */
const POLICY = '#!/bin/sh\n# Services are started by cantrip\nexit 101\n';

/** mmdebstrap copies some of these from the host; a container mounts its own upon the empty ones. */
const FINISHING_FILES: readonly (readonly [string, string, number])[] = [
  ['etc/hostname', '', 0o644],
  ['etc/hosts', '', 0o644],
  ['etc/resolv.conf', '', 0o644],
  ['etc/default/locale', 'LANG=C.UTF-8\n', 0o644],
  ['usr/sbin/policy-rc.d', POLICY, 0o755],
];

function explain(error: unknown, suite: string): unknown {
  if (!(error instanceof ProcessFailure)) return error;
  const complaints = error.tail.filter((line) => /^(E|W|dpkg|mmdebstrap)\b.*:/.test(line));
  return new ProviderError({
    action: 'make base image',
    target: suite,
    message: `mmdebstrap ${error.message.replace(/^\S+ /, '')}`,
    detail: complaints.length > 0 ? complaints : error.tail,
  });
}
