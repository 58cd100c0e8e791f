import type { Desired, RouteSpec } from '../../model/desired.ts';
import type { Operation, Precondition } from '../../model/plan.ts';
import { whyNotReady } from '../../model/readiness.ts';
import type { PlanContext } from './context.ts';
import { awaitId } from './order-unit.ts';
import { isNew } from './unit-plan.ts';

/**
 * Ports of the host: those that go first, because another route may get their port. A route nobody serves yet does
 * not exist.
 */
export function orderRoutes(context: PlanContext): void {
  const wanted = context.input.desired.routes.filter(({ targets }) => targets.length > 0);
  const removed = removeRoutes(wanted, context);
  for (const route of wanted) {
    const before = observedRoute(route.provider, route.id, context);
    if (before === null || !sameRoute(before, route)) addRoute(route, { before, removed }, context);
  }
}

type DesiredRoute = Desired['routes'][number];

function removeRoutes(wanted: readonly DesiredRoute[], context: PlanContext): readonly Operation[] {
  const kept = new Set(wanted.map(({ provider, id }) => `${provider} ${id}`));
  const removed: Operation[] = [];
  for (const [provider, { routes }] of Object.entries(context.input.observed.providers)) {
    for (const route of routes) {
      if (kept.has(`${provider} ${route.id}`)) continue;
      const cause = { text: `port ${route.host.port} is not exposed any more`, place: null };
      const id = `route.remove ${route.id} ${provider}`;
      removed.push({ id, provider, action: { kind: 'route.remove', route }, cause, dependsOn: [], expects: [] });
    }
  }
  for (const operation of removed) context.add(operation);
  return removed;
}

function addRoute(
  { provider, place, ...route }: DesiredRoute,
  { before, removed }: { before: RouteSpec | null; removed: readonly Operation[] },
  context: PlanContext,
): void {
  const units = route.targets.map(({ unit }) => unit);
  const freed = removed.filter(
    ({ action }) => action.kind === 'route.remove' && action.route.host.port === route.host.port,
  );
  const expects: Precondition[] = [{ kind: 'units-ready', units, atLeast: 1 }];
  context.add({
    id: `route.ensure ${route.id}`,
    provider,
    action: { kind: 'route.ensure', route, before },
    cause: { text: `${route.application} exposes ${route.id.slice(route.application.length + 1)}`, place },
    dependsOn: [...freed.map(({ id }) => id), ...targetsToAwait(units, context)],
    expects,
  });
}

/**
 * New targets get traffic when they are ready; when no target works, the route waits for those that are being waited
 * for.
 */
function targetsToAwait(units: readonly string[], context: PlanContext): readonly string[] {
  const plans = units.flatMap((unit) => context.planOf.get(unit) ?? []);
  const anyReady = plans.some(({ machine }) => whyNotReady(machine) === null);
  const awaited = plans.filter((plan) => isNew(plan) || !anyReady).map(({ unit }) => awaitId(unit.name));
  return awaited.filter((id) => context.byId.has(id));
}

function observedRoute(provider: string, id: string, context: PlanContext): RouteSpec | null {
  return context.input.observed.providers[provider]?.routes.find((route) => route.id === id) ?? null;
}

function sameRoute(a: RouteSpec, b: RouteSpec): boolean {
  return a.host.port === b.host.port && a.host.address === b.host.address && targetsText(a) === targetsText(b);
}

function targetsText({ targets }: RouteSpec): string {
  return targets.map(({ unit, address, port }) => `${unit} ${address} ${port}`).join('\n');
}
