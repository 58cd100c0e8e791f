/** What a charm's `install` asks for. It is built once into a layer keyed by its content, without any unit. */
export interface InstallSpec {
  readonly packages: readonly string[];
  /** Put in place before the packages are installed; path → file. */
  readonly files: Readonly<Record<string, InstallFile>>;
  /** Shell commands, run as root in this order after the packages. */
  readonly commands: readonly string[];
}

export interface InstallFile {
  readonly content: string;
  /** Octal, e.g. `0755`. */
  readonly mode: string;
}

/** A directory the user hands in (an application, a site), laid over the installed image. */
export interface DirectorySpec {
  /** Name of the charm's resource. */
  readonly name: string;
  /** Absolute path on the host where `cantrip` runs. */
  readonly source: string;
  /** Absolute path in the unit. */
  readonly target: string;
  /** Digest of the content. */
  readonly digest: string;
  /** `npm`: production dependencies of its package.json are installed beside it. */
  readonly dependencies: 'npm' | null;
}

/** All that a machine starts from. */
export interface ImageSpec {
  /** Identity by content: digest over everything below but `DirectorySpec.source`. */
  readonly key: string;
  /** `debian/12`. */
  readonly base: string;
  readonly install: InstallSpec;
  readonly directories: readonly DirectorySpec[];
}
