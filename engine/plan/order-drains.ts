import type { UnitName } from '../../model/names.ts';
import { byUnit } from '../../model/names.ts';
import { causeOfUnit } from './cause.ts';
import type { PlanContext } from './context.ts';
import type { UnitPlan } from './unit-plan.ts';

export interface DrainOptions {
  readonly dependsOn: readonly string[];
  /** Units of the application that were replaced before: they are ready again by then. */
  readonly replaced: ReadonlySet<UnitName>;
}

/**
 * Leads traffic to the others before a unit's machine goes and comes again; who was replaced before has it again. The
 * ids its removal waits for. A route with no other unit stays: there is nobody to lead to.
 */
export function orderDrains(plan: UnitPlan, { dependsOn, replaced }: DrainOptions, context: PlanContext): string[] {
  const { name, provider, application } = plan.unit;
  const wanted = context.input.desired.routes.filter((route) => {
    return route.provider === provider && route.application === application && route.targets.length > 0;
  });
  return wanted.flatMap((route) => {
    const key = `${provider} ${route.id}`;
    const before = context.routes.get(key);
    if (before === undefined || plan.machine === undefined) return [];
    const back = route.targets.filter(({ unit }) => replaced.has(unit));
    const others = before.targets.filter(({ unit }) => unit !== name && !replaced.has(unit));
    const targets = [...back, ...others].sort((a, b) => byUnit(a.unit, b.unit));
    if (targets.length === 0 || !before.targets.some(({ unit }) => unit === name)) return [];
    const after = { ...before, targets };
    const id = `route.ensure ${route.id} without ${name}`;
    const expects = [{ kind: 'units-ready', units: targets.map(({ unit }) => unit), atLeast: 1 } as const];
    const action = { kind: 'route.ensure', route: after, before } as const;
    context.add({ id, provider, action, cause: causeOfUnit(plan, context), dependsOn, expects });
    context.routes.set(key, after);
    return [id];
  });
}
