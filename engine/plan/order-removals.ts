import { sortedEntries } from '../../model/order.ts';
import type { Cause, Precondition } from '../../model/plan.ts';
import { causeOfLeaving } from './cause.ts';
import type { PlanContext } from './context.ts';
import { removeNetwork } from './order-shared.ts';
import { consumersToTell } from './order-waits.ts';
import type { LeavingMachine, UnitPlan } from './unit-plan.ts';

/**
 * How long a machine may take to stop its services before it is killed: its init gives each service its own time
 * within.
 */
const GRACE_MS = 30_000;

export interface Removal extends LeavingMachine {
  readonly cause: Cause;
  readonly dependsOn: readonly string[];
  readonly expects?: readonly Precondition[];
}

/** Machines no unit is to have any more: routes and running consumers do without them first. */
export function orderLeaving(context: PlanContext): void {
  const routes = routeChangesByUnit(context);
  for (const { provider, machine } of context.leaving) {
    const { unit } = machine;
    const dependsOn = [...(routes.get(unit) ?? []), ...consumersToTell(unit, context)];
    addRemoval({ provider, machine, cause: causeOfLeaving(unit, context), dependsOn }, context);
  }
}

/** Adds the removal of a machine and returns its id. */
export function addRemoval({ provider, machine, cause, dependsOn, expects }: Removal, context: PlanContext): string {
  const { unit, id: machineId } = machine;
  const short = `machine.remove ${unit}`;
  const id = context.byId.has(short) ? `${short} ${provider}` : short;
  const action = { kind: 'machine.remove', unit, id: machineId, graceMs: GRACE_MS } as const;
  const present: Precondition = { kind: 'machine-present', unit, id: machineId };
  context.add({ id, provider, action, cause, dependsOn, expects: [present, ...(expects ?? [])] });
  return id;
}

/** The machines that must be gone before the unit gets a new one. */
export function machinesToReplace({ unit, machine, elsewhere, step }: UnitPlan): readonly LeavingMachine[] {
  const here = machine !== undefined && step.kind === 'replace' ? [{ provider: unit.provider, machine }] : [];
  return elsewhere === undefined ? here : [...here, elsewhere];
}

/** Networks of providers that have no unit any more, after everything in them. */
export function orderUnusedNetworks(context: PlanContext): void {
  const { desired, observed } = context.input;
  for (const [provider, { network }] of sortedEntries(observed.providers)) {
    if (network === null || desired.networks[provider] !== undefined) continue;
    const before = context.operations.filter(({ action, provider: where }) => {
      return where === provider && (action.kind === 'machine.remove' || action.kind === 'route.remove');
    });
    const cause = { text: `nothing of ${desired.environment} is on it any more`, place: null };
    removeNetwork(provider, { cause, dependsOn: before.map(({ id }) => id) }, context);
  }
}

function routeChangesByUnit(context: PlanContext): ReadonlyMap<string, readonly string[]> {
  const changes = new Map<string, string[]>();
  for (const { id, action } of context.operations) {
    const before =
      action.kind === 'route.ensure' ? action.before : action.kind === 'route.remove' ? action.route : null;
    for (const { unit } of before?.targets ?? []) changes.set(unit, [...(changes.get(unit) ?? []), id]);
  }
  return changes;
}
