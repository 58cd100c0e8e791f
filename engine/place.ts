import type { Allocation } from '../model/allocation.ts';
import type { Intent } from '../model/charm.ts';
import type {
  Desired,
  DesiredApplication,
  DesiredUnit,
  MachineSpec,
  NetworkSpec,
  RouteTarget,
  StorageSpec,
} from '../model/desired.ts';
import type { Environment } from '../model/environment.ts';
import type { UnitName } from '../model/names.ts';
import { byUnit, hostname } from '../model/names.ts';
import { byText, sortedBy, sortedEntries } from '../model/order.ts';
import type { Application } from './resolve/application.ts';
import { placeOf } from './resolve/place-of.ts';
import type { Resolved } from './resolve/resolve.ts';
import { secretsOf } from './settle/secrets-of.ts';

export interface PlaceInput {
  readonly environment: Environment;
  readonly resolved: Resolved;
  readonly units: ReadonlyMap<string, readonly UnitName[]>;
  readonly intents: ReadonlyMap<UnitName, Intent>;
  readonly allocation: Allocation;
  readonly addressOf: (unit: UnitName) => string | null;
}

/** Puts what settled onto machines, networks and ports of the host. */
export function place(input: PlaceInput): Desired {
  const { environment, resolved } = input;
  const applications = [...resolved.applications.values()];
  const units = applications.flatMap((application) => desiredUnits(application, input));
  return {
    environment: environment.name,
    file: environment.file,
    mode: 'up',
    applications: applications.map((application) => desiredApplication(application, input)),
    units: units.sort((a, b) => byUnit(a.name, b.name)),
    relations: sortedBy(resolved.relations, ({ id }) => id),
    networks: networksOf(units, input),
    routes: applications.flatMap((application) => routesOf(application, input)),
    secrets: [...new Set(units.flatMap(({ secrets }) => secrets))].sort(byText),
  };
}

/** Everything away; the applications' numbers stay allocated. */
export function placeNothing({ name, file }: Environment): Desired {
  const nothing = { applications: [], units: [], relations: [], networks: {}, routes: [], secrets: [] };
  return { environment: name, file, mode: 'down', ...nothing };
}

function desiredApplication({ name, spec, charm }: Application, { units }: PlaceInput): DesiredApplication {
  return {
    name,
    charm: charm.metadata,
    charmReference: spec.charm,
    provider: spec.provider,
    units: units.get(name) ?? [],
    place: spec.places.self,
    places: spec.places.at,
  };
}

function desiredUnits(
  application: Application,
  { environment, units, intents, allocation }: PlaceInput,
): DesiredUnit[] {
  const { name, spec } = application;
  return (units.get(name) ?? []).map((unit, index) => {
    const intent = intents.get(unit);
    if (intent === undefined) throw new Error(`unit ${unit} has no intent`);
    const address = allocation.addresses[unit] ?? null;
    return {
      name: unit,
      application: name,
      provider: spec.provider,
      machine: machineSpec(unit, application, { environment: environment.name, address }),
      intent,
      secrets: [...secretsOf(intent).keys()].sort(byText),
      leader: index === 0,
    };
  });
}

function machineSpec(
  unit: UnitName,
  { spec, image, charm }: Application,
  { environment, address }: { environment: string; address: string | null },
): MachineSpec {
  const { cpuMillicores, memoryBytes, pids } = spec.constraints;
  const storage = charm.metadata.storage.map(({ name, path }): StorageSpec => {
    return { id: `${unit}/${name}`, unit, name, path, bytes: spec.storage[name]?.bytes ?? null };
  });
  const limits = { cpuMillicores, memoryBytes, pids };
  return { environment, unit, hostname: hostname(unit), image, limits, storage, address };
}

function networksOf(units: readonly DesiredUnit[], { environment, allocation }: PlaceInput): Desired['networks'] {
  const networks: Record<string, NetworkSpec> = {};
  for (const { provider } of units) {
    networks[provider] ??= { environment: environment.name, subnet: allocation.subnets[provider] ?? null };
  }
  return networks;
}

function routesOf(application: Application, input: PlaceInput): Desired['routes'] {
  const { name, spec, traits } = application;
  if (!traits.routes) return [];
  return sortedEntries(spec.expose).map(([port, { port: hostPort, address }]) => ({
    environment: input.environment.name,
    id: `${name}:${port}`,
    application: name,
    host: { port: hostPort, address },
    targets: targetsOf(name, port, input),
    provider: spec.provider,
    place: placeOf(spec, 'expose', port),
  }));
}

/** Units that are active, as far as their charm can say it, and have the port. */
function targetsOf(application: string, port: string, { units, intents, addressOf }: PlaceInput): RouteTarget[] {
  return (units.get(application) ?? []).flatMap((unit) => {
    const intent = intents.get(unit);
    const number = intent?.ports[port];
    const address = addressOf(unit);
    if (intent?.status.kind !== 'active' || number === undefined || address === null) return [];
    return [{ unit, address, port: number }];
  });
}
