import type { RelationView, View } from '../../model/charm.ts';
import { secretToken } from '../../model/secret.ts';
import { readData } from './data.ts';
import type { CharmTypes, EndpointDeclaration, EndpointSides } from './definition.ts';
import { ContractError } from './fault.ts';
import type { ApplicationData, Interface, Side, UnitData } from './interface.ts';
import { deepFreeze } from './plain.ts';
import type * as z from './zod.ts';

/** A unit at the far end that can be used: its address is known and it published what the interface asks of a unit. */
export interface RelatedUnit<S extends Side> {
  readonly name: string;
  readonly hostname: string;
  readonly address: string;
  readonly data: UnitData<S>;
}

/** A relation as the charm sees it. `S` is the far side. */
export interface Relation<S extends Side> {
  readonly id: string;
  /** The other application. */
  readonly application: string;
  readonly remoteEndpoint: string;
  /** What the other application published as a whole; null before it did. */
  readonly data: ApplicationData<S> | null;
  /** Units that can be used. */
  readonly units: readonly RelatedUnit<S>[];
  /** Names of units that cannot be used yet. */
  readonly pending: readonly string[];
}

export interface StorageView {
  readonly path: string;
  /** Null: as much as the host has. */
  readonly bytes: number | null;
}

export interface ResourceView {
  readonly path: string;
  readonly digest: string;
}

/** Everything a charm's function may look at. Frozen. */
export interface Unit<T extends CharmTypes = CharmTypes> {
  readonly name: string;
  readonly number: number;
  readonly hostname: string;
  readonly environment: string;
  readonly application: View['application'];
  /** The unit with the lowest number speaks for the application. */
  readonly leader: boolean;
  /** Null while only the world knows it. */
  readonly address: string | null;
  /** Checked by the charm's schema, defaults filled in. */
  readonly options: Readonly<z.output<T['options']>>;
  readonly storage: { readonly [Name in keyof T['storage']]: StorageView };
  readonly resources: {
    readonly [Name in keyof T['resources']]: T['resources'][Name] extends { readonly optional: true }
      ? ResourceView | null
      : ResourceView;
  };
  /** Limits of the machine; null when unlimited. */
  readonly constraints: View['constraints'];
  /** The endpoint's relations, sorted by id. */
  relations<Name extends keyof RemoteSides<T> & string>(endpoint: Name): readonly Relation<RemoteSides<T>[Name]>[];
  /** The endpoint's first relation, or null: for endpoints that take one. */
  relation<Name extends keyof RemoteSides<T> & string>(endpoint: Name): Relation<RemoteSides<T>[Name]> | null;
  /** A token for a generated secret of this application; it becomes the value only inside a unit. */
  secret(name: string): string;
}

type InterfaceOf<E> = E extends Interface ? E : E extends EndpointDeclaration ? E['interface'] : never;

/** The far side of each endpoint. */
export type RemoteSides<T extends CharmTypes> = {
  readonly [Name in keyof T['provides']]: InterfaceOf<T['provides'][Name]>['requirer'];
} & { readonly [Name in keyof T['requires']]: InterfaceOf<T['requires'][Name]>['provider'] } & {
  readonly [Name in keyof T['peers']]: InterfaceOf<T['peers'][Name]>['provider'];
};

/** The charm's own side of each endpoint. */
export type OwnSides<T extends CharmTypes> = {
  readonly [Name in keyof T['provides']]: InterfaceOf<T['provides'][Name]>['provider'];
} & { readonly [Name in keyof T['requires']]: InterfaceOf<T['requires'][Name]>['requirer'] } & {
  readonly [Name in keyof T['peers']]: InterfaceOf<T['peers'][Name]>['provider'];
};

const SECRET_NAME = /^[a-z0-9][a-z0-9._-]*$/;

/** Dresses a view for the charm's function. Relation data are checked when they are looked at. */
export function dressUnit(
  view: View,
  endpoints: ReadonlyMap<string, EndpointSides>,
  resources: readonly string[],
): Unit {
  deepFreeze(view);
  const relations = (name: string): readonly Relation<Side>[] => {
    const endpoint = endpoints.get(name);
    if (endpoint === undefined) throw new Error(`the charm has no endpoint ${name}`);
    return Object.freeze((view.relations[name] ?? []).map((relation) => dressRelation(relation, endpoint.remote)));
  };
  return Object.freeze({
    name: view.unit.name,
    number: view.unit.number,
    hostname: view.unit.hostname,
    environment: view.environment,
    application: view.application,
    leader: view.leader,
    address: view.address,
    options: view.options,
    storage: view.storage,
    resources: Object.freeze(Object.fromEntries(resources.map((name) => [name, view.resources[name] ?? null]))),
    constraints: view.constraints,
    relations,
    relation: (name: string) => relations(name)[0] ?? null,
    secret: (name: string) => {
      if (!SECRET_NAME.test(name)) throw new Error(`'${name}' is no name for a secret: use a-z, 0-9, '.', '_' and '-'`);
      return secretToken({ application: view.application.name, name });
    },
  }) as Unit;
}

function dressRelation(view: RelationView, remote: Side): Relation<Side> {
  const usable: RelatedUnit<Side>[] = [];
  const pending: string[] = [];
  for (const unit of view.units) {
    const data = remote.unit === undefined ? {} : readPublished(remote.unit, unit.data, view, unit.name);
    if (data === null || unit.address === null) pending.push(unit.name);
    else usable.push(Object.freeze({ name: unit.name, hostname: unit.hostname, address: unit.address, data }));
  }
  return Object.freeze({
    id: view.id,
    application: view.application,
    remoteEndpoint: view.remoteEndpoint,
    data:
      remote.application === undefined ? null : readPublished(remote.application, view.data, view, view.application),
    units: Object.freeze(usable),
    pending: Object.freeze(pending),
  });
}

function readPublished(schema: z.ZodObject, data: RelationView['data'], view: RelationView, publisher: string) {
  if (data === null) return null;
  const read = readData(schema, data);
  if (read.kind === 'valid') return read.data;
  const field = read.fault.path.join('.');
  const where = `${publisher} published data on ${view.endpoint} that do not fit the interface ${view.interface}`;
  throw new ContractError({
    part: 'relation',
    path: ['relations', view.endpoint, publisher, field].filter((part) => part !== '').join('.'),
    message: `${where}: ${field} ${read.fault.message}`,
  });
}
