import type { DesiredUnit, Limits, MachineSpec } from '../../model/desired.ts';
import type { ImageSpec } from '../../model/image.ts';
import type { ObservedMachine } from '../../model/observed.ts';
import type { ProviderTraits } from '../../model/provider.ts';

/** What happens to a unit's machine before anything inside it. */
export type MachineStep =
  | { readonly kind: 'create' }
  /**
   * It cannot become what it should be: removed and made again. `parts`: what of the application says so, the
   * likeliest first.
   */
  | { readonly kind: 'replace'; readonly reason: string; readonly parts: readonly string[] }
  | { readonly kind: 'start'; readonly resize: boolean }
  | { readonly kind: 'resize' }
  | { readonly kind: 'keep' };

export function machineStep(
  unit: DesiredUnit,
  machine: ObservedMachine | undefined,
  traits: ProviderTraits,
): MachineStep {
  if (machine === undefined) return { kind: 'create' };
  if (machine.state === 'broken') return { kind: 'replace', reason: brokenReason(machine), parts: [] };
  const change = lastingChange(machine.spec, unit.machine);
  if (change !== null) return { kind: 'replace', ...change };
  const resize = !sameLimits(machine.spec.limits, unit.machine.limits);
  if (resize && !traits.resize) return { kind: 'replace', reason: 'its limits change', parts: ['constraints'] };
  if (machine.state !== 'running') return { kind: 'start', resize };
  return resize ? { kind: 'resize' } : { kind: 'keep' };
}

function brokenReason({ message }: ObservedMachine): string {
  return message === '' ? 'its machine is broken' : `its machine is broken: ${message}`;
}

/** What only a new machine can have otherwise. */
function lastingChange(before: MachineSpec, after: MachineSpec): { reason: string; parts: readonly string[] } | null {
  if (before.image.key !== after.image.key) return imageChange(before.image, after.image);
  if (before.address !== after.address) return { reason: 'its address changes', parts: [] };
  if (mounts(before) !== mounts(after)) return { reason: 'its storage changes', parts: ['storage'] };
  return null;
}

function imageChange(before: ImageSpec, after: ImageSpec): { reason: string; parts: readonly string[] } {
  const digests = new Map(before.directories.map(({ name, digest }) => [name, digest]));
  const changed = after.directories.find(({ name, digest }) => digests.get(name) !== digest);
  const sameBase = before.base === after.base;
  return changed === undefined || !sameBase
    ? { reason: 'its image changes', parts: ['image', 'charm'] }
    : { reason: `the content of its directory ${changed.name} changes`, parts: [`resources.${changed.name}`, 'charm'] };
}

function mounts({ storage }: MachineSpec): string {
  return storage.map(({ id, path }) => `${id} ${path}`).join('\n');
}

function sameLimits(a: Limits, b: Limits): boolean {
  return a.cpuMillicores === b.cpuMillicores && a.memoryBytes === b.memoryBytes && a.pids === b.pids;
}
