/** One run in a container made for it: layers below, an upper that becomes the layer, commands as root. */
export interface BuilderJob {
  /**
   * 16 hex characters, the same for every try at the same layer: what an earlier, killed try left under it is to be
   * removed first.
   */
  readonly id: string;
  /** Lowest first. */
  readonly layers: readonly string[];
  /** Both exist, are empty and lie on one file system. */
  readonly upper: string;
  readonly work: string;
  readonly mounts: readonly BuilderMount[];
  readonly environment: Readonly<Record<string, string>>;
  /** Whether the commands may reach the network; without it there is only the loopback device. */
  readonly network: boolean;
  /** Argument vectors, run in order in `/`; the first that fails ends the job. */
  readonly commands: readonly (readonly string[])[];
  /** Each line that a command prints. */
  readonly onOutput: (line: string) => void;
}

export interface BuilderMount {
  /** File or directory of the host. */
  readonly source: string;
  /** Where it is seen; missing mount points are made. */
  readonly target: string;
  readonly readOnly: boolean;
}

/**
 * Resolves when all commands ended with 0 and nothing of the container runs any more; else rejects, the container
 * being gone too.
 */
export type Builder = (job: BuilderJob) => Promise<void>;
