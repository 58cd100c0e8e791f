import type { Digest } from '../../model/json.ts';
import type { ObservedProvider } from '../../model/observed.ts';
import type { Subnet } from './subnet.ts';
import { capacity, overlap, parseSubnet, sizeOf } from './subnet.ts';

/** Private addresses that home and office networks seldom use: 10.64.0.0/10. */
const SPACE: Subnet = { first: 10 * 2 ** 24 + 64 * 2 ** 16, prefix: 10 };

/** As many units as a /24 is asked to hold; larger environments get room for twice their units. */
const UNITS_IN_SMALLEST = 250;

export interface SubnetRequest {
  readonly environment: string;
  readonly units: number;
  readonly stored: string | null;
  readonly observed: ObservedProvider | undefined;
  readonly digest: Digest;
}

export type SubnetChoice =
  | { readonly kind: 'chosen'; readonly subnet: Subnet }
  /** Machines live in one that is too small. */
  | { readonly kind: 'outgrown'; readonly subnet: Subnet }
  | { readonly kind: 'exhausted' };

/**
 * The environment's subnet: the one it has while its network exists, the stored one while nobody else took it, else a
 * free one. Where the
 * search begins depends on the environment's name, so that two made at the same moment do not meet.
 */
export function chooseSubnet(request: SubnetRequest): SubnetChoice {
  const inUse = (request.observed?.host.subnetsInUse ?? []).flatMap((text) => parseSubnet(text) ?? []);
  const current = currentSubnet(request, inUse);
  if (current !== null && capacity(current.prefix) >= request.units) return { kind: 'chosen', subnet: current };
  const inhabited = (request.observed?.machines ?? []).length > 0;
  if (current !== null && inhabited) return { kind: 'outgrown', subnet: current };
  const subnet = freeSubnet(request, inUse);
  return subnet === null ? { kind: 'exhausted' } : { kind: 'chosen', subnet };
}

function currentSubnet({ stored, observed }: SubnetRequest, inUse: readonly Subnet[]): Subnet | null {
  const existing = observed?.network?.subnet ?? null;
  if (existing !== null) return parseSubnet(existing);
  const subnet = stored === null ? null : parseSubnet(stored);
  return subnet === null || inUse.some((other) => overlap(subnet, other)) ? null : subnet;
}

function freeSubnet({ environment, units, digest }: SubnetRequest, inUse: readonly Subnet[]): Subnet | null {
  const prefix = prefixFor(units);
  const count = 2 ** (prefix - SPACE.prefix);
  const start = Number.parseInt(digest(environment).slice(0, 8), 16) % count;
  for (let step = 0; step < count; step += 1) {
    const first = SPACE.first + ((start + step) % count) * sizeOf(prefix);
    if (!inUse.some((other) => overlap({ first, prefix }, other))) return { first, prefix };
  }
  return null;
}

function prefixFor(units: number): number {
  if (units <= UNITS_IN_SMALLEST) return 24;
  let prefix = 23;
  while (prefix > SPACE.prefix && capacity(prefix) < units * 2) prefix -= 1;
  return prefix;
}
