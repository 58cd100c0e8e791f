import type { CommandIntent, DirectoryIntent, Probe, Reload, ServiceIntent } from './charm.ts';
import type { Limits, MachineSpec, NameTable, NetworkSpec, RouteSpec, StorageSpec } from './desired.ts';
import type { ImageSpec } from './image.ts';
import type { UnitName } from './names.ts';
import type { ObservedFile, ObservedProvider } from './observed.ts';

/** What a kind of world can do. The engine decides by these, never by a provider's name. */
export interface ProviderTraits {
  /** `allocated`: we give addresses, known at plan time; `learned`: the world tells them after creation. */
  readonly addresses: 'allocated' | 'learned';
  /** Whether ports of the host can be given to units; without it a unit is reached at its own address. */
  readonly routes: boolean;
  readonly storage: boolean;
  /** Limits can change on a running machine; otherwise it is replaced. */
  readonly resize: boolean;
  /** How long a machine may take from creation to running, milliseconds; deadlines are built from it. */
  readonly createTimeoutMs: number;
}

/** The reading half: all that `plan`, `status` and `logs` can reach. */
export interface ProviderReader {
  readonly kind: string;
  readonly traits: ProviderTraits;
  /** Everything labelled with the environment, and the shared parts of the host. Changes nothing. */
  observe(environment: string): Promise<ObservedProvider>;
  /** Names of all environments that have something here, sorted. */
  environments(): Promise<readonly string[]>;
  /** Log lines of a unit's services, oldest first; `follow` goes on until the signal. */
  logs(unit: UnitRef, options: LogOptions): AsyncIterable<LogLine>;
}

/**
 * The doing half. Every `ensure` looks before it acts and succeeds when it is so already; every `remove` succeeds when
 * it is gone already.
 * Failures are `ProviderError`s. A call that was cut off (crash, lost answer) may have happened: calling again is
 * always right.
 */
export interface Provider extends ProviderReader {
  ensureNetwork(network: NetworkSpec): Promise<void>;
  removeNetwork(environment: string): Promise<void>;
  ensureNames(environment: string, names: NameTable): Promise<void>;
  ensureImage(image: ImageSpec, onProgress: (line: string) => void): Promise<void>;
  ensureStorage(environment: string, storage: StorageSpec): Promise<void>;
  removeStorage(environment: string, storageId: string): Promise<void>;
  /** Created and started, or started when it exists and does not run. */
  ensureMachine(machine: MachineSpec): Promise<void>;
  resizeMachine(unit: UnitRef, limits: Limits): Promise<void>;
  removeMachine(unit: UnitRef, graceMs: number): Promise<void>;
  writeFiles(unit: UnitRef, change: FilesChange): Promise<void>;
  /**
   * Runs to its end; a status other than 0 is a ProviderError that holds the output's tail. `digest` is recorded when
   * it succeeded.
   */
  runCommand(unit: UnitRef, command: CommandIntent, request: CommandRequest): Promise<void>;
  ensureService(unit: UnitRef, service: ServiceRequest): Promise<void>;
  /** `configuration` is recorded when it succeeded, as in `ServiceRequest`. */
  restartService(unit: UnitRef, name: string, configuration: string): Promise<void>;
  reloadService(unit: UnitRef, name: string, request: ReloadRequest): Promise<void>;
  removeServices(unit: UnitRef, names: readonly string[]): Promise<void>;
  ensureHealth(unit: UnitRef, probe: Probe | null, digest: string): Promise<void>;
  /**
   * Resolves when ready; a ProviderError tells what was probed, the last result and the last log lines when not by the
   * deadline.
   */
  awaitUnit(unit: UnitRef, services: readonly string[], timeoutMs: number): Promise<void>;
  /** One atomic transaction: connections under way finish where they began. */
  ensureRoute(route: RouteSpec): Promise<void>;
  removeRoute(route: RouteSpec): Promise<void>;
  /** Attaches the caller's terminal or pipes; resolves with the exit status. */
  exec(unit: UnitRef, request: ExecRequest): Promise<number>;
}

export interface UnitRef {
  readonly environment: string;
  readonly unit: UnitName;
}

/**
 * Values of the secrets that tokens in the request refer to, by id. Only providers see them, only on their way into a
 * unit.
 */
export type SecretValues = ReadonlyMap<string, string>;

export interface FilesChange {
  /** Path → file as it is to be recorded; content still holds tokens. */
  readonly files: Readonly<Record<string, ObservedFile>>;
  readonly directories: Readonly<Record<string, DirectoryIntent>>;
  readonly removed: readonly string[];
  readonly secrets: SecretValues;
}

export interface CommandRequest {
  readonly digest: string;
  readonly secrets: SecretValues;
}

export interface ServiceRequest {
  readonly name: string;
  readonly service: ServiceIntent;
  readonly digest: string;
  /**
   * Opaque; recorded beside the service when the call succeeded and observed again (`ObservedService.configuration`).
   */
  readonly configuration: string;
  readonly secrets: SecretValues;
}

export interface ReloadRequest {
  /** Recorded when it succeeded, as in `ServiceRequest`. */
  readonly configuration: string;
  readonly reload: Reload;
  readonly user: string;
  readonly group: string;
}

export interface ExecRequest {
  readonly command: readonly string[];
  readonly tty: boolean;
  readonly user: string | null;
  readonly directory: string | null;
  readonly environment: Readonly<Record<string, string>>;
}

export interface LogOptions {
  readonly services: readonly string[];
  /** Last lines to begin with; null = all that is kept. */
  readonly tail: number | null;
  readonly follow: boolean;
  readonly signal: AbortSignal;
}

/** Not the DOM's: pure folders have no such type, and the provider needs only this. */
export interface AbortSignal {
  readonly aborted: boolean;
  addEventListener(type: 'abort', listener: () => void): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}

export interface LogLine {
  readonly unit: UnitName;
  readonly service: string;
  readonly timeMs: number;
  readonly stream: 'output' | 'error' | 'supervisor';
  readonly text: string;
}

/** What the world did. `stale`: a precondition no longer holds, plan again. */
export class ProviderError extends Error {
  readonly action: string;
  readonly target: string;
  readonly retryable: boolean;
  /** More for people: output's tail, last log lines. */
  readonly detail: readonly string[];
  readonly hint: string | null;

  constructor(fault: ProviderFault) {
    super(`${fault.action} ${fault.target}: ${fault.message}`);
    this.name = 'ProviderError';
    this.action = fault.action;
    this.target = fault.target;
    this.retryable = fault.retryable ?? false;
    this.detail = fault.detail ?? [];
    this.hint = fault.hint ?? null;
  }
}

export interface ProviderFault {
  readonly action: string;
  readonly target: string;
  readonly message: string;
  readonly retryable?: boolean;
  readonly detail?: readonly string[];
  readonly hint?: string | null;
}
