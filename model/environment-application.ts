import type { Place } from './diagnostic.ts';
import type { ApplicationSpec, Constraints, Defaults, StorageRequest } from './environment.ts';
import { readExpose } from './environment-expose.ts';
import { APPLICATION_KEYS, CONSTRAINT_KEYS } from './environment-keys.ts';
import { readOptions } from './environment-options.ts';
import { checkCharmName, checkName, readInteger, readKeys, readMap, readText } from './environment-read.ts';
import type { Located, LocatedEntry } from './environment-tree.ts';
import { describe, quote } from './environment-tree.ts';
import { parseBytes, parseMillicores } from './quantities.ts';
import type { Report } from './report.ts';
import { didYouMean } from './suggest.ts';

export const MAX_UNITS = 100_000;
const MAX_MILLICORES = 1_024_000;
const MIN_MILLICORES = 10;
const MIN_MEMORY_BYTES = 1024 ** 2;
export const MAX_PIDS = 4_194_304;

/** What reading an application needs beside its entry. */
export interface ApplicationContext {
  readonly defaults: Defaults;
  readonly providers: readonly string[];
  /** A path as written → absolute. */
  readonly resolvePath: (path: string) => string;
  readonly report: Report;
}

/** An application, or null when it has no charm or is no map: then there is nothing to say about it but that. */
export function readApplication(entry: LocatedEntry, context: ApplicationContext): ApplicationSpec | null {
  const { report } = context;
  const what = `application ${quote(entry.key)}`;
  const named = checkName(entry.key, 'an application', entry.place, report);
  const map = readMap(entry.value, what, report, `write {charm: ${scalarHint(entry.value)}}`);
  if (map === null) return null;
  const missingHint = { charm: 'say which charm installs and runs it, for example charm: nginx' };
  const keys = readKeys(map, APPLICATION_KEYS, { name: what, place: entry.place, missingHint }, report);
  const reader: ApplicationReader = { ...context, name: entry.key, keys, at: {} };
  const charm = readKey(reader, 'charm', null, readCharm);
  const application = {
    units: readKey(reader, 'units', 1, readUnits),
    provider: readKey(reader, 'provider', context.defaults.provider, (node) => readProvider(node, context)),
    image: readKey(reader, 'image', context.defaults.image, (node) => readImage(node, report)),
    options: readKey(reader, 'options', {}, (node) => readOptions(node, entry.key, reader)),
    constraints: readKey(reader, 'constraints', UNLIMITED, readConstraints),
    storage: readKey(reader, 'storage', {}, readStorage),
    resources: readKey(reader, 'resources', {}, readResources),
    expose: readKey(reader, 'expose', {}, (node) => readExpose(node, entry.key, reader)),
  };
  if (charm === null || !named) return null;
  return { name: entry.key, charm, ...application, places: { self: entry.place, at: reader.at } };
}

const UNLIMITED: Constraints = { cpuMillicores: null, memoryBytes: null, pids: null };

function scalarHint(node: Located): string {
  return node.kind === 'text' ? node.value : 'nginx';
}

interface ApplicationReader extends ApplicationContext {
  readonly name: string;
  readonly keys: ReadonlyMap<string, LocatedEntry>;
  /** Where each part stands, filled while reading. */
  readonly at: Record<string, Place>;
}

/** The value of a key, or the fallback when the key is absent or its value faulty. */
function readKey<T>(
  reader: ApplicationReader,
  key: string,
  fallback: T,
  read: (node: Located, reader: ApplicationReader) => T | null,
): T {
  const entry = reader.keys.get(key);
  if (entry === undefined) return fallback;
  reader.at[key] = entry.place;
  return read(entry.value, reader) ?? fallback;
}

/** Whether it could be the name of a built-in charm; what is no path either was refused when the file was read. */
export function isCharmName(charm: string): boolean {
  return BUILT_IN_CHARM.test(charm);
}

const BUILT_IN_CHARM = /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/;
const LATER_CHARM = /^(npm|git\+https|git\+ssh|juju|ch|local|https?):/;

function readCharm(node: Located, { name, report }: ApplicationReader): string | null {
  const charm = readText(node, `charm of ${quote(name)}`, report);
  if (charm === null) return null;
  const later = LATER_CHARM.exec(charm);
  if (later !== null) {
    const message = `charms from ${quote(`${later[1]}:`)} are not supported yet: ${quote(charm)}`;
    report.error('E1104', node.place, message, 'use a built-in charm or a path that begins with ./');
  } else if (!isCharmName(charm) && !/^\.{0,2}\//.test(charm)) {
    const hint = charm.includes('/') && !/\s/.test(charm) ? `a path begins with ./, for example ./${charm}` : null;
    report.error('E1108', node.place, `${quote(charm)} is neither the name of a charm nor a path`, hint);
  }
  return charm;
}

function readUnits(node: Located, { name, report }: ApplicationReader): number | null {
  const hint = 'write a number, for example units: 2';
  return readInteger(node, `units of ${quote(name)}`, { min: 0, max: MAX_UNITS, hint }, report);
}

/** The name of a provider in the list, or null after a fault. */
export function readProvider(node: Located, context: Pick<ApplicationContext, 'providers' | 'report'>): string | null {
  const { providers, report } = context;
  const provider = readText(node, 'provider', report);
  if (provider === null || providers.includes(provider)) return provider;
  const hint = didYouMean(provider, providers) ?? `known: ${providers.join(', ')}`;
  report.error('E1109', node.place, `there is no provider ${quote(provider)}`, hint);
  return null;
}

