import type { SourceEntry } from './sources.ts';
import { sourceLine } from './sources.ts';

/**
 * How this machine reaches archives (proxies, time-outs, validity checks): the `Acquire` settings in the output of
 * `apt-config dump`, without those that say which files to fetch and those that are apt's own tables.
 */
export function acquireSettings(dump: string): readonly string[] {
  return dump
    .split('\n')
    .filter((line) => /^Acquire::[A-Za-z]/.test(line) && line.endsWith('";'))
    .filter(
      (line) => !/^Acquire::(IndexTargets|Languages|CompressionTypes|Changelogs|GzipIndexes|cdrom)\b/i.test(line),
    );
}

/**
 * Directories of an apt that shares nothing with the machine's own but its trusted keys and its passwords for
 * archives.
 */
export interface AptPlaces {
  /** Holds `lists/`, `archives/`, `sources.list`. */
  readonly directory: string;
  /** dpkg's status file of what is installed already. */
  readonly status: string;
}

/**
 * apt.conf for fetching on the host into `directory`: nothing of the machine's own apt.conf.d takes part, its hooks
 * least of all.
 */
export function fetchConfiguration(places: AptPlaces, acquire: readonly string[]): string {
  const { directory, status } = places;
  return lines([
    'Dir::Etc::main "/dev/null";',
    'Dir::Etc::parts "/dev/null";',
    'Dir::Etc::preferences "/dev/null";',
    'Dir::Etc::preferencesparts "/dev/null";',
    'Dir::Etc::sourceparts "/dev/null";',
    `Dir::Etc::sourcelist ${quoted(`${directory}/sources.list`)};`,
    `Dir::State ${quoted(directory)};`,
    `Dir::State::status ${quoted(status)};`,
    `Dir::Cache ${quoted(directory)};`,
    ...COMMON,
    ...acquire,
  ]);
}

/** apt.conf for use inside a builder. A file that the charm put in place before its package wins over the package's. */
export function builderConfiguration(acquire: readonly string[]): string {
  return lines([
    ...COMMON,
    'Dpkg::Use-Pty "false";',
    'Dpkg::Options { "--force-confdef"; "--force-confold"; };',
    ...acquire,
  ]);
}

/** Text of a sources.list with these entries. */
export function sourcesText(entries: readonly SourceEntry[]): string {
  return lines(entries.map(sourceLine));
}

/** `_apt` could not read a state directory of mode 0700; signatures are checked all the same. */
const COMMON = [
  'APT::Sandbox::User "root";',
  'APT::Install-Recommends "false";',
  'APT::Get::Assume-Yes "true";',
  'Acquire::Languages "none";',
  'Acquire::GzipIndexes "true";',
  'Acquire::Retries "3";',
];

function lines(list: readonly string[]): string {
  return list.map((line) => `${line}\n`).join('');
}

function quoted(text: string): string {
  if (/["\n\\]/.test(text)) throw new Error(`apt cannot name the path ${JSON.stringify(text)}`);
  return `"${text}"`;
}
