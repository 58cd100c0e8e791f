import type { Allocation } from '../../model/allocation.ts';
import type { Charm } from '../../model/charm.ts';
import type { Desired } from '../../model/desired.ts';
import type { Diagnostic } from '../../model/diagnostic.ts';
import type { Environment } from '../../model/environment.ts';
import type { Digest } from '../../model/json.ts';
import type { Observed } from '../../model/observed.ts';
import type { ProviderReader, ProviderTraits } from '../../model/provider.ts';
import type { Stored } from './records.ts';

/** The file a command works on. */
export interface EnvironmentSource {
  /** Absolute path. */
  readonly file: string;
  readonly text: string;
}

/** Charms that come with the program; loaded when named. Sorted by name. */
export type BuiltInCharms = readonly BuiltInCharm[];

export interface BuiltInCharm {
  readonly name: string;
  load(): Promise<Charm>;
}

/** Kinds of worlds; opened when named. `P` is the reading half for those who only look. */
export interface ProviderSource<P extends ProviderReader = ProviderReader> {
  /** The first is the default. */
  readonly kinds: readonly string[];
  open(kind: string): Promise<P>;
}

/** What reading needs of the outside, handed in by `cli/wire.ts` or the simulator. */
export interface ReadContext<P extends ProviderReader = ProviderReader> {
  readonly providers: ProviderSource<P>;
  readonly builtInCharms: BuiltInCharms;
  readonly digest: Digest;
  /** Digest of a directory's content (a resource); from images/. */
  readonly digestDirectory: (path: string) => Promise<string>;
  /** Where bundles of charms by path are kept: STATE/cache/charms; null = nowhere. */
  readonly charmCache: string | null;
  /** What `cantrip/kit` means in a charm by path: a module file. */
  readonly charmKit: string;
}

/** The file and everything it names, before the world was looked at. */
export interface Declared {
  /** Null when the file is too wrong to go on. */
  readonly environment: Environment | null;
  /** Application → charm. */
  readonly charms: ReadonlyMap<string, Charm>;
  /** `web/app` (application/resource) → digest of the directory. */
  readonly directories: ReadonlyMap<string, string>;
  readonly diagnostics: readonly Diagnostic[];
}

/** All that is known at one moment: what `plan`, `status` and every round of `reconcile` decide from. */
export interface Situation {
  readonly declared: Declared;
  /** Null before the first `up`. */
  readonly stored: Stored | null;
  readonly observed: Observed;
  readonly traits: ReadonlyMap<string, ProviderTraits>;
  /** Null when diagnostics made it meaningless. */
  readonly desired: Desired | null;
  /** What is to be stored before the first effect. */
  readonly allocation: Allocation;
  /** Of the file, its charms and the engine, in the order of the file. */
  readonly diagnostics: readonly Diagnostic[];
}
