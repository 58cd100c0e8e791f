import type { Checked, Place } from './diagnostic.ts';
import type { ApplicationSpec, Defaults, Environment, RelationSpec } from './environment.ts';
import type { ApplicationContext } from './environment-application.ts';
import { readApplication, readImage, readProvider } from './environment-application.ts';
import { DEFAULTS_KEYS, ENVIRONMENT_KEYS } from './environment-keys.ts';
import { checkName, readKeys, readMap, readText } from './environment-read.ts';
import { readRelations } from './environment-relation.ts';
import type { Located, LocatedEntry, LocatedMap } from './environment-tree.ts';
import { describe } from './environment-tree.ts';
import { readYaml } from './environment-yaml.ts';
import { sortedBy } from './order.ts';
import type { Report } from './report.ts';
import { openReport } from './report.ts';

export interface ParseOptions {
  /** A path as written in the file → absolute. */
  readonly resolvePath: (path: string) => string;
  /** Kinds of providers there are; the first is the default. */
  readonly providers: readonly string[];
}

/**
 * Reads an environment file. All faults are collected. The value holds what could be understood, so that the charms can
 * be checked too; it
 * must not be applied while there are errors. Null when not even a map was found. Never throws, whatever the text.
 */
export function parseEnvironment(text: string, file: string, options: ParseOptions): Checked<Environment> {
  const report = openReport();
  const root = readYaml(text, file, report);
  const map = root === null ? null : readRoot(root, report);
  const value = map === null ? null : readEnvironment(map, file, options, report);
  return { value, diagnostics: report.diagnostics() };
}

function readRoot(root: Located, report: Report): LocatedMap | null {
  if (root.kind === 'map') return root;
  const hint = 'begin with environment: NAME, then applications:';
  report.error('E1009', root.place, `an environment file must be a map, not ${describe(root)}`, hint);
  return null;
}

function readEnvironment(map: LocatedMap, file: string, options: ParseOptions, report: Report): Environment {
  const start: Place = { file, line: 1, column: 1 };
  const missingHint = { environment: 'name it, for example environment: shop' };
  const keys = readKeys(map, ENVIRONMENT_KEYS, { name: 'the file', place: start, missingHint }, report);
  const defaults = readDefaults(keys.get('defaults'), options, report);
  const context: ApplicationContext = { ...options, defaults, report };
  const declared = declaredApplications(keys.get('applications'), report);
  const applications = declared.flatMap((entry) => readApplication(entry, context) ?? []);
  refusePortsTwice(applications, report);
  const names = new Set(declared.map((entry) => entry.key));
  return {
    name: readName(keys.get('environment'), report),
    file,
    defaults,
    applications: sortedBy(applications, (application) => application.name),
    relations: understood(readRelationsKey(keys.get('relations'), names, report), applications),
  };
}

function readName(entry: LocatedEntry | undefined, report: Report): string {
  const name = entry === undefined ? null : readText(entry.value, 'environment', report);
  if (entry === undefined || name === null) return '';
  checkName(name, 'an environment', entry.value.place, report);
  return name;
}

function readDefaults(entry: LocatedEntry | undefined, options: ParseOptions, report: Report): Defaults {
  const builtIn: Defaults = { provider: options.providers[0] ?? '', image: null };
  const map =
    entry === undefined ? null : readMap(entry.value, 'defaults', report, 'for example {provider: container}');
  if (entry === undefined || map === null) return builtIn;
  const keys = readKeys(map, DEFAULTS_KEYS, { name: 'defaults', place: entry.place }, report);
  const provider = keys.get('provider');
  const image = keys.get('image');
  return {
    provider: (provider && readProvider(provider.value, { ...options, report })) ?? builtIn.provider,
    image: (image && readImage(image.value, report)) ?? builtIn.image,
  };
}

function declaredApplications(entry: LocatedEntry | undefined, report: Report): readonly LocatedEntry[] {
  if (entry === undefined) return [];
  return readMap(entry.value, 'applications', report, 'for example {web: {charm: nginx}}')?.entries ?? [];
}

function readRelationsKey(entry: LocatedEntry | undefined, names: ReadonlySet<string>, report: Report): RelationSpec[] {
  return entry === undefined ? [] : readRelations(entry.value, { applications: names, report });
}

/**
 * Only relations between applications that could be read: those of faulty ones would raise faults that say nothing
 * new.
 */
function understood(relations: RelationSpec[], applications: readonly ApplicationSpec[]): RelationSpec[] {
  const names = new Set(applications.map((application) => application.name));
  return relations.filter((relation) => relation.ends.every((end) => names.has(end.application)));
}

/** One port of the host cannot lead to two places; an address left out means all of them. */
function refusePortsTwice(applications: readonly ApplicationSpec[], report: Report): void {
  const taken: { port: number; address: string | null; owner: string }[] = [];
  for (const application of applications) {
    for (const [name, { port, address }] of Object.entries(application.expose)) {
      const other = taken.find((one) => one.port === port && overlaps(one.address, address));
      const place = application.places.at[`expose.${name}`] ?? application.places.self;
      if (other !== undefined) {
        report.error(
          'E1113',
          place,
          `port ${port} of the host is given to ${other.owner} already`,
          'choose another port',
        );
      }
      taken.push({ port, address, owner: `${application.name}:${name}` });
    }
  }
}

function overlaps(a: string | null, b: string | null): boolean {
  return a === b || a === null || b === null || a === '0.0.0.0' || b === '0.0.0.0';
}
