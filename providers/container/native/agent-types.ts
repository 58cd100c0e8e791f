export interface AgentOptions {
  /** The run directory: one agent for each. */
  readonly runDirectory: string;
  /** Path of the program `cantrip-agent`. */
  readonly program: string;
}

export interface AgentHello {
  readonly version: number;
  readonly pid: number;
  /** What the host can do: name to `yes` or `no: reason`. */
  readonly features: ReadonlyMap<string, string>;
}

/** Zero means no limit; for `pids` it means the agent's default. */
export interface ContainerLimits {
  readonly cpuMillicores: number;
  readonly memoryBytes: number;
  readonly pids: number;
  /** 1 to 10000; 100 is usual. */
  readonly cpuWeight: number;
}

export interface ContainerMount {
  /** Absolute path on the host, a directory or a file. */
  readonly source: string;
  /** Absolute path in the container; made when missing. */
  readonly target: string;
  readonly readOnly: boolean;
  /** Leave it out when the source does not exist. */
  readonly optional: boolean;
}

export interface ContainerNetwork {
  readonly bridge: string;
  /** With prefix length: `10.1.2.3/24`. */
  readonly address: string;
  readonly gateway: string;
  readonly mac: string;
}

export interface ContainerConfig {
  /** 16 hexadecimal characters. */
  readonly id: string;
  readonly hostname: string;
  /** Absolute paths, lowest first. */
  readonly layers: readonly string[];
  /** What the container writes goes here. Made when missing. */
  readonly upper: string;
  /** On the same file system as `upper`, for the kernel's own use. Made when missing. */
  readonly work: string;
  readonly mounts: readonly ContainerMount[];
  /** Null: loopback only. */
  readonly network: ContainerNetwork | null;
  readonly limits: ContainerLimits;
  /** Path of the program `cantrip-init`. */
  readonly init: string;
  /** Directory of the host that the container sees as /var/log/cantrip. */
  readonly logs: string;
  /** Whether packages are unpacked inside: two capabilities more. */
  readonly builder: boolean;
}

export interface StartTiming {
  readonly stage: string;
  readonly nanoseconds: number;
}

export interface Started {
  readonly pid: number;
  /** It ran before; nothing was done. */
  readonly already: boolean;
  readonly timings: readonly StartTiming[];
  readonly warnings: readonly string[];
}

export interface ContainerState {
  readonly id: string;
  readonly state: 'running' | 'exited';
  /** 0 when it was never known. */
  readonly pid: number;
  /** As from wait(2); null while it runs and when nobody can know it. */
  readonly status: number | null;
  readonly startedMs: number;
  readonly oomKills: number;
}

export type PortProtocol = 'tcp' | 'udp';

export interface HeldPort {
  readonly owner: string;
  readonly address: string;
  readonly port: number;
  readonly protocol: PortProtocol;
}

export interface RemoveOptions {
  /** Time between SIGTERM and SIGKILL; 0 kills at once. */
  readonly graceMs: number;
  /** Absolute paths of the host to move into `.trash` beside them and delete in the background. */
  readonly trash: readonly string[];
}

export interface BridgeConfig {
  readonly name: string;
  /** With prefix length. */
  readonly address: string;
  readonly mac: string;
}
