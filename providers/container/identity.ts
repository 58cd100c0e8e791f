import { createHash } from 'node:crypto';
import type { UnitRef } from '../../model/provider.ts';

/**
 * Neutral id of a container, 16 hex characters. The generation (anything never used before) keeps a unit's new
 * container from meeting what the kernel has not cleared away of the old one.
 */
export function containerId(unit: UnitRef, generation: string): string {
  return hex(['container', unit.environment, unit.unit, generation], 16);
}

/**
 * Names that an environment has in the kernel. The state directory is part of them: two of those on one host never
 * meet.
 */
export interface NetworkIdentity {
  /** 8 hex characters that everything of the network is named by. */
  readonly key: string;
  readonly bridge: string;
  /** Of the nftables family `inet`. */
  readonly table: string;
}

export function networkIdentity(stateDirectory: string, environment: string): NetworkIdentity {
  const key = hex(['network', stateDirectory, environment], 8);
  return { key, bridge: `ct${key}`, table: `cantrip_${key}` };
}

/**
 * A locally administered hardware address that belongs to the IPv4 address: no table of them is needed, and none
 * flaps.
 */
export function hardwareAddress(address: string): string {
  const bytes = address.split('.').map((part) => Number(part).toString(16).padStart(2, '0'));
  return ['02', '63', ...bytes].join(':');
}

/** Short digest of a text, for names and comparisons. */
export function shortDigest(text: string): string {
  return hex([text], 16);
}

function hex(parts: readonly string[], length: number): string {
  return createHash('sha256').update(parts.join('\0')).digest('hex').slice(0, length);
}
