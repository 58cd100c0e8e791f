import type { Allocation } from '../model/allocation.ts';
import type { Charm } from '../model/charm.ts';
import type { Desired } from '../model/desired.ts';
import type { Diagnostic } from '../model/diagnostic.ts';
import { hasErrors } from '../model/diagnostic.ts';
import type { Environment } from '../model/environment.ts';
import type { Digest } from '../model/json.ts';
import type { UnitName } from '../model/names.ts';
import { unitName } from '../model/names.ts';
import type { Observed } from '../model/observed.ts';
import type { ProviderTraits } from '../model/provider.ts';
import { allocate } from './allocate/allocate.ts';
import { place, placeNothing } from './place.ts';
import { openEngineReport } from './report.ts';
import type { Resolved } from './resolve/resolve.ts';
import { resolve } from './resolve/resolve.ts';
import { settle } from './settle/settle.ts';

export interface DesireInput {
  readonly environment: Environment;
  /** Application → charm. One that is missing was reported by whoever looked for it. */
  readonly charms: ReadonlyMap<string, Charm>;
  /** `web/app` (application/resource) → digest of the directory's content. */
  readonly directories: ReadonlyMap<string, string>;
  /** As stored. */
  readonly allocation: Allocation;
  /** Facts: learned addresses, what others use, and our own decisions when the store was lost. */
  readonly observed: Observed;
  /** Provider kind → what it can do. */
  readonly traits: ReadonlyMap<string, ProviderTraits>;
  readonly digest: Digest;
  /** `down`: no machine is desired, numbers stay allocated. */
  readonly mode: 'up' | 'down';
}

export interface DesireResult {
  /** Null when there are errors. */
  readonly desired: Desired | null;
  /** To be stored before anything is done. */
  readonly allocation: Allocation;
  readonly diagnostics: readonly Diagnostic[];
}

/** What should exist: the environment and its charms resolved, numbered, settled and placed. */
export function desire(input: DesireInput): DesireResult {
  const { environment, observed } = input;
  if (input.mode === 'down') {
    return { desired: placeNothing(environment), allocation: input.allocation, diagnostics: [] };
  }
  const report = openEngineReport();
  const resolved = resolve({ ...input, report });
  const allocation = allocate({ ...input, report });
  const units = unitsOf(environment, allocation);
  const addressOf = addresses(allocation, observed, input.traits);
  const intents = settle({ environment: environment.name, ...resolved, units, addressOf, report });
  const diagnostics = report.diagnostics();
  if (!isUsable(resolved, diagnostics)) return { desired: null, allocation: input.allocation, diagnostics };
  const desired = place({ environment, resolved, units, intents, allocation, addressOf });
  return { desired, allocation, diagnostics };
}

function isUsable({ complete }: Resolved, diagnostics: readonly Diagnostic[]): boolean {
  return complete && !hasErrors(diagnostics);
}

function unitsOf({ applications }: Environment, { units }: Allocation): ReadonlyMap<string, readonly UnitName[]> {
  return new Map(
    applications.map(({ name }) => [name, (units[name]?.numbers ?? []).map((number) => unitName(name, number))]),
  );
}

/** Our own addresses where we give them, the machines' where the world does. */
function addresses(
  { addresses: allocated }: Allocation,
  observed: Observed,
  traits: ReadonlyMap<string, ProviderTraits>,
): (unit: UnitName) => string | null {
  const learned = new Map<UnitName, string | null>();
  for (const [kind, { machines }] of Object.entries(observed.providers)) {
    if (traits.get(kind)?.addresses !== 'learned') continue;
    for (const { unit, state, address } of machines) if (state === 'running') learned.set(unit, address);
  }
  return (unit) => allocated[unit] ?? learned.get(unit) ?? null;
}
