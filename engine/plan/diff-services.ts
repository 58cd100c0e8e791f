import type { Intent, ServiceIntent } from '../../model/charm.ts';
import type { ObservedMachine, ObservedService } from '../../model/observed.ts';
import { byText } from '../../model/order.ts';
import type { ServiceAction } from '../../model/plan.ts';
import type { FilesDiff } from './diff-files.ts';
import { configurationChange, watchedPaths } from './digests.ts';
import type { WantedService, WantedUnit } from './wanted.ts';

export interface ServicesDiff {
  /** Sorted by name. */
  readonly actions: readonly { readonly name: string; readonly action: ServiceAction }[];
  readonly removed: readonly string[];
}

export function diffServices(
  { services }: Intent,
  wanted: WantedUnit['services'],
  machine: ObservedMachine | null,
  files: FilesDiff,
): ServicesDiff {
  const actions: { name: string; action: ServiceAction }[] = [];
  for (const [name, definition] of wanted) {
    const service = services[name];
    const action = service && serviceAction(service, definition, machine?.services[name], files);
    if (action) actions.push({ name, action });
  }
  const existing = machine === null ? [] : Object.keys(machine.services);
  return { actions, removed: existing.filter((name) => services[name] === undefined).sort(byText) };
}

function serviceAction(
  service: ServiceIntent,
  { digest, configuration }: WantedService,
  observed: ObservedService | undefined,
  files: FilesDiff,
): ServiceAction | null {
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
