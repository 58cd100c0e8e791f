import type { RouteSpec } from '../../model/desired.ts';
import type { PlanContext } from './context.ts';

/** A route and the provider it is on. */
export type PlacedRoute = RouteSpec & { readonly provider: string };

/** Other routes that have the route's port now: `PROVIDER ID` and route. */
export function portHolders(route: PlacedRoute, { routes }: PlanContext): readonly (readonly [string, RouteSpec])[] {
  const own = `${route.provider} ${route.id}`;
  return [...routes].filter(([key, { host }]) => key !== own && host.port === route.host.port);
}

/**
 * `PROVIDER ID` of routes that must let their port go before they get another, because otherwise each of a circle would
 * wait for the next: two whose ports are exchanged.
 */
export function routesInCircles(changed: readonly PlacedRoute[], context: PlanContext): ReadonlySet<string> {
  const byKey = new Map(changed.map((route) => [`${route.provider} ${route.id}`, route]));
  const state = new Map<string, 'open' | 'closed'>();
  const found = new Set<string>();
  const visit = (key: string, route: PlacedRoute): void => {
    state.set(key, 'open');
    for (const [holder] of portHolders(route, context)) {
      const next = byKey.get(holder);
      if (state.get(holder) === 'open') found.add(holder);
      else if (next !== undefined && state.get(holder) === undefined) visit(holder, next);
    }
    state.set(key, 'closed');
  };
  for (const [key, route] of byKey) if (state.get(key) === undefined) visit(key, route);
  return found;
}
