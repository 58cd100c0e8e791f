import type { Desired, RouteSpec } from '../../model/desired.ts';
import { sortedEntries } from '../../model/order.ts';
import type { Precondition } from '../../model/plan.ts';
import { whyNotReady } from '../../model/readiness.ts';
import type { PlanContext } from './context.ts';
import { awaitId } from './order-unit.ts';
import type { PlacedRoute } from './route-ports.ts';
import { portHolders, routesInCircles } from './route-ports.ts';
import { isMade } from './unit-plan.ts';

type DesiredRoute = Desired['routes'][number];

/**
 * Ports of the host. A port goes from one route to another when the units of the new one are ready: the old one lets
 * it go right before. A route nobody serves yet does not exist.
 */
export function orderRoutes(context: PlanContext): void {
  const wanted = context.input.desired.routes.filter(({ targets }) => targets.length > 0);
  const changed = wanted.filter((route) => {
    const before = context.routes.get(`${route.provider} ${route.id}`);
    return before === undefined || !sameRoute(before, route);
  });
  removeRoutes({ wanted, changed, inCircles: routesInCircles(changed, context) }, context);
  const moving = new Set(changed.map(({ provider, id }) => `${provider} ${id}`));
  for (const route of changed) addRoute(route, moving, context);
}

interface RouteChanges {
  readonly wanted: readonly DesiredRoute[];
  readonly changed: readonly DesiredRoute[];
  /** `PROVIDER ID` of routes that must go before they come again, because each waits for another's port. */
  readonly inCircles: ReadonlySet<string>;
}

function removeRoutes({ wanted, changed, inCircles }: RouteChanges, context: PlanContext): void {
  const kept = new Set(wanted.map(({ provider, id }) => `${provider} ${id}`));
  for (const [key, route] of sortedEntries(Object.fromEntries(context.routes))) {
    if (kept.has(key) && !inCircles.has(key)) continue;
    const provider = key.slice(0, key.indexOf(' '));
    const takers = changed.filter((taker) => portHolders(taker, context).some(([holder]) => holder === key));
    const [taker] = takers;
    const { port } = route.host;
    const cause =
      taker === undefined
        ? { text: `port ${port} is not exposed any more`, place: null }
        : { text: `port ${port} goes to ${taker.id}`, place: taker.place };
    const ready = [...takers, ...(inCircles.has(key) ? [{ provider, ...route }] : [])].flatMap((one) =>
      targetsToAwait(one, context),
    );
    const action = { kind: 'route.remove', route } as const;
    context.add({ id: removalId(key), provider, action, cause, dependsOn: [...new Set(ready)], expects: [] });
  }
}

function addRoute(
  { provider, place, ...route }: DesiredRoute,
  moving: ReadonlySet<string>,
  context: PlanContext,
): void {
  const before = context.routes.get(`${provider} ${route.id}`) ?? null;
  const units = route.targets.map(({ unit }) => unit);
  const removal = removalId(`${provider} ${route.id}`);
  const goneFirst = context.byId.has(removal);
  const expects: Precondition[] = [{ kind: 'units-ready', units, atLeast: 1 }];
  const freed = portHolders({ provider, ...route }, context).flatMap(([holder, { id }]) => {
    if (context.byId.has(removalId(holder))) return [removalId(holder)];
    // Another address of the host may have the same port, and keep it.
    return moving.has(holder) ? [`route.ensure ${id}`] : [];
  });
  context.add({
    id: `route.ensure ${route.id}`,
    provider,
    action: { kind: 'route.ensure', route, before: goneFirst ? null : before },
    cause: { text: `${route.application} exposes ${route.id.slice(route.application.length + 1)}`, place },
    dependsOn: [...(goneFirst ? [removal] : []), ...freed, ...targetsToAwait({ provider, ...route }, context)],
    expects,
  });
}

/** By provider: a route may move from one to another. */
function removalId(key: string): string {
  const separator = key.indexOf(' ');
  return `route.remove ${key.slice(separator + 1)} ${key.slice(0, separator)}`;
}

/**
 * New targets get traffic when they are ready, those that ran without serving before among them; when no target works,
 * the route waits for those that are being waited for.
 */
function targetsToAwait({ provider, id, targets }: PlacedRoute, context: PlanContext): readonly string[] {
  const served = new Set(context.routes.get(`${provider} ${id}`)?.targets.map(({ unit }) => unit));
  const plans = targets.flatMap(({ unit }) => context.planOf.get(unit) ?? []);
  const anyReady = plans.some(({ machine }) => whyNotReady(machine) === null);
  const awaited = plans.filter((plan) => isMade(plan) || !served.has(plan.unit.name) || !anyReady);
  return awaited.map(({ unit }) => awaitId(unit.name)).filter((one) => context.byId.has(one));
}

function sameRoute(a: RouteSpec, b: RouteSpec): boolean {
  return a.host.port === b.host.port && a.host.address === b.host.address && targetsText(a) === targetsText(b);
}

function targetsText({ targets }: RouteSpec): string {
  return targets.map(({ unit, address, port }) => `${unit} ${address} ${port}`).join('\n');
}
