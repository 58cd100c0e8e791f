/** What a path in the container is to hold; owner and group are names or numbers of the container, mode is octal. */
export type InitFile =
  | ({ readonly kind: 'file'; readonly content: string | Uint8Array } & InitFilePlace)
  | ({ readonly kind: 'directory' } & InitFilePlace);

interface InitFilePlace {
  readonly path: string;
  readonly mode: string;
  readonly owner: string;
  readonly group: string;
}

/** What a path holds. Nothing, or a link, is absent: neither is what a write would leave there. */
export interface InitFileSeen {
  readonly path: string;
  readonly kind: 'file' | 'directory' | 'absent';
  /** Octal, empty when absent; so are owner and group, which are numbers as text. */
  readonly mode: string;
  readonly owner: string;
  readonly group: string;
  /** Null unless it is a file. */
  readonly content: Buffer | null;
}

export interface InitCommand {
  readonly arguments: readonly string[];
  /** KEY=VALUE; PATH, HOME, USER and LANG have defaults. */
  readonly environment: readonly string[];
  readonly directory: string;
  /** Empty: root. */
  readonly user: string;
  /** Empty: the user's own. */
  readonly group: string;
  /** 0: none. */
  readonly timeoutMs: number;
  readonly input?: string | Uint8Array;
}

export interface InitOutcome {
  /** Wait status. */
  readonly status: number;
  /** Both streams, the last 64 KiB. */
  readonly output: Buffer;
  readonly timedOut: boolean;
}

export interface InitService {
  readonly name: string;
  /** The same digest asks for nothing new. */
  readonly digest: string;
  readonly arguments: readonly string[];
  readonly environment: readonly string[];
  readonly directory: string;
  readonly user: string;
  readonly group: string;
  /** Services that must be ready before it starts. */
  readonly after: readonly string[];
  /** Null: ready as soon as its program has been executed. */
  readonly check: InitCheck | null;
  /** SIGTERM and the like. */
  readonly stopSignal: string;
  readonly stopTimeoutMs: number;
  readonly restart: 'always' | 'on-failure' | 'never';
  readonly backoffMinMs: number;
  readonly backoffMaxMs: number;
  /** Size at which its log is rotated, and how many rotated files are kept. */
  readonly logBytes: number;
  readonly logFiles: number;
  /** Limit of descriptors; default: as the container has it. */
  readonly nofile?: number;
}

export type InitCheck = InitProbe &
  (
    | { readonly kind: 'tcp'; readonly port: number }
    /** A status of null is any 2xx or 3xx. */
    | {
        readonly kind: 'http';
        readonly port: number;
        readonly path: string;
        readonly expect: number | null;
        readonly host?: string;
      }
    | { readonly kind: 'exec'; readonly command: readonly string[]; readonly user: string }
  );

interface InitProbe {
  readonly intervalMs: number;
  readonly timeoutMs: number;
  /** In a row, after it was ready, to be unhealthy. */
  readonly failures: number;
}

export interface ServiceStatus {
  readonly name: string;
  readonly digest: string;
  /** `waiting`, `starting`, `ready`, `unhealthy`, `backoff`, `stopped`, `failed`. */
  readonly state: string;
  readonly pid: number | null;
  /** When it came into the state, milliseconds since the epoch. */
  readonly sinceMs: number;
  /** Not counting those asked for. */
  readonly restarts: number;
  /** Wait status; null before the first exit. */
  readonly lastExit: number | null;
  /** Why it is in the state; may be empty. */
  readonly message: string;
}

export interface HealthStatus {
  /** `starting`, `ready`, `unhealthy`. */
  readonly state: string;
  readonly sinceMs: number;
  readonly message: string;
}

export interface InitStatus {
  readonly services: readonly ServiceStatus[];
  /** Null without a check. */
  readonly health: HealthStatus | null;
}

export interface AwaitOutcome extends InitStatus {
  readonly result: 'ready' | 'failed' | 'deadline';
}
