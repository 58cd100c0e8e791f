import type { CharmMetadata, Intent, Status } from './charm.ts';
import type { Place } from './diagnostic.ts';
import type { ImageSpec } from './image.ts';
import type { UnitName } from './names.ts';

/** A storage volume. It outlives the unit's machine and, unless its removal is agreed to, the unit. */
export interface StorageSpec {
  /** `db/0/data`. */
  readonly id: string;
  readonly unit: UnitName;
  readonly name: string;
  /** Where it is mounted in the unit. */
  readonly path: string;
  readonly bytes: number | null;
}

export interface Limits {
  readonly cpuMillicores: number | null;
  readonly memoryBytes: number | null;
  readonly pids: number | null;
}

/** What a unit runs on, in words every kind of world understands. */
export interface MachineSpec {
  readonly environment: string;
  readonly unit: UnitName;
  readonly hostname: string;
  readonly image: ImageSpec;
  readonly limits: Limits;
  readonly storage: readonly StorageSpec[];
  /** From our own allocation; null where the provider tells it later. */
  readonly address: string | null;
}

/** The environment's own network on one provider. Null members where the provider makes addresses itself. */
export interface NetworkSpec {
  readonly environment: string;
  /** `10.87.12.0/24`. */
  readonly subnet: string | null;
}

/** Names that must resolve inside the environment: name → addresses, both sorted. */
export type NameTable = Readonly<Record<string, readonly string[]>>;

/** A port of the host and the units that get its traffic. */
export interface RouteSpec {
  readonly environment: string;
  /** `lb:http`. */
  readonly id: string;
  readonly application: string;
  readonly host: { readonly port: number; readonly address: string | null };
  readonly targets: readonly RouteTarget[];
}

export interface RouteTarget {
  readonly unit: UnitName;
  readonly address: string;
  readonly port: number;
}

export interface DesiredApplication {
  readonly name: string;
  readonly charm: CharmMetadata;
  /** As written in the file. */
  readonly charmReference: string;
  readonly provider: string;
  /** By number. */
  readonly units: readonly UnitName[];
  readonly place: Place;
  /** Where its parts stand, keyed as in `ApplicationPlaces.at`. */
  readonly places: Readonly<Record<string, Place>>;
}

export interface DesiredUnit {
  readonly name: UnitName;
  readonly application: string;
  readonly provider: string;
  readonly machine: MachineSpec;
  readonly intent: Intent;
  /** Ids of the secrets its intent uses. */
  readonly secrets: readonly string[];
  readonly leader: boolean;
}

export interface DesiredRelation {
  readonly id: string;
  readonly interface: string;
  readonly provider: { readonly application: string; readonly endpoint: string };
  readonly requirer: { readonly application: string; readonly endpoint: string };
  readonly place: Place;
}

/** What should exist. */
export interface Desired {
  readonly environment: string;
  readonly file: string;
  /** `down`: the applications are named, and no unit of them is to run. */
  readonly mode: 'up' | 'down';
  /** Sorted by name. */
  readonly applications: readonly DesiredApplication[];
  /** Sorted by unit. */
  readonly units: readonly DesiredUnit[];
  readonly relations: readonly DesiredRelation[];
  /** By provider kind. */
  readonly networks: Readonly<Record<string, NetworkSpec>>;
  readonly routes: readonly (RouteSpec & { readonly provider: string; readonly place: Place })[];
  /** Ids of secrets that must exist. Sorted. */
  readonly secrets: readonly string[];
}

export type { Status };
