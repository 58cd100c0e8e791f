import type { CommandIntent } from '../../model/charm.ts';
import type { DesiredUnit } from '../../model/desired.ts';
import type { ObservedMachine } from '../../model/observed.ts';
import type { FilesDiff } from './diff-files.ts';
import { diffFiles, touchesFiles } from './diff-files.ts';
import type { ServicesDiff } from './diff-services.ts';
import { diffServices } from './diff-services.ts';
import type { Versions } from './digests.ts';
import { wantedOf } from './wanted.ts';

/** What differs inside a unit between its intent and its machine (null: a new one). */
export interface UnitDiff {
  readonly files: FilesDiff;
  readonly services: ServicesDiff;
  /** In the intent's order. */
  readonly commands: readonly { readonly command: CommandIntent; readonly digest: string }[];
  /** Digest of the probe to give; null: it has the right one. */
  readonly health: string | null;
  readonly changes: boolean;
}

export function diffUnit(unit: DesiredUnit, machine: ObservedMachine | null, versions: Versions): UnitDiff {
  const wanted = wantedOf(unit, versions);
  const files = diffFiles(unit.intent, wanted.files, machine);
  const services = diffServices(unit.intent, wanted.services, machine, files);
  const commands = wanted.commands.filter(({ command, digest }) => machine?.commands[command.name] !== digest);
  const health = wanted.health === (machine?.health.digest ?? '') ? null : wanted.health;
  const changes =
    touchesFiles(files) ||
    services.actions.length > 0 ||
    services.removed.length > 0 ||
    commands.length > 0 ||
    health !== null;
  return { files, services, commands, health, changes };
}
