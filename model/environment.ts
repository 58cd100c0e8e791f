import type { Place } from './diagnostic.ts';
import type { JsonObject } from './json.ts';

/** An environment file after parsing: names and shapes are checked, charms are not yet known. */
export interface Environment {
  readonly name: string;
  /** The file the environment's name stands in. */
  readonly file: string;
  readonly defaults: Defaults;
  /** Sorted by name. */
  readonly applications: readonly ApplicationSpec[];
  /** In the order of the file. */
  readonly relations: readonly RelationSpec[];
}

export interface Defaults {
  readonly provider: string;
  /** Null: the charm's own base. */
  readonly image: string | null;
}

export interface ApplicationSpec {
  readonly name: string;
  /** As written: a built-in name or a path; a path is relative to the file it stands in. */
  readonly charm: string;
  readonly units: number;
  readonly provider: string;
  readonly image: string | null;
  readonly options: JsonObject;
  readonly constraints: Constraints;
  readonly storage: Readonly<Record<string, StorageRequest>>;
  /** Resource name → absolute path. */
  readonly resources: Readonly<Record<string, string>>;
  /** Port name → where it is published on the host. */
  readonly expose: Readonly<Record<string, ExposeSpec>>;
  readonly places: ApplicationPlaces;
}

export interface Constraints {
  readonly cpuMillicores: number | null;
  readonly memoryBytes: number | null;
  readonly pids: number | null;
}

export interface StorageRequest {
  readonly bytes: number | null;
}

export interface ExposeSpec {
  readonly port: number;
  /** Null: every address of the host, 127.0.0.1 too. */
  readonly address: string | null;
}

/**
 * Where things of an application stand in the file. `at` is keyed by a dotted path below the application, e.g.
 * `options.balance`.
 */
export interface ApplicationPlaces {
  readonly self: Place;
  readonly at: Readonly<Record<string, Place>>;
}

/** One end as written: `web` or `web:database`. */
export interface RelationEnd {
  readonly application: string;
  readonly endpoint: string | null;
  readonly place: Place;
}

export interface RelationSpec {
  readonly ends: readonly [RelationEnd, RelationEnd];
  readonly place: Place;
}
