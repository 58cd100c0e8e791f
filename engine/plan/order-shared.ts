import type { NameTable } from '../../model/desired.ts';
import type { ImageSpec } from '../../model/image.ts';
import { byText, sortedEntries } from '../../model/order.ts';
import type { Cause } from '../../model/plan.ts';
import type { PlanContext } from './context.ts';
import { isMade } from './unit-plan.ts';

/** Operations that several units share, by what a unit needs of them. */
export interface SharedOperations {
  /** What must exist before a machine is made: provider → ids. */
  readonly machine: (provider: string, image: ImageSpec) => readonly string[];
  /** What must exist before anything inside a unit starts: provider → ids. */
  readonly inside: (provider: string) => readonly string[];
}

/** Adds networks, names and images. Names that only go are taken out at the end, by `addNamesLeaving`. */
export function addShared(context: PlanContext): SharedOperations {
  const networks = new Map<string, readonly string[]>();
  const names = new Map<string, readonly string[]>();
  for (const [provider] of sortedEntries(context.input.desired.networks)) {
    networks.set(provider, addNetwork(provider, context));
    const change = namesChange(provider, context);
    if (change.added.length === 0) continue;
    names.set(provider, addNames(provider, { change, dependsOn: networks.get(provider) ?? [] }, context));
  }
  const images = addImages(context);
  return {
    machine: (provider, image) => [
      ...(networks.get(provider) ?? []),
      ...(images.get(`${provider} ${image.key}`) ?? []),
    ],
    inside: (provider) => names.get(provider) ?? [],
  };
}

/** Names of units that are gone, once their machines are. */
export function addNamesLeaving(context: PlanContext): void {
  for (const [provider] of sortedEntries(context.input.desired.networks)) {
    const change = namesChange(provider, context);
    if (change.added.length > 0 || change.removed.length === 0) continue;
    const removals = context.operations.filter(
      (one) => one.action.kind === 'machine.remove' && one.provider === provider,
    );
    addNames(provider, { change, dependsOn: removals.map(({ id }) => id) }, context);
  }
}

function environmentCause(context: PlanContext): Cause {
  const { environment, file } = context.input.desired;
  return { text: `environment ${environment}`, place: { file, line: 1, column: 1 } };
}

function addNetwork(provider: string, context: PlanContext): readonly string[] {
  const wanted = context.input.desired.networks[provider];
  const existing = context.input.observed.providers[provider]?.network ?? null;
  if (wanted === undefined || (existing !== null && existing.subnet === wanted.subnet)) return [];
  const cause = environmentCause(context);
  const removed = existing === null ? [] : [removeNetwork(provider, { cause, dependsOn: [] }, context)];
  const id = `network.ensure ${provider}`;
  const action = { kind: 'network.ensure', network: wanted } as const;
  context.add({ id, provider, action, cause, dependsOn: removed, expects: [] });
  return [id];
}

export function removeNetwork(
  provider: string,
  { cause, dependsOn }: { readonly cause: Cause; readonly dependsOn: readonly string[] },
  context: PlanContext,
): string {
  const id = `network.remove ${provider}`;
  const action = { kind: 'network.remove', environment: context.input.desired.environment } as const;
  context.add({ id, provider, action, cause, dependsOn, expects: [] });
  return id;
}

interface NamesChange {
  readonly names: NameTable;
  readonly added: readonly string[];
  readonly removed: readonly string[];
}

function namesChange(provider: string, context: PlanContext): NamesChange {
  const { names } = context;
  const existing = context.input.observed.providers[provider]?.names ?? {};
  const added = Object.keys(names).filter((name) => hasMore(names[name], existing[name]));
  const removed = Object.keys(existing).filter((name) => hasMore(existing[name], names[name]));
  return { names, added: added.sort(byText), removed: removed.sort(byText) };
}

function hasMore(addresses: readonly string[] | undefined, others: readonly string[] | undefined): boolean {
  if (addresses === undefined) return false;
  const known = new Set(others);
  return addresses.some((address) => !known.has(address));
}

function addNames(
  provider: string,
  { change, dependsOn }: { readonly change: NamesChange; readonly dependsOn: readonly string[] },
  context: PlanContext,
): readonly string[] {
  const id = `names.ensure ${provider}`;
  const action = { kind: 'names.ensure', ...change } as const;
  context.add({ id, provider, action, cause: environmentCause(context), dependsOn, expects: [] });
  return [id];
}

/** Images that new machines need and nobody made yet: `PROVIDER KEY` → ids. */
function addImages(context: PlanContext): ReadonlyMap<string, readonly string[]> {
  const wanted = new Map<string, { provider: string; image: ImageSpec; applications: Set<string> }>();
  for (const plan of context.plans) {
    const { provider, application, machine } = plan.unit;
    const key = `${provider} ${machine.image.key}`;
    if (!isMade(plan) || isReady(provider, machine.image, context)) continue;
    const entry = wanted.get(key);
    if (entry === undefined) wanted.set(key, { provider, image: machine.image, applications: new Set([application]) });
    else entry.applications.add(application);
  }
  const ids = new Map<string, readonly string[]>();
  for (const [key, { provider, image, applications }] of wanted) {
    const names = [...applications];
    const id = `image.ensure ${provider} ${image.key.slice(0, 12)}`;
    const place = context.applications.get(names[0] ?? '')?.place ?? null;
    const cause = { text: `image of ${names.join(', ')}`, place };
    const action = { kind: 'image.ensure', image, applications: names } as const;
    context.add({ id, provider, action, cause, dependsOn: [], expects: [] });
    ids.set(key, [id]);
  }
  return ids;
}

function isReady(provider: string, { key }: ImageSpec, { imagesOf }: PlanContext): boolean {
  return imagesOf.get(provider)?.has(key) ?? false;
}
