import type { Charm, Evaluation, View } from '../../model/charm.ts';
import type { JsonObject } from '../../model/json.ts';
import {
  type CharmDefinition,
  type CharmTypes,
  type Endpoints,
  endpointsOf,
  installSpecOf,
  metadataOf,
  type ResourceSpec,
  type StorageSpec,
} from './definition.ts';
import { ContractError, faultOf } from './fault.ts';
import type { Nothing } from './interface.ts';
import { intentOf } from './normalize/intent.ts';
import { checkOptions } from './options.ts';
import type { Outcome } from './outcome.ts';
import { isPlainObject } from './plain.ts';
import { rememberDefinition } from './registry.ts';
import type { EndpointPublication } from './spec.ts';
import { dressUnit, type OwnSides, type Unit } from './unit.ts';
import type * as z from './zod.ts';
import { strictObject } from './zod.ts';

/** What a charm may publish, by endpoint. */
export type PublishOf<T extends CharmTypes> = {
  readonly [Name in keyof OwnSides<T>]?: EndpointPublication<OwnSides<T>[Name]>;
};

/**
 * Makes a charm of its data and its function. The function is pure: the same view gives the same outcome, and all it
 * may look at is the unit it is handed. It runs many times, for every plan, so it should be quick.
 */
export function charm<
  Options extends z.ZodObject = z.ZodObject<Nothing>,
  Provides extends Endpoints = Nothing,
  Requires extends Endpoints = Nothing,
  Peers extends Endpoints = Nothing,
  Storage extends Readonly<Record<string, StorageSpec>> = Nothing,
  const Resources extends Readonly<Record<string, ResourceSpec>> = Nothing,
  const Ports extends string = never,
>(
  definition: CharmDefinition<Types<Options, Provides, Requires, Peers, Storage, Resources, Ports>>,
  evaluate: (
    unit: Unit<Types<Options, Provides, Requires, Peers, Storage, Resources, Ports>>,
  ) => Outcome<PublishOf<Types<Options, Provides, Requires, Peers, Storage, Resources, Ports>>>,
): Charm {
  return build(definition as CharmDefinition, evaluate as unknown as (unit: Unit) => Outcome<unknown>);
}

interface Types<O, P, R, Q, S, A, N> {
  readonly options: O;
  readonly provides: P;
  readonly requires: R;
  readonly peers: Q;
  readonly storage: S;
  readonly resources: A;
  readonly ports: N;
}

function build(definition: CharmDefinition, run: (unit: Unit) => Outcome<unknown>): Charm {
  const schema = definition.options?.strict() ?? strictObject({});
  const metadata = metadataOf(definition, schema);
  const endpoints = endpointsOf(definition);
  const resources = metadata.resources.map((resource) => resource.name);
  const evaluate = (view: View): Evaluation => {
    try {
      const outcome: unknown = run(dressUnit(view, endpoints, resources));
      if (!isOutcome(outcome)) throw new ContractError(NO_OUTCOME);
      return { kind: 'intent', intent: intentOf(outcome, { view, endpoints, ports: metadata.ports }) };
    } catch (thrown) {
      return { kind: 'fault', fault: faultOf(thrown) };
    }
  };
  const charm: Charm = Object.freeze({
    metadata,
    checkOptions: (options: JsonObject) => checkOptions(schema, metadata.options, options),
    install: (options: JsonObject) => installSpecOf(definition, options),
    evaluate,
  });
  rememberDefinition(charm, definition);
  return charm;
}

const NO_OUTCOME = {
  part: 'function',
  path: '',
  message: 'returned none of intent(…), waiting(…), blocked(…) and maintenance(…)',
} as const;

function isOutcome(value: unknown): value is Outcome<unknown> {
  return isPlainObject(value) && isPlainObject(value.status) && isPlainObject(value.spec);
}
