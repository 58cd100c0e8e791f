import type { Charm, OptionFault } from '../../model/charm.ts';
import type { ApplicationSpec } from '../../model/environment.ts';
import type { DirectorySpec, ImageSpec, InstallSpec } from '../../model/image.ts';
import type { Digest, Json, JsonObject } from '../../model/json.ts';
import { canonicalJson } from '../../model/json.ts';
import { byText, sortedEntries } from '../../model/order.ts';
import type { ProviderTraits } from '../../model/provider.ts';
import { didYouMean } from '../../model/suggest.ts';
import type { EngineReport } from '../report.ts';
import { placeOf } from './place-of.ts';

/** An application whose parts were checked against its charm. */
export interface Application {
  readonly name: string;
  readonly spec: ApplicationSpec;
  readonly charm: Charm;
  /** Checked, with defaults. */
  readonly options: JsonObject;
  readonly image: ImageSpec;
  readonly traits: ProviderTraits;
}

export interface ApplicationContext {
  readonly directories: ReadonlyMap<string, string>;
  readonly traits: ReadonlyMap<string, ProviderTraits>;
  readonly digest: Digest;
  readonly report: EngineReport;
}

/**
 * The application against its charm, or null after a fault that leaves nothing to go on with. All faults are
 * reported.
 */
export function resolveApplication(
  spec: ApplicationSpec,
  charm: Charm,
  context: ApplicationContext,
): Application | null {
  const traits = resolveTraits(spec, context);
  const options = resolveOptions(spec, charm, context.report);
  const directories = resolveDirectories(spec, charm, context);
  checkStorage(spec, charm, traits, context.report);
  checkExpose(spec, charm, traits, context.report);
  if (traits === null || options === null || directories === null) return null;
  const base = spec.image ?? charm.metadata.base;
  const image = resolveImage(base, charm.install(options), directories, context.digest);
  return { name: spec.name, spec, charm, options, image, traits };
}

function resolveTraits(spec: ApplicationSpec, { traits, report }: ApplicationContext): ProviderTraits | null {
  const found = traits.get(spec.provider);
  if (found !== undefined) return found;
  const known = [...traits.keys()].sort(byText);
  const message = `provider "${spec.provider}" of "${spec.name}" cannot be used here`;
  report.error('E2007', placeOf(spec, 'provider'), message, choices(spec.provider, known));
  return null;
}

function resolveOptions(spec: ApplicationSpec, charm: Charm, report: EngineReport): JsonObject | null {
  const result = charm.checkOptions(spec.options);
  if (result.kind === 'valid') return result.options;
  for (const fault of result.faults) reportOption(spec, fault, report);
  return null;
}

function reportOption(spec: ApplicationSpec, fault: OptionFault, report: EngineReport): void {
  const subject = fault.path.length === 0 ? 'options' : `option ${fault.path.join('.')}`;
  const message = `${subject} of "${spec.name}": ${fault.message}`;
  report.error('E2001', placeOf(spec, 'options', ...fault.path), message, optionHint(spec, fault));
}

/** The mistyped word is the option's name or, where values are listed, its value. */
function optionHint(spec: ApplicationSpec, { path, expected }: OptionFault): string | null {
  if (expected.length === 0) return null;
  const value = valueAt(spec.options, path);
  const words = [String(path.at(-1) ?? ''), ...(typeof value === 'string' ? [value] : [])];
  const meant = words.map((word) => didYouMean(word, expected)).find((hint) => hint !== null);
  return meant ?? `known: ${expected.join(', ')}`;
}

function valueAt(options: JsonObject, path: readonly (string | number)[]): Json | undefined {
  let value: Json | undefined = options;
  for (const part of path) {
    if (value === null || typeof value !== 'object') return undefined;
    value = (value as Readonly<Record<string | number, Json>>)[part];
  }
  return value;
}

function resolveDirectories(
  spec: ApplicationSpec,
  charm: Charm,
  { directories, report }: ApplicationContext,
): readonly DirectorySpec[] | null {
  const declared = charm.metadata.resources;
  const names = declared.map(({ name }) => name);
  for (const [name] of sortedEntries(spec.resources)) {
    if (names.includes(name)) continue;
    const message = `charm ${charm.metadata.name} of "${spec.name}" has no resource "${name}"`;
    report.error('E2003', placeOf(spec, 'resources', name), message, choices(name, names));
  }
  const found: DirectorySpec[] = [];
  let complete = true;
  for (const { name, target, dependencies, optional, summary } of declared) {
    const source = spec.resources[name];
    const digest = directories.get(`${spec.name}/${name}`);
    if (source !== undefined && digest !== undefined) found.push({ name, source, target, digest, dependencies });
    else if (source !== undefined || !optional) {
      complete = false;
      // One that could not be read was reported by whoever read it.
      if (source === undefined) {
        const message = `resource "${name}" of "${spec.name}" is missing: ${summary}`;
        report.error('E2004', placeOf(spec, 'resources'), message, `add resources: {${name}: ./DIRECTORY}`);
      }
    }
  }
  return complete ? found : null;
}

function checkStorage(spec: ApplicationSpec, charm: Charm, traits: ProviderTraits | null, report: EngineReport): void {
  const names = charm.metadata.storage.map(({ name }) => name);
  for (const [name] of sortedEntries(spec.storage)) {
    if (names.includes(name)) continue;
    const message = `charm ${charm.metadata.name} of "${spec.name}" has no storage "${name}"`;
    report.error('E2002', placeOf(spec, 'storage', name), message, choices(name, names));
  }
  if (names.length === 0 || traits === null || traits.storage) return;
  const message = `"${spec.name}" needs storage, and provider ${spec.provider} has none`;
  report.error('E2006', placeOf(spec, 'provider'), message, 'choose another provider');
}

function checkExpose(spec: ApplicationSpec, charm: Charm, traits: ProviderTraits | null, report: EngineReport): void {
  const { ports, name: charmName } = charm.metadata;
  for (const [name, { port }] of sortedEntries(spec.expose)) {
    const place = placeOf(spec, 'expose', name);
    if (!ports.includes(name)) {
      const message = `charm ${charmName} of "${spec.name}" has no port "${name}"`;
      report.error('E2005', place, message, choices(name, ports));
    } else if (traits !== null && !traits.routes) {
      const message = `port ${port} is not published: provider ${spec.provider} cannot do it`;
      report.warning('E2006', place, message, `units of "${spec.name}" are reached at their own addresses`);
    }
  }
}

function resolveImage(
  base: string,
  install: InstallSpec,
  directories: readonly DirectorySpec[],
  digest: Digest,
): ImageSpec {
  const content = directories.map(({ source: _source, ...rest }) => rest);
  const key = digest(canonicalJson({ base, install, directories: content } as unknown as JsonObject));
  return { key, base, install, directories };
}

function choices(word: string, known: readonly string[]): string {
  return didYouMean(word, known) ?? (known.length === 0 ? 'it has none' : `known: ${known.join(', ')}`);
}
