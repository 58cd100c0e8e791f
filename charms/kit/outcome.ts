import type { Status } from '../../model/charm.ts';
import type { Nothing } from './interface.ts';
import type { IntentSpec } from './spec.ts';

/** What a charm's function returns. `Published` is the type of what it publishes, by endpoint. */
export interface Outcome<Published> {
  readonly status: Status;
  readonly spec: IntentSpec<Published>;
}

/** The unit has all it needs: it is active as soon as the intent is fulfilled. `message` is shown in `status`. */
export function intent<Published = Nothing>(
  spec: IntentSpec<Published> & { readonly message?: string },
): Outcome<Published> {
  const { message = '', ...rest } = spec;
  return { status: { kind: 'active', message }, spec: rest as IntentSpec<Published> };
}

/**
 * Something that will come by itself is missing: a relation's data, an address. Without a spec the unit runs nothing
 * meanwhile.
 */
export function waiting<Published = Nothing>(message: string, spec?: IntentSpec<Published>): Outcome<Published> {
  return { status: { kind: 'waiting', message }, spec: spec ?? {} };
}

/** Only a person can help: an option to set, a relation to add. */
export function blocked<Published = Nothing>(message: string, spec?: IntentSpec<Published>): Outcome<Published> {
  return { status: { kind: 'blocked', message }, spec: spec ?? {} };
}

/** Busy with something that is not its work. */
export function maintenance<Published = Nothing>(message: string, spec?: IntentSpec<Published>): Outcome<Published> {
  return { status: { kind: 'maintenance', message }, spec: spec ?? {} };
}
