import type * as z from './zod.ts';

/**
 * What one side of a relation publishes: each unit for itself, the application (its leader) for all of them, or both.
 */
export interface Side {
  readonly unit?: z.ZodObject;
  readonly application?: z.ZodObject;
}

/** A relation's contract: its name and what each side publishes. */
export interface Interface<Provider extends Side = Side, Requirer extends Side = Side> {
  readonly name: string;
  readonly provider: Provider;
  readonly requirer: Requirer;
}

/** Nothing is published. */
export type Nothing = Readonly<Record<never, never>>;

/** What a unit of that side published, as its reader sees it. */
export type UnitData<S extends Side> = S extends { readonly unit: infer U extends z.ZodObject } ? z.output<U> : Nothing;

/** What the application of that side published, as its reader sees it. */
export type ApplicationData<S extends Side> = S extends { readonly application: infer A extends z.ZodObject }
  ? z.output<A>
  : Nothing;

/** What a unit of that side may publish: defaults can be left out. */
export type UnitInput<S extends Side> = S extends { readonly unit: infer U extends z.ZodObject } ? z.input<U> : never;

/** What the leader of that side may publish for its application. */
export type ApplicationInput<S extends Side> = S extends { readonly application: infer A extends z.ZodObject }
  ? z.input<A>
  : never;

/**
 * Defines an interface. A side left out publishes nothing. Between peers both sides are the provider's.
 *
 *     export const http = defineInterface('http', { provider: { unit: z.object({ port: z.int() }) } });
 */
export function defineInterface<P extends Side = Nothing, R extends Side = Nothing>(
  name: string,
  sides: { readonly provider?: P; readonly requirer?: R },
): Interface<P, R> {
  const none = Object.freeze({});
  return Object.freeze({ name, provider: (sides.provider ?? none) as P, requirer: (sides.requirer ?? none) as R });
}
