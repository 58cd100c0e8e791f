import type { Diagnostic } from './diagnostic.ts';
import type { InstallSpec } from './image.ts';
import type { JsonObject } from './json.ts';

/** Juju's words with Juju's meaning. A charm says the first four; the others are found out by the engine. */
export type StatusKind = 'active' | 'waiting' | 'blocked' | 'maintenance' | 'error' | 'terminated' | 'unknown';

export interface Status {
  readonly kind: StatusKind;
  readonly message: string;
}

export type Role = 'provides' | 'requires' | 'peers';

/** A named end of a relation on a charm. */
export interface EndpointSpec {
  readonly name: string;
  readonly role: Role;
  /** Name of the interface, e.g. `http`. */
  readonly interface: string;
  /** More relations than this on one application are refused; null = any number. */
  readonly limit: number | null;
  /** A relation that must exist before the charm can be active; only for requires. */
  readonly optional: boolean;
}

export interface StorageDeclaration {
  readonly name: string;
  /** Absolute path where it is mounted in the unit. */
  readonly path: string;
  readonly summary: string;
}

export interface ResourceDeclaration {
  readonly name: string;
  readonly kind: 'directory';
  readonly target: string;
  readonly summary: string;
  readonly optional: boolean;
  readonly dependencies: 'npm' | null;
}

/** The data half of a charm, as plain JSON. */
export interface CharmMetadata {
  readonly name: string;
  readonly summary: string;
  readonly description: string;
  readonly endpoints: readonly EndpointSpec[];
  /** JSON Schema (draft 2020-12) of the options, an object schema. */
  readonly options: JsonObject;
  readonly storage: readonly StorageDeclaration[];
  readonly resources: readonly ResourceDeclaration[];
  /** Names of the ports that `expose` may name, e.g. `['http']`. */
  readonly ports: readonly string[];
  /** Base image the charm was made for; the environment may say another. */
  readonly base: string;
}

/** A wrong option: path inside the options, e.g. `['balance']`. */
export interface OptionFault {
  readonly path: readonly (string | number)[];
  readonly message: string;
  /** Names that would have been accepted there, for "did you mean". */
  readonly expected: readonly string[];
}

export type OptionsResult =
  | { readonly kind: 'valid'; readonly options: JsonObject }
  | { readonly kind: 'invalid'; readonly faults: readonly OptionFault[] };

/** What a unit knows of another unit at the far end of a relation. */
export interface RemoteUnit {
  readonly name: string;
  readonly hostname: string;
  /** Null while only the world knows it. */
  readonly address: string | null;
  /** What that unit published on the relation; null before it published anything. */
  readonly data: JsonObject | null;
}

export interface RelationView {
  /** Stable while the relation exists: `db:database web:database` (provider's end first). */
  readonly id: string;
  readonly endpoint: string;
  readonly interface: string;
  /** The other application. */
  readonly application: string;
  readonly remoteEndpoint: string;
  /** What the other application published as a whole; null before it published anything. */
  readonly data: JsonObject | null;
  readonly units: readonly RemoteUnit[];
}

/** All that a charm's function may look at. */
export interface View {
  readonly environment: string;
  readonly unit: { readonly name: string; readonly number: number; readonly hostname: string };
  readonly application: { readonly name: string; readonly units: readonly string[] };
  /** Decided by the engine and stable: the unit with the lowest number. */
  readonly leader: boolean;
  readonly address: string | null;
  /** Checked, with defaults filled in. */
  readonly options: JsonObject;
  /** By endpoint; every endpoint of the charm has an entry. Sorted by id. */
  readonly relations: Readonly<Record<string, readonly RelationView[]>>;
  readonly storage: Readonly<Record<string, { readonly path: string; readonly bytes: number | null }>>;
  readonly resources: Readonly<Record<string, { readonly path: string; readonly digest: string }>>;
  /** Limits of the machine, null when unlimited: for charms that size caches and pools. */
  readonly constraints: { readonly memoryBytes: number | null; readonly cpuMillicores: number | null };
}

