import type { CommandIntent, Intent } from '../../model/charm.ts';
import type { DesiredUnit } from '../../model/desired.ts';
import type { ObservedFile } from '../../model/observed.ts';
import { sortedEntries } from '../../model/order.ts';
import type { Versions } from './digests.ts';
import { configurationDigest, probeDigest, programDigest, secretsUsed } from './digests.ts';

/** A unit's intent in the terms in which its machine is observed. */
export interface WantedUnit {
  /** Sorted by path. */
  readonly files: ReadonlyMap<string, ObservedFile>;
  /** Sorted by name. */
  readonly services: ReadonlyMap<string, WantedService>;
  /** In the intent's order. */
  readonly commands: readonly { readonly command: CommandIntent; readonly digest: string }[];
  /** Digest of the health check; empty without one. */
  readonly health: string;
}

export interface WantedService {
  readonly digest: string;
  readonly configuration: string;
}

/** Digests are most of a plan's work, and the same for every plan towards the same desired. */
const known = new WeakMap<DesiredUnit, Known>();

interface Known {
  /** Of the secrets the unit uses. */
  readonly secrets: string;
  readonly wanted: WantedUnit;
}

export function wantedOf(unit: DesiredUnit, versions: Versions): WantedUnit {
  const secrets = unit.secrets.map((id) => versions.secretVersions.get(id) ?? '').join(' ');
  const before = known.get(unit);
  if (before?.secrets === secrets) return before.wanted;
  const wanted = describe(unit.intent, versions);
  known.set(unit, { secrets, wanted });
  return wanted;
}

function describe(intent: Intent, versions: Versions): WantedUnit {
  const files = new Map<string, ObservedFile>();
  for (const [path, { content, mode, owner, group }] of sortedEntries(intent.files)) {
    files.set(path, { content, mode, owner, group, secrets: secretsUsed([content], versions) });
  }
  const services = new Map<string, WantedService>();
  for (const [name, service] of sortedEntries(intent.services)) {
    const configuration = configurationDigest(service, files, versions);
    services.set(name, { digest: programDigest(service, versions), configuration });
  }
  const commands = intent.commands.map((command) => ({ command, digest: programDigest(command, versions) }));
  return { files, services, commands, health: probeDigest(intent.health, versions) };
}
