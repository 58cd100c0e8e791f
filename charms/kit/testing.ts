import type { Charm, EndpointSpec, Intent, RelationView, RemoteUnit, View } from '../../model/charm.ts';
import type { JsonObject } from '../../model/json.ts';
import { hostname, isName, unitName } from '../../model/names.ts';
import { sortedBy } from '../../model/order.ts';
import { writeData } from './data.ts';
import { endpointsOf } from './definition.ts';
import { definitionOf } from './registry.ts';
import type * as z from './zod.ts';

/** A unit's situation, in as few words as a test needs; everything else gets a value that could be. */
export interface Situation {
  readonly environment?: string;
  /** The charm's name unless said otherwise. */
  readonly application?: string;
  /** Numbers of the application's units; the first is the one asked. `[0]` unless said otherwise. */
  readonly units?: readonly number[];
  readonly address?: string | null;
  readonly options?: JsonObject;
  readonly relations?: Readonly<Record<string, readonly RelationSituation[]>>;
  /** Bytes by name; unlimited unless said otherwise. */
  readonly storage?: Readonly<Record<string, number>>;
  /** Names of optional resources that are not there. */
  readonly without?: readonly string[];
  readonly memoryBytes?: number;
  readonly cpuMillicores?: number;
}

export interface RelationSituation {
  /** The far end: `web:http`. Between peers it is left out. */
  readonly with?: string;
  /** What the other application published. */
  readonly data?: JsonObject;
  /** By number. */
  readonly units?: Readonly<Record<number, RemoteSituation>>;
}

export interface RemoteSituation {
  readonly address?: string | null;
  readonly data?: JsonObject;
}

/** The view of a unit in a situation. Throws when the engine could never show such a view. */
export function viewOf(charm: Charm, situation: Situation = {}): View {
  const application = situation.application ?? charm.metadata.name;
  if (!isName(application)) impossible(`'${application}' is no name of an application`);
  const [number = 0, ...others] = situation.units ?? [0];
  const numbers = [number, ...others].sort((a, b) => a - b);
  const unit = unitName(application, number);
  return {
    environment: situation.environment ?? 'test',
    unit: { name: unit, number, hostname: hostname(unit) },
    application: { name: application, units: numbers.map((each) => unitName(application, each)) },
    leader: numbers[0] === number,
    address: situation.address === undefined ? addressOf(number) : situation.address,
    options: optionsOf(charm, situation.options ?? {}),
    relations: relationsOf(charm, application, situation),
    storage: storageOf(charm, situation.storage ?? {}),
    resources: resourcesOf(charm, situation.without ?? []),
    constraints: {
      memoryBytes: situation.memoryBytes ?? null,
      cpuMillicores: situation.cpuMillicores ?? null,
    },
  };
}

/** What the charm asks for in a situation. A fault of the charm is thrown with its path. */
export function intentIn(charm: Charm, situation: Situation = {}): Intent {
  const evaluation = charm.evaluate(viewOf(charm, situation));
  if (evaluation.kind === 'intent') return evaluation.intent;
  const { part, path, message } = evaluation.fault;
  throw new Error(`${part} ${path}: ${message}`);
}

function impossible(reason: string): never {
  throw new Error(`this view cannot arise: ${reason}`);
}

function addressOf(number: number): string {
  return `10.0.0.${10 + number}`;
}

function optionsOf(charm: Charm, options: JsonObject): JsonObject {
  const checked = charm.checkOptions(options);
  if (checked.kind === 'valid') return checked.options;
  const [fault] = checked.faults;
  return impossible(`option ${fault?.path.join('.')} ${fault?.message}`);
}

