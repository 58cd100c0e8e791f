import { desire } from '../../engine/desire.ts';
import { EMPTY_ALLOCATION } from '../../model/allocation.ts';
import { type Diagnostic, hasErrors } from '../../model/diagnostic.ts';
import type { Environment } from '../../model/environment.ts';
import { isName } from '../../model/names.ts';
import { byText } from '../../model/order.ts';
import type { ProviderReader } from '../../model/provider.ts';
import type { ReadCode } from './codes.ts';
import { complete, parse } from './declare.ts';
import type { StateReader } from './home.ts';
import { observeAll, openProviders, unseen, type World } from './observe.ts';
import type { Stored } from './records.ts';
import type { Declared, EnvironmentSource, ReadContext, Situation } from './situation.ts';
import { readStored } from './stored.ts';

export interface PrepareRequest {
  /** What the command calls the environment; the name in the file when it is null. */
  readonly environment: string | null;
  readonly source: EnvironmentSource;
  readonly mode: 'up' | 'down';
  /** Do not mind that the environment was made from another file. */
  readonly adopt: boolean;
}

/** Everything there is to know, for those who only look. Changes nothing. */
export async function prepare(context: ReadContext, state: StateReader, request: PrepareRequest): Promise<Situation> {
  const parsed = parse(context, request.source);
  const name = request.environment ?? parsed.environment?.name ?? '';
  const stored = await readState(state, name);
  const { declared, world } = await look(context, { ...request, environment: name, parsed, stored });
  return decide(context, { ...request, environment: name, declared, stored, world });
}

/** The file by itself and against its charms, without looking at any world. */
export async function check(context: ReadContext, source: EnvironmentSource): Promise<readonly Diagnostic[]> {
  const declared = await complete(context, parse(context, source));
  const providers = await openProviders(context.providers, usedKinds(declared.environment, null, context));
  const environment = declared.environment?.name ?? '';
  return decide(context, {
    environment,
    declared,
    stored: null,
    world: unseen(providers),
    source,
    mode: 'up',
    adopt: true,
  }).diagnostics;
}

export interface LookRequest {
  readonly environment: string;
  readonly mode: 'up' | 'down';
  readonly parsed: Declared;
  readonly stored: Stored | null;
}

/**
 * Loads charms and looks at the worlds, side by side. To take everything down, no charm is needed, nor a correct file.
 */
export async function look<P extends ProviderReader>(
  context: ReadContext<P>,
  request: LookRequest,
): Promise<{ readonly declared: Declared; readonly world: World<P> }> {
  const { environment, mode, parsed, stored } = request;
  const lost = mode === 'down' && stored === null;
  const kinds = lost ? context.providers.kinds : usedKinds(parsed.environment, stored, context);
  // The worlds first: they answer while charms are loaded.
  const [world, declared] = await Promise.all([
    seeWorld(context, kinds, environment),
    mode === 'down' ? { ...parsed, diagnostics: [] } : complete(context, parsed),
  ]);
  return { declared, world };
}

/** What has no name has nothing anywhere. */
async function seeWorld<P extends ProviderReader>(
  context: ReadContext<P>,
  kinds: readonly string[],
  environment: string,
): Promise<World<P>> {
  const providers = await openProviders(context.providers, kinds);
  return isName(environment) ? observeAll(providers, environment) : unseen(providers);
}

export interface DecideRequest {
  readonly environment: string;
  readonly declared: Declared;
  readonly stored: Stored | null;
  readonly world: World;
  readonly source: EnvironmentSource;
  readonly mode: 'up' | 'down';
  readonly adopt: boolean;
}

/** What should exist, from what was read and seen. */
export function decide(context: Pick<ReadContext, 'digest' | 'providers'>, request: DecideRequest): Situation {
  const { declared, stored, world, mode } = request;
  const diagnostics = [...ownership(request), ...missingProviders(context, stored), ...declared.diagnostics];
  const environment = mode === 'down' ? emptied(request) : declared.environment;
  const situation = { declared, stored, observed: world.observed, traits: world.traits };
  const allocation = stored?.allocation ?? EMPTY_ALLOCATION;
  if (environment === null) return { ...situation, desired: null, allocation, diagnostics };
  const { charms, directories } = declared;
  const { observed, traits } = world;
  const { digest } = context;
  const result = desire({ environment, charms, directories, allocation, observed, traits, digest, mode });
  const found = [...diagnostics, ...result.diagnostics];
  const desired = hasErrors(found) ? null : result.desired;
  return { ...situation, desired, allocation: result.allocation, diagnostics: found };
}

async function readState(state: StateReader, environment: string): Promise<Stored | null> {
  const store = await state.read(environment);
  if (store === null) return null;
  try {
    return await readStored(store);
  } finally {
    await store.close();
  }
}

/** Kinds the file names and kinds that were used before and may still hold something. */
function usedKinds(environment: Environment | null, stored: Stored | null, context: ReadContext): readonly string[] {
  const named = (environment?.applications ?? []).map((application) => application.provider);
  const kinds = new Set([...named, ...(stored?.identity.providers ?? [])]);
  return [...kinds].filter((kind) => context.providers.kinds.includes(kind)).sort(byText);
}

/** To take it down, what the file says does not count: only whose environment it is. */
function emptied({ environment, source }: DecideRequest): Environment {
  const defaults = { provider: '', image: null };
  return { name: environment, file: source.file, defaults, applications: [], relations: [] };
}

function ownership({ stored, source, adopt }: DecideRequest): Diagnostic[] {
  if (stored === null || adopt || stored.identity.file === source.file) return [];
  const { name, file } = stored.identity;
  const code: ReadCode = 'E4001';
  const message = `environment ${name} on this host is made from ${file}, not from ${source.file}`;
  const hint = 'give this one another name, or take it over with --adopt';
  return [{ code, severity: 'error', message, hint, place: { file: source.file, line: 1, column: 1 } }];
}

function missingProviders(context: Pick<ReadContext, 'providers'>, stored: Stored | null): Diagnostic[] {
  const missing = (stored?.identity.providers ?? []).filter((kind) => !context.providers.kinds.includes(kind));
  const code: ReadCode = 'E4002';
  const hint = `providers here: ${context.providers.kinds.join(', ')}`;
  return missing.map((kind) => {
    const message = `the environment has things on provider ${kind}, which is not available here`;
    return { code, severity: 'error', message, hint, place: null };
  });
}
