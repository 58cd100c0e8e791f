import type { Observed } from '../../model/observed.ts';
import type { ProviderReader, ProviderTraits } from '../../model/provider.ts';
import type { ProviderSource } from './situation.ts';

/** What the opened providers saw, and what each can do. */
export interface World<P extends ProviderReader = ProviderReader> {
  readonly observed: Observed;
  readonly traits: ReadonlyMap<string, ProviderTraits>;
  readonly providers: ReadonlyMap<string, P>;
}

/** Opens providers by kind. */
export async function openProviders<P extends ProviderReader>(
  source: ProviderSource<P>,
  kinds: readonly string[],
): Promise<ReadonlyMap<string, P>> {
  return new Map(await Promise.all(kinds.map(async (kind) => [kind, await source.open(kind)] as const)));
}

/**
 * Looks at all of an environment's worlds at once. A `ProviderError` when one cannot be seen: half a picture is none.
 */
/** A world nobody looked at. */
export function unseen<P extends ProviderReader>(providers: ReadonlyMap<string, P>): World<P> {
  const traits = new Map([...providers].map(([kind, provider]) => [kind, provider.traits]));
  return { observed: { providers: {} }, traits, providers };
}

export async function observeAll<P extends ProviderReader>(
  providers: ReadonlyMap<string, P>,
  environment: string,
): Promise<World<P>> {
  const seen = [...providers].map(async ([kind, provider]) => [kind, await provider.observe(environment)] as const);
  return { ...unseen(providers), observed: { providers: Object.fromEntries(await Promise.all(seen)) } };
}
