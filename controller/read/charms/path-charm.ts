import type { Charm, CharmMetadata, Evaluation, OptionsResult } from '../../../model/charm.ts';
import { type Diagnostic, formatPlace, type Place } from '../../../model/diagnostic.ts';
import type { InstallSpec } from '../../../model/image.ts';
import type { JsonObject } from '../../../model/json.ts';
import type { ReadCode } from '../codes.ts';
import { bundleCharm } from './bundle.ts';
import type { BundleCache, CachedBundle } from './cache.ts';
import { CharmFailure, type Compartment, compileBundle, openCompartment } from './compartment.ts';
import { type CharmEntry, findEntry } from './entry.ts';
import { locate } from './locate.ts';
import { metadataProblem } from './metadata.ts';

export interface PathCharmOptions {
  readonly kit: string;
  readonly cache: BundleCache;
}

export interface LoadedCharm {
  readonly charm: Charm | null;
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Loads a charm that lies in a folder or file of the user: found, bundled (or remembered), evaluated in a realm of its
 * own.
 */
export async function loadPathCharm(path: string, options: PathCharmOptions): Promise<LoadedCharm> {
  const entry = findEntry(path);
  if ('problem' in entry) return refused('E3001', `no charm: ${entry.problem}`, null);
  const remembered = options.cache.find(entry);
  if (remembered !== null) return evaluate(entry, remembered);
  const result = await bundleCharm(entry, options.kit);
  if (result.kind === 'faults') return { charm: null, diagnostics: result.diagnostics };
  const { bundle } = result;
  const loaded = evaluate(entry, { code: bundle.code, compiled: null, map: () => bundle.map });
  if (loaded.charm !== null)
    options.cache.store(entry, bundle, compileBundle(bundle.code, null).script.createCachedData());
  return loaded;
}

function evaluate(entry: CharmEntry, bundle: CachedBundle): LoadedCharm {
  try {
    const realm = openCompartment(compileBundle(bundle.code, bundle.compiled).script);
    const charm = charmOf(realm, entry, bundle);
    return typeof charm === 'string' ? refused('E3005', charm, startOf(entry)) : { charm, diagnostics: [] };
  } catch (error) {
    if (!(error instanceof CharmFailure)) throw error;
    const place = locate(error.trace, bundle.map(), entry) ?? startOf(entry);
    return refused('E3004', `the charm fails while it is loaded: ${error.message}`, place);
  }
}

/** The charm as the engine holds it, or why it is none. */
function charmOf(realm: Compartment, entry: CharmEntry, bundle: CachedBundle): Charm | string {
  const metadata = ask<CharmMetadata>(realm, 'metadata', null);
  const problem = metadata === undefined ? NO_CHARM : metadataProblem(metadata);
  if (metadata === undefined || problem !== null) return problem ?? NO_CHARM;
  const at = (trace: string): string => {
    const place = locate(trace, bundle.map(), entry);
    return place === null ? '' : ` (${formatPlace(place)})`;
  };
  return {
    metadata,
    checkOptions: (options) => located(at, () => demand<OptionsResult>(realm, 'checkOptions', options)),
    install: (options) => located(at, () => demand<InstallSpec>(realm, 'install', options)),
    evaluate(view) {
      try {
        return placed(demand<Evaluation>(realm, 'evaluate', view as unknown as JsonObject), at);
      } catch (error) {
        if (!(error instanceof CharmFailure)) throw error;
        const fault = { part: 'function', path: '', message: `${error.message}${at(error.trace)}` } as const;
        return { kind: 'fault', fault };
      }
    },
  };
}

const NO_CHARM = 'its default export is not made by charm(): export default charm({…}, (unit) => …)';

/** What the charm threw says where, in the charm's own file. */
function placed(evaluation: Evaluation, at: (trace: string) => string): Evaluation {
  if (evaluation.kind === 'intent') return evaluation;
  const { stack, ...fault } = evaluation.fault;
  return { kind: 'fault', fault: { ...fault, message: `${fault.message}${at(stack ?? '')}` } };
}

function located<T>(at: (trace: string) => string, run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof CharmFailure)) throw error;
    throw new CharmFailure(`${error.message}${at(error.trace)}`, '');
  }
}

type Answer<T> = { readonly value: T } | { readonly none: true } | { readonly message: string; readonly trace: string };

/** Undefined when the module exports no charm. */
function ask<T>(realm: Compartment, method: Parameters<Compartment['call']>[0], argument: unknown): T | undefined {
  const answer = JSON.parse(realm.call(method, JSON.stringify(argument))) as Answer<T>;
  if ('message' in answer) throw new CharmFailure(answer.message, answer.trace);
  return 'none' in answer ? undefined : answer.value;
}

function demand<T>(realm: Compartment, method: Parameters<Compartment['call']>[0], argument: JsonObject): T {
  const value = ask<T>(realm, method, argument);
  if (value === undefined) throw new CharmFailure(`${method} returned nothing`, '');
  return value;
}

function startOf(entry: CharmEntry): Place {
  return { file: entry.file, line: 1, column: 1 };
}

function refused(code: ReadCode, message: string, place: Place | null): LoadedCharm {
  return { charm: null, diagnostics: [{ code, severity: 'error', message, hint: null, place }] };
}
