import type { Status } from './charm.ts';
import type { UnitName } from './names.ts';
import type { MachineState } from './observed.ts';
import type { RetainedStorage } from './plan.ts';

/** What `status` tells, in Juju's columns, as data. Nothing in it is read from the store. */
export interface StatusReport {
  readonly environment: string;
  readonly file: string;
  /** Sorted by name. */
  readonly applications: readonly ApplicationStatus[];
  /** By application and number; units that are about to go stand at the end of their application's. */
  readonly units: readonly UnitStatus[];
  /** Sorted by id. */
  readonly relations: readonly RelationStatus[];
  readonly routes: readonly RouteStatus[];
  /** Storage no unit uses. */
  readonly retained: readonly RetainedStorage[];
}

export interface ApplicationStatus {
  readonly name: string;
  /** The worst of its units', with that unit's message. */
  readonly status: Status;
  /** Units that are active, and that should be. */
  readonly active: number;
  readonly scale: number;
  /** As written in the file; null when the file does not name it any more. */
  readonly charm: string | null;
  readonly provider: string;
  readonly exposed: boolean;
}

export interface UnitStatus {
  readonly name: UnitName;
  readonly application: string;
  readonly leader: boolean;
  readonly status: Status;
  readonly machine: MachineStatus | null;
  /** Sorted by name. */
  readonly ports: readonly { readonly name: string; readonly port: number }[];
}

export interface MachineStatus {
  readonly id: string;
  readonly provider: string;
  readonly state: MachineState;
  readonly address: string | null;
}

export interface RelationStatus {
  readonly id: string;
  /** `db:database`. */
  readonly provider: string;
  /** `web:database`. */
  readonly requirer: string;
  readonly interface: string;
}

export interface RouteStatus {
  /** `lb:http`. */
  readonly id: string;
  readonly application: string;
  readonly port: number;
  /** Null: every address of the host. */
  readonly address: string | null;
  /** Units it leads to at this moment. */
  readonly units: readonly UnitName[];
}