export interface FileIntent {
  /** May hold secret tokens (see secret.ts), which become values only inside the unit. */
  readonly content: string;
  /** Octal, e.g. `0644`. */
  readonly mode: string;
  readonly owner: string;
  readonly group: string;
}

export interface DirectoryIntent {
  readonly mode: string;
  readonly owner: string;
  readonly group: string;
}

export type Check =
  | { readonly kind: 'tcp'; readonly port: number }
  | { readonly kind: 'http'; readonly port: number; readonly path: string; readonly expect: number | null }
  | { readonly kind: 'exec'; readonly command: readonly string[]; readonly user: string };

export interface Probe {
  readonly check: Check;
  readonly intervalMs: number;
  readonly timeoutMs: number;
  /** Failures in a row that make a ready service unhealthy. */
  readonly failures: number;
}

/** How a running service takes over changed files. */
export type Reload =
  | { readonly kind: 'signal'; readonly signal: string }
  | { readonly kind: 'command'; readonly command: readonly string[] };

export interface ServiceIntent {
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly directory: string;
  readonly user: string;
  readonly group: string;
  /** Services of the same unit that must be ready before. */
  readonly after: readonly string[];
  /** Null: ready as soon as it runs. */
  readonly ready: Probe | null;
  readonly stopSignal: string;
  readonly stopTimeoutMs: number;
  readonly restart: 'always' | 'on-failure' | 'never';
  readonly reload: Reload | null;
  /** Paths of the intent's files whose change restarts the service. */
  readonly restartOn: readonly string[];
  /** Paths whose change reloads it (restarts it when it cannot reload). */
  readonly reloadOn: readonly string[];
}

/** Run once for each value of `key`; must be safe to run again. */
export interface CommandIntent {
  readonly name: string;
  readonly key: string;
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly directory: string;
  readonly user: string;
  readonly group: string;
  readonly timeoutMs: number;
  /** `before` the unit's services are started, or `after` the services named in `requires` are ready. */
  readonly when: 'before' | 'after';
  readonly requires: readonly string[];
}

/** Data for the other ends of an endpoint's relations (one relation when `relation` is given). */
export interface Publication {
  readonly endpoint: string;
  readonly relation: string | null;
  /** `application` counts only from the leader. */
  readonly scope: 'unit' | 'application';
  readonly data: JsonObject;
}

/** All that a charm's function may ask for. */
export interface Intent {
  readonly status: Status;
  readonly files: Readonly<Record<string, FileIntent>>;
  readonly directories: Readonly<Record<string, DirectoryIntent>>;
  readonly services: Readonly<Record<string, ServiceIntent>>;
  /** In order. */
  readonly commands: readonly CommandIntent[];
  readonly publish: readonly Publication[];
  readonly ports: Readonly<Record<string, number>>;
  /** The unit takes part only when it passes; null: when its services are ready. */
  readonly health: Probe | null;
}

/** A charm that broke its contract: which part, and a sentence. Names the field in `path`. */
export interface CharmFault {
  readonly part: 'function' | 'intent' | 'publish' | 'relation';
  readonly path: string;
  readonly message: string;
  /**
   * Where it was thrown, in the charm's bundle; the loader of charms by path turns it into a place of the charm's own
   * file.
   */
  readonly stack?: string;
}

export type Evaluation =
  | { readonly kind: 'intent'; readonly intent: Intent }
  | { readonly kind: 'fault'; readonly fault: CharmFault };

/**
 * A charm as the engine holds it. Everything that crosses is plain JSON, both ways, so that a stranger's charm can live
 * in a compartment.
 * All three functions are pure.
 */
export interface Charm {
  readonly metadata: CharmMetadata;
  checkOptions(options: JsonObject): OptionsResult;
  /** The install recipe may depend on options (a version, extra packages), never on units. */
  install(options: JsonObject): InstallSpec;
  evaluate(view: View): Evaluation;
}

/** Finds charms; the shell's part of it (reading, bundling) happened before. `reference` is as written in the file. */
export interface CharmSource {
  load(reference: string): Promise<{ readonly charm: Charm | null; readonly diagnostics: readonly Diagnostic[] }>;
  /** Built-in names, sorted, for "did you mean". */
  readonly builtIn: readonly string[];
}
