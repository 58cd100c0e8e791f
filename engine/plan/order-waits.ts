import type { UnitName } from '../../model/names.ts';
import type { Precondition } from '../../model/plan.ts';
import { whyNotReady } from '../../model/readiness.ts';
import type { PlanContext } from './context.ts';
import { awaitId } from './order-unit.ts';
import type { UnitPlan } from './unit-plan.ts';
import { isMade, isNew, isRunning } from './unit-plan.ts';

/**
 * What a running unit waits for before it changes: until new units of those it consumes are ready. New units wait for
 * nobody, so that a
 * first deployment runs in parallel and no circle can arise.
 */
export function neighboursToAwait(plan: UnitPlan, context: PlanContext): readonly string[] {
  if (!isRunning(plan) || !plan.diff.changes) return [];
  const application = plan.unit.application;
  const providers = (context.relationsOf.get(application) ?? [])
    .filter(({ requirer }) => requirer.application === application)
    .map(({ provider }) => provider.application);
  return [...new Set(providers)].flatMap((provider) => newUnitsOf(provider, context));
}

function newUnitsOf(application: string, context: PlanContext): readonly string[] {
  return (context.plansOf.get(application) ?? []).filter(isNew).map(({ unit }) => awaitId(unit.name));
}

/**
 * What the removal of a unit waits for: until running units that consume it were told to do without. Of an application
 * that left the file
 * nobody knows any more who consumed it, so every running unit that changes is waited for.
 */
export function consumersToTell(unit: UnitName, context: PlanContext): readonly string[] {
  const application = unit.slice(0, unit.lastIndexOf('/'));
  const consumers = context.applications.has(application)
    ? (context.relationsOf.get(application) ?? [])
        .filter(({ provider }) => provider.application === application)
        .flatMap(({ requirer }) => context.plansOf.get(requirer.application) ?? [])
    : context.plans;
  return [...new Set(consumers)].filter((plan) => isRunning(plan) && plan.diff.changes).flatMap(lastChangesOf(context));
}

/** The operations after which the unit works with what it was told: those its waiting depends on. */
function lastChangesOf(context: PlanContext): (plan: UnitPlan) => readonly string[] {
  return ({ unit }) => context.byId.get(awaitId(unit.name))?.dependsOn ?? [];
}

/** A removal that makes room for a new machine of the same unit. */
export interface Replacement {
  readonly plan: UnitPlan;
  readonly dependsOn: readonly string[];
  readonly expects: readonly Precondition[];
}

/**
 * The units of an application whose machines are replaced, one after the other: what does not work first, and the next
 * only when all others
 * that should be ready are.
 */
export function replacements(application: string, context: PlanContext): readonly Replacement[] {
  const plans = context.plansOf.get(application) ?? [];
  const replaced = plans.filter((plan) => isMade(plan) && !isNew(plan));
  if (replaced.length === 0) return [];
  const [ready, faulty] = partition(
    replaced,
    ({ machine, elsewhere }) => whyNotReady(machine ?? elsewhere?.machine) === null,
  );
  const inOrder = [...faulty, ...ready];
  const others = plans.filter((plan) => isNew(plan) || !isMade(plan));
  const gates = others.map(({ unit }) => awaitId(unit.name)).filter((id) => context.byId.has(id));
  const units = plans.map(({ unit }) => unit.name);
  return inOrder.map((plan, index) => {
    const previous = inOrder[index - 1];
    const dependsOn = previous === undefined ? gates : [awaitId(previous.unit.name)];
    // Then ready: all that are not replaced, those replaced before, and those that work and still wait for their turn,
    // this one among them.
    const atLeast = others.length + index + Math.min(ready.length, inOrder.length - index);
    return { plan, dependsOn, expects: units.length === 1 ? [] : [{ kind: 'units-ready', units, atLeast }] };
  });
}

function partition<T>(items: readonly T[], test: (item: T) => boolean): readonly [T[], T[]] {
  const [yes, no]: [T[], T[]] = [[], []];
  for (const item of items) (test(item) ? yes : no).push(item);
  return [yes, no];
}
