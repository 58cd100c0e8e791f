import type { http, Relation } from './kit/index.ts';

/** A related application that serves HTTP. */
export type Backend = Relation<(typeof http)['provider']>;

/** Who gets requests, or why that is not clear. */
export type BackendChoice =
  | { readonly kind: 'unclear'; readonly message: string }
  | {
      readonly kind: 'clear';
      /** Those with at least one unit that can be used. */
      readonly backends: readonly Backend[];
      /** The one without a route, if it can be used: it gets all that no route matches. */
      readonly fallback: Backend | null;
    };

/** Matches related applications with the option `routes`, which is keyed by application. */
export function chooseBackends(related: readonly Backend[], routes: Readonly<Record<string, unknown>>): BackendChoice {
  const names = related.map((relation) => relation.application);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) return { kind: 'unclear', message: `${twice} is related with two endpoints: keep one` };
  const unrouted = related.filter((relation) => !(relation.application in routes));
  if (unrouted.length > 1) {
    const several = unrouted.map((relation) => relation.application).join(', ');
    const message = `several applications would get every request (${several})`;
    return { kind: 'unclear', message: `${message}: name all but one in the option 'routes'` };
  }
  const backends = related.filter((relation) => relation.units.length > 0);
  return { kind: 'clear', backends, fallback: backends.find((backend) => unrouted.includes(backend)) ?? null };
}
