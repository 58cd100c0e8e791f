import type { MachineSpec, NameTable, NetworkSpec, RouteSpec, StorageSpec } from './desired.ts';
import type { UnitName } from './names.ts';

/** What a provider saw. All of it is read from labels and the world itself, never from the store. */
export interface Observed {
  /** By provider kind. */
  readonly providers: Readonly<Record<string, ObservedProvider>>;
}

export interface ObservedProvider {
  readonly network: NetworkSpec | null;
  readonly names: NameTable;
  /** Keys of images that are ready to start from. */
  readonly images: readonly string[];
  /** Sorted by unit. */
  readonly machines: readonly ObservedMachine[];
  /** Sorted by id. */
  readonly storage: readonly StorageSpec[];
  readonly routes: readonly RouteSpec[];
  readonly host: ObservedHost;
}

/** The parts of the host that others use too. */
export interface ObservedHost {
  /** Listening TCP ports that are not this environment's, with who has them: `nginx (pid 812)`, `environment blog`. */
  readonly portsInUse: readonly { readonly port: number; readonly address: string | null; readonly holder: string }[];
  /** Networks in use that are not this environment's, as CIDR. */
  readonly subnetsInUse: readonly string[];
}

export type MachineState = 'creating' | 'running' | 'stopped' | 'broken';

export interface ObservedMachine {
  readonly unit: UnitName;
  /** The provider's own identity: a container id, an instance id. */
  readonly id: string;
  readonly state: MachineState;
  /** Why it is broken or stopped, for people; empty otherwise. */
  readonly message: string;
  /** What it was made from (its label). */
  readonly spec: MachineSpec;
  readonly address: string | null;
  readonly files: Readonly<Record<string, ObservedFile>>;
  readonly directories: Readonly<
    Record<string, { readonly mode: string; readonly owner: string; readonly group: string }>
  >;
  /** Command name → digest of the key and command it last ran for. */
  readonly commands: Readonly<Record<string, string>>;
  readonly services: Readonly<Record<string, ObservedService>>;
  readonly health: ObservedHealth;
}

/** A file as it was last written, tokens and all. */
export interface ObservedFile {
  readonly content: string;
  readonly mode: string;
  readonly owner: string;
  readonly group: string;
  /** Version of each secret that was put in: id → version. */
  readonly secrets: Readonly<Record<string, string>>;
}

export type ServiceState = 'waiting' | 'starting' | 'ready' | 'unhealthy' | 'backoff' | 'stopped' | 'failed';

export interface ObservedService {
  /** Digest of the definition it was given, secrets' versions included. */
  readonly digest: string;
  /**
   * `configuration` of the last service request, restart or reload that succeeded: tells which content of the files it
   * watches the service
   * has taken over. So a reload that a crash prevented is still seen as missing. Empty when unknown.
   */
  readonly configuration: string;
  readonly state: ServiceState;
  readonly restarts: number;
  /** Why it is not ready, as the supervisor saw it; empty when it is. */
  readonly message: string;
  /** When it entered the state, milliseconds since the epoch; null when unknown. */
  readonly sinceMs: number | null;
}

export interface ObservedHealth {
  /** Digest of the probe it was given; empty without one. */
  readonly digest: string;
  readonly state: 'none' | 'starting' | 'passing' | 'failing';
  readonly message: string;
}
