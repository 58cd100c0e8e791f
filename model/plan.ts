import type { CommandIntent, DirectoryIntent, Probe, ServiceIntent } from './charm.ts';
import type { Limits, MachineSpec, NameTable, NetworkSpec, RouteSpec, StorageSpec } from './desired.ts';
import type { Place } from './diagnostic.ts';
import type { ImageSpec } from './image.ts';
import type { UnitName } from './names.ts';
import type { ObservedFile } from './observed.ts';

/** Why an operation is in the plan, back to the line of the file. */
export interface Cause {
  readonly text: string;
  readonly place: Place | null;
}

/**
 * Re-checked by the doer right before the call; when it does not hold, the operation fails softly and the loop plans
 * again.
 */
export type Precondition =
  | { readonly kind: 'machine-absent'; readonly unit: UnitName }
  | { readonly kind: 'machine-present'; readonly unit: UnitName; readonly id: string | null }
  | { readonly kind: 'image-present'; readonly key: string }
  | { readonly kind: 'storage-present'; readonly id: string }
  | { readonly kind: 'storage-unused'; readonly id: string }
  | { readonly kind: 'units-ready'; readonly units: readonly UnitName[]; readonly atLeast: number };

export interface FileWrite {
  readonly path: string;
  /** What was there before; null for a new file. */
  readonly before: ObservedFile | null;
  readonly after: ObservedFile;
}

/** What is done to one unit's service. */
export type ServiceAction =
  | {
      readonly kind: 'start' | 'update';
      readonly service: ServiceIntent;
      readonly digest: string;
      readonly configuration: string;
    }
  | { readonly kind: 'restart'; readonly configuration: string; readonly because: readonly string[] }
  | {
      readonly kind: 'reload';
      readonly service: ServiceIntent;
      readonly configuration: string;
      readonly because: readonly string[];
    };

/** One provider call. */
export type Action =
  | { readonly kind: 'network.ensure'; readonly network: NetworkSpec }
  | { readonly kind: 'network.remove'; readonly environment: string }
  | {
      readonly kind: 'names.ensure';
      readonly names: NameTable;
      /** Names that get an address they did not have. */
      readonly added: readonly string[];
      /** Names that lose an address, perhaps the last. */
      readonly removed: readonly string[];
    }
  | { readonly kind: 'image.ensure'; readonly image: ImageSpec; readonly applications: readonly string[] }
  | { readonly kind: 'storage.ensure'; readonly storage: StorageSpec }
  | { readonly kind: 'storage.remove'; readonly storage: StorageSpec }
  | { readonly kind: 'machine.create'; readonly machine: MachineSpec }
  /** It exists and does not run (the host was restarted, its init was killed). */
  | { readonly kind: 'machine.start'; readonly machine: MachineSpec }
  | { readonly kind: 'machine.resize'; readonly unit: UnitName; readonly before: Limits; readonly after: Limits }
  | { readonly kind: 'machine.remove'; readonly unit: UnitName; readonly id: string; readonly graceMs: number }
  | {
      readonly kind: 'files.write';
      readonly unit: UnitName;
      readonly files: readonly FileWrite[];
      readonly directories: Readonly<Record<string, DirectoryIntent>>;
      readonly removed: Readonly<Record<string, ObservedFile>>;
    }
  | { readonly kind: 'command.run'; readonly unit: UnitName; readonly command: CommandIntent; readonly digest: string }
  | { readonly kind: 'service.ensure'; readonly unit: UnitName; readonly name: string; readonly action: ServiceAction }
  | { readonly kind: 'service.remove'; readonly unit: UnitName; readonly names: readonly string[] }
  | { readonly kind: 'health.ensure'; readonly unit: UnitName; readonly probe: Probe | null; readonly digest: string }
  /** Waits until services are ready and health passes; `services` empty = all. Changes nothing. */
  | {
      readonly kind: 'unit.await';
      readonly unit: UnitName;
      readonly services: readonly string[];
      readonly timeoutMs: number;
    }
  | { readonly kind: 'route.ensure'; readonly route: RouteSpec; readonly before: RouteSpec | null }
  | { readonly kind: 'route.remove'; readonly route: RouteSpec };

export type ActionKind = Action['kind'];

export interface Operation {
  /** Unique in the plan and equal for equal work, e.g. `files.write web/0`, `service.ensure db/0 postgresql`. */
  readonly id: string;
  readonly provider: string;
  readonly action: Action;
  readonly cause: Cause;
  /** Ids of operations that must have succeeded before. */
  readonly dependsOn: readonly string[];
  readonly expects: readonly Precondition[];
}

/** Ordered data: every operation stands after those it depends on. */
export interface Plan {
  readonly environment: string;
  readonly operations: readonly Operation[];
  /** Secret ids to generate before the first operation. */
  readonly secretsToGenerate: readonly string[];
  /** Why some of what is desired is not in the plan yet (`web/0 waits for the address of db/0`). */
  readonly waiting: readonly { readonly target: string; readonly message: string }[];
  /** Storage that nobody uses any more and whose removal nobody agreed to. */
  readonly retained: readonly RetainedStorage[];
}

export interface RetainedStorage {
  readonly provider: string;
  readonly storage: StorageSpec;
}

/** Nothing to do: what is desired is there. */
export function isEmptyPlan(plan: Plan): boolean {
  return plan.operations.length === 0 && plan.secretsToGenerate.length === 0;
}
