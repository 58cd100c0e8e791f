import type { Intent, ServiceIntent } from '../../model/charm.ts';
import type { ObservedMachine, ObservedService } from '../../model/observed.ts';
import { sortedEntries } from '../../model/order.ts';
import type { ServiceAction } from '../../model/plan.ts';
import type { FilesDiff } from './diff-files.ts';
import type { Versions } from './digests.ts';
import { configurationChange, configurationDigest, programDigest, watchedPaths } from './digests.ts';

export interface ServicesDiff {
  /** Sorted by name. */
  readonly actions: readonly { readonly name: string; readonly action: ServiceAction }[];
  readonly removed: readonly string[];
}

export function diffServices(
  { services }: Intent,
  machine: ObservedMachine | null,
  files: FilesDiff,
  versions: Versions,
): ServicesDiff {
  const actions = sortedEntries(services).flatMap(([name, service]) => {
    const action = serviceAction(service, machine?.services[name], files, versions);
    return action === null ? [] : [{ name, action }];
  });
  const removed = sortedEntries(machine?.services ?? {}).map(([name]) => name);
  return { actions, removed: removed.filter((name) => services[name] === undefined) };
}

function serviceAction(
  service: ServiceIntent,
  observed: ObservedService | undefined,
  files: FilesDiff,
  versions: Versions,
): ServiceAction | null {
  const digest = programDigest(service, versions);
  const configuration = configurationDigest(service, files.wanted, versions);
  if (observed === undefined) return { kind: 'start', service, digest, configuration };
  if (observed.digest !== digest) return { kind: 'update', service, digest, configuration };
  if (isDown(service, observed)) return { kind: 'start', service, digest, configuration };
  const because = changedPaths(service, files);
  switch (configurationChange(observed.configuration, configuration)) {
    case 'none':
      return null;
    case 'restart':
      return { kind: 'restart', configuration, because };
    case 'reload':
      // A process that is not up yet would be killed by the signal, or miss it.
      return canReload(observed)
        ? { kind: 'reload', service, configuration, because }
        : { kind: 'restart', configuration, because };
  }
}

function isDown(service: ServiceIntent, observed: ObservedService): boolean {
  return observed.state === 'failed' || (observed.state === 'stopped' && service.restart === 'always');
}

function canReload({ state }: ObservedService): boolean {
  return state === 'ready' || state === 'unhealthy';
}

/**
 * The watched files that this plan changes; after a crash in between all watched ones, because which changed is
 * forgotten.
 */
function changedPaths(service: ServiceIntent, { writes }: FilesDiff): readonly string[] {
  const { restarts, reloads } = watchedPaths(service);
  const watched = [...restarts, ...reloads];
  const changed = watched.filter((path) => writes.some((write) => write.path === path));
  return changed.length > 0 ? changed : watched;
}
