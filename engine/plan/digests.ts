import type { CommandIntent, Probe, ServiceIntent } from '../../model/charm.ts';
import type { Digest, JsonObject } from '../../model/json.ts';
import { canonicalJson } from '../../model/json.ts';
import type { ObservedFile } from '../../model/observed.ts';
import { secretsIn } from '../../model/secret.ts';

/** Version of a secret that is not generated yet. */
const NEW_SECRET = 'new';

/** What content digests are made with. */
export interface Versions {
  readonly digest: Digest;
  /** Secret id → version. */
  readonly secretVersions: ReadonlyMap<string, string>;
}

/** The versions of the secrets that texts use. */
export function secretsUsed(texts: readonly string[], { secretVersions }: Versions): Readonly<Record<string, string>> {
  const ids = texts.flatMap(secretsIn);
  if (ids.length === 0) return NONE;
  return Object.fromEntries(ids.map((id) => [id, secretVersions.get(id) ?? NEW_SECRET]));
}

const NONE: Readonly<Record<string, string>> = Object.freeze({});

/** Identity of a service's definition or of one run of a command, the secrets' versions included. */
export function programDigest(program: ServiceIntent | CommandIntent, versions: Versions): string {
  // A command's key may name secrets that reach it through a file: a changed one runs it again.
  const key = 'key' in program ? [program.key] : [];
  const secrets = secretsUsed([...program.command, ...Object.values(program.environment), ...key], versions);
  return versions.digest(canonicalJson({ program, secrets } as unknown as JsonObject));
}

export function probeDigest(probe: Probe | null, { digest }: Versions): string {
  return probe === null ? '' : digest(canonicalJson(probe as unknown as JsonObject));
}

/**
 * Which content of the files it watches a service is to take over: one part that restarts it, one that reloads it.
 * Empty: it watches none.
 */
export function configurationDigest(
  service: ServiceIntent,
  files: ReadonlyMap<string, ObservedFile>,
  { digest }: Versions,
): string {
  const { restarts, reloads } = watchedPaths(service);
  if (restarts.length === 0 && reloads.length === 0) return '';
  const part = (paths: readonly string[]): string => {
    const watched = paths.map((path) => [path, files.get(path) ?? null]);
    return paths.length === 0 ? '' : digest(canonicalJson(watched as unknown as JsonObject));
  };
  return `${part(restarts)}:${part(reloads)}`;
}

/** What kind of taking over is missing between two configurations. */
export function configurationChange(before: string, after: string): 'none' | 'restart' | 'reload' {
  if (before === after) return 'none';
  const [restartBefore] = before.split(':');
  const [restartAfter] = after.split(':');
  return restartBefore === restartAfter && before !== '' ? 'reload' : 'restart';
}

/** A service that cannot reload is restarted for the same files. */
export function watchedPaths({ restartOn, reloadOn, reload }: ServiceIntent): {
  readonly restarts: readonly string[];
  readonly reloads: readonly string[];
} {
  return reload === null
    ? { restarts: [...restartOn, ...reloadOn], reloads: [] }
    : { restarts: restartOn, reloads: reloadOn };
}