function relationsOf(charm: Charm, application: string, situation: Situation): Record<string, readonly RelationView[]> {
  const given = situation.relations ?? {};
  const names = charm.metadata.endpoints.map((endpoint) => endpoint.name);
  const stranger = Object.keys(given).find((name) => !names.includes(name));
  if (stranger !== undefined) impossible(`${charm.metadata.name} has no endpoint ${stranger}`);
  const entries = charm.metadata.endpoints.map((endpoint) => {
    const relations = (given[endpoint.name] ?? []).map((relation) =>
      relationView(charm, endpoint, application, relation),
    );
    checkLimit(endpoint, relations);
    return [endpoint.name, sortedBy(relations, (relation) => relation.id)] as const;
  });
  return Object.fromEntries(entries);
}

function checkLimit(endpoint: EndpointSpec, relations: readonly RelationView[]): void {
  const ids = relations.map((relation) => relation.id);
  if (new Set(ids).size < ids.length) impossible(`${endpoint.name} has the same relation twice`);
  if (endpoint.limit !== null && ids.length > endpoint.limit)
    impossible(`${endpoint.name} takes ${endpoint.limit} relations`);
  if (endpoint.role === 'peers' && ids.length > 1) impossible(`${endpoint.name} is one relation between peers`);
}

function relationView(
  charm: Charm,
  endpoint: EndpointSpec,
  application: string,
  given: RelationSituation,
): RelationView {
  const far = given.with ?? `${application}:${endpoint.name}`;
  const [other = '', remoteEndpoint = ''] = far.split(':');
  if (!isName(other) || remoteEndpoint === '')
    impossible(`'${far}' is no end of a relation: write application:endpoint`);
  if ((endpoint.role === 'peers') !== (other === application))
    impossible(`${endpoint.name} cannot be related with ${far}`);
  const remote = endpointsOf(definitionOf(charm)).get(endpoint.name)?.remote ?? {};
  const near = `${application}:${endpoint.name}`;
  const ends = endpoint.role === 'provides' ? [near, far] : [far, near];
  return {
    id: endpoint.role === 'peers' ? near : ends.join(' '),
    endpoint: endpoint.name,
    interface: endpoint.interface,
    application: other,
    remoteEndpoint,
    data: published(remote.application, given.data, other),
    units: Object.entries(given.units ?? {}).map(([number, unit]) =>
      remoteUnit(remote.unit, other, Number(number), unit),
    ),
  };
}

function remoteUnit(
  schema: z.ZodObject | undefined,
  application: string,
  number: number,
  given: RemoteSituation,
): RemoteUnit {
  const name = unitName(application, number);
  const address = given.address === undefined ? addressOf(100 + number) : given.address;
  return { name, hostname: hostname(name), address, data: published(schema, given.data, name) };
}

/** Data pass the publishing side's check before anybody can see them. */
function published(
  schema: z.ZodObject | undefined,
  data: JsonObject | undefined,
  publisher: string,
): JsonObject | null {
  if (data === undefined) return null;
  if (schema === undefined) return impossible(`the interface has no data that ${publisher} could publish`);
  const written = writeData(schema, data);
  if (written.kind === 'valid') return written.data;
  return impossible(`${publisher} could not publish that: ${written.fault.path.join('.')} ${written.fault.message}`);
}

function storageOf(charm: Charm, bytes: Readonly<Record<string, number>>): View['storage'] {
  const declared = charm.metadata.storage;
  const stranger = Object.keys(bytes).find((name) => !declared.some((storage) => storage.name === name));
  if (stranger !== undefined) impossible(`${charm.metadata.name} has no storage ${stranger}`);
  return Object.fromEntries(declared.map(({ name, path }) => [name, { path, bytes: bytes[name] ?? null }]));
}

function resourcesOf(charm: Charm, without: readonly string[]): View['resources'] {
  const declared = charm.metadata.resources;
  const needed = without.find((name) => !declared.some((resource) => resource.name === name && resource.optional));
  if (needed !== undefined) impossible(`${charm.metadata.name} cannot be without the resource ${needed}`);
  const present = declared.filter((resource) => !without.includes(resource.name));
  return Object.fromEntries(present.map(({ name, target }) => [name, { path: target, digest: `digest-of-${name}` }]));
}
