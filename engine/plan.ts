import type { UnitName } from '../model/names.ts';
import type { Plan } from '../model/plan.ts';
import { causeOfUnit } from './plan/cause.ts';
import type { PlanContext, PlanInput } from './plan/context.ts';
import { openContext } from './plan/context.ts';
import { orderDrains } from './plan/order-drains.ts';
import { addRemoval, machinesToReplace, orderLeaving, orderUnusedNetworks } from './plan/order-removals.ts';
import { orderRoutes } from './plan/order-routes.ts';
import type { SharedOperations } from './plan/order-shared.ts';
import { addNamesLeaving, addShared } from './plan/order-shared.ts';
import { addStorage, orderUnusedStorage } from './plan/order-storage.ts';
import { orderUnit } from './plan/order-unit.ts';
import { neighboursToAwait, replacements } from './plan/order-waits.ts';
import { topological } from './plan/topological.ts';
import type { UnitPlan } from './plan/unit-plan.ts';
import { isMade, isNew } from './plan/unit-plan.ts';

export type { PlanInput } from './plan/context.ts';

/**
 * What to do so that the observed becomes the desired: operations after those they depend on. Empty when there is
 * nothing to do.
 */
export function plan(input: PlanInput): Plan {
  const context = openContext(input);
  const shared = addShared(context);
  for (const one of context.plans) if (!isMade(one) || isNew(one)) orderOne(one, [], { shared, context });
  for (const { name } of input.desired.applications) orderReplacements(name, { shared, context });
  orderRoutes(context);
  orderLeaving(context);
  addNamesLeaving(context);
  const retained = orderUnusedStorage(context);
  orderUnusedNetworks(context);
  return {
    environment: input.desired.environment,
    operations: topological(context.operations),
    secretsToGenerate: input.desired.secrets.filter((id) => !input.secretVersions.has(id)),
    waiting: waitingOf(input),
    retained,
  };
}

interface Ordering {
  readonly shared: SharedOperations;
  readonly context: PlanContext;
}

function orderOne(one: UnitPlan, removals: readonly string[], { shared, context }: Ordering): void {
  const { provider, machine } = one.unit;
  const storage = addStorage(one, context);
  const made = isMade(one) ? shared.machine(provider, machine.image) : [];
  const inside = [...shared.inside(provider), ...neighboursToAwait(one, context)];
  orderUnit(one, { machine: [...made, ...storage, ...removals], inside }, context);
}

/** Nothing is taken away before what replaces it can be made. */
function orderReplacements(application: string, ordering: Ordering): void {
  const { shared, context } = ordering;
  const replaced = new Set<UnitName>();
  for (const { plan: one, dependsOn, expects } of replacements(application, context)) {
    const cause = causeOfUnit(one, context);
    const ready = [...shared.machine(one.unit.provider, one.unit.machine.image), ...dependsOn];
    const drained = orderDrains(one, { dependsOn: ready, replaced }, context);
    const removals = machinesToReplace(one).map((leaving) => {
      return addRemoval({ ...leaving, cause, dependsOn: [...ready, ...drained], expects }, context);
    });
    orderOne(one, removals, ordering);
    replaced.add(one.unit.name);
  }
}

function waitingOf({ desired }: PlanInput): Plan['waiting'] {
  const units = desired.units.filter(({ intent }) => intent.status.kind === 'waiting');
  const routes = desired.routes.filter(({ targets }) => targets.length === 0);
  return [
    ...units.map(({ name, intent }) => ({ target: name, message: intent.status.message })),
    ...routes.map(({ id }) => ({ target: id, message: 'for an active unit' })),
  ];
}