const IMAGE = /^[a-z0-9][a-z0-9._-]*\/[a-z0-9][a-z0-9._-]*$/;

/** An image such as `debian/12`, or null after a fault. */
export function readImage(node: Located, report: Report): string | null {
  const image = readText(node, 'image', report);
  if (image === null || IMAGE.test(image)) return image;
  const hint = 'name and version, for example debian/12';
  report.error('E1110', node.place, `${quote(image)} is not an image`, hint);
  return null;
}

function readConstraints(node: Located, reader: ApplicationReader): Constraints | null {
  const { name, report, at } = reader;
  const what = `constraints of ${quote(name)}`;
  const map = readMap(node, what, report, 'for example {cpu: 0.5, memory: 256M}');
  if (map === null) return null;
  const keys = readKeys(map, CONSTRAINT_KEYS, { name: what, place: node.place }, report);
  for (const entry of keys.values()) at[`constraints.${entry.key}`] = entry.place;
  const { cpu, memory, pids } = Object.fromEntries(keys);
  const range = { min: 1, max: MAX_PIDS };
  return {
    cpuMillicores: cpu === undefined ? null : readCpu(cpu.value, report),
    memoryBytes: memory === undefined ? null : readMemory(memory.value, report),
    pids: pids === undefined ? null : readInteger(pids.value, 'pids', range, report),
  };
}

function readCpu(node: Located, report: Report): number | null {
  const text = quantityText(node);
  const millicores = text === null ? null : parseMillicores(text);
  if (millicores === null) {
    const message = `cpu must be a number of processors, not ${describe(node)}`;
    report.error('E1107', node.place, message, 'for example 0.5, 2 or 500m');
    return null;
  }
  if (millicores >= MIN_MILLICORES && millicores <= MAX_MILLICORES) return millicores;
  report.error('E1106', node.place, `cpu must be from 0.01 to ${MAX_MILLICORES / 1000}, not ${text}`);
  return null;
}

function readMemory(node: Located, report: Report): number | null {
  const bytes = readBytes(node, 'memory', report);
  if (bytes === null || bytes >= MIN_MEMORY_BYTES) return bytes;
  report.error('E1106', node.place, `memory must be at least 1M, not ${describe(node)}`);
  return null;
}

function readBytes(node: Located, what: string, report: Report): number | null {
  const text = quantityText(node);
  const bytes = text === null ? null : parseBytes(text);
  if (bytes !== null) return bytes;
  report.error('E1107', node.place, `${what} must be a size with a unit, not ${describe(node)}`, sizeHint(text));
  return null;
}

function sizeHint(text: string | null): string {
  if (text !== null && /^\d+$/.test(text)) return `say the unit: ${text}M or ${text}G`;
  const match = /^(\d+(?:\.\d+)?) ?([kmgt])i?b?$/i.exec(text ?? '');
  return match === null ? 'for example 512M or 2G' : `write ${match[1]}${match[2]?.toUpperCase()}`;
}

/** Numbers and texts alike, as they were written. */
function quantityText(node: Located): string | null {
  return node.kind === 'text' ? node.value : node.kind === 'number' ? node.source : null;
}

function readStorage(node: Located, reader: ApplicationReader): Record<string, StorageRequest> | null {
  const what = `storage of ${quote(reader.name)}`;
  return readNamed(node, { what, key: 'storage', hint: 'for example {data: 2G}' }, reader, (entry) => {
    const bytes = readBytes(entry.value, `storage ${quote(entry.key)}`, reader.report);
    if (bytes !== null && bytes < MIN_MEMORY_BYTES) {
      reader.report.error('E1106', entry.value.place, `storage ${quote(entry.key)} must be at least 1M`);
    }
    return { bytes };
  });
}

function readResources(node: Located, reader: ApplicationReader): Record<string, string> | null {
  const what = `resources of ${quote(reader.name)}`;
  return readNamed(node, { what, key: 'resources', hint: 'for example {app: ./app}' }, reader, (entry) => {
    const path = readText(entry.value, `resource ${quote(entry.key)}`, reader.report);
    if (path === null) return null;
    if (path !== '' && !path.includes('\0')) return reader.resolvePath(path);
    reader.report.error('E1114', entry.value.place, `resource ${quote(entry.key)} is not a path: ${quote(path)}`);
    return null;
  });
}

interface NamedMap {
  readonly what: string;
  readonly key: string;
  readonly hint: string;
}

/** A map whose keys are names that the charm gave: storage, resources. Faulty values are left out. */
function readNamed<T>(
  node: Located,
  { what, key, hint }: NamedMap,
  reader: ApplicationReader,
  read: (entry: LocatedEntry) => T | null,
): Record<string, T> | null {
  const map = readMap(node, what, reader.report, hint);
  if (map === null) return null;
  const values: Record<string, T> = {};
  for (const entry of map.entries) {
    reader.at[`${key}.${entry.key}`] = entry.place;
    const value = checkCharmName(entry, what, reader.report) ? read(entry) : null;
    if (value !== null) values[entry.key] = value;
  }
  return values;
}
