import type { DirectoryIntent, Probe } from './charm.ts';
import type { Limits, MachineSpec, NameTable, NetworkSpec, RouteSpec, StorageSpec } from './desired.ts';
import type { UnitName } from './names.ts';
import { byUnit } from './names.ts';
import type { ObservedFile, ObservedHost, ObservedMachine, ObservedProvider, ObservedService } from './observed.ts';
import { sortedBy, sortedEntries } from './order.ts';

/**
 * One provider's world as data that can be changed: what `plan` imagines and what the simulated provider is. Each
 * function is what one
 * successful call leaves behind; all of them succeed when it is so already.
 */
export interface World {
  network: NetworkSpec | null;
  names: NameTable;
  readonly images: Set<string>;
  readonly machines: Map<UnitName, ObservedMachine>;
  readonly storage: Map<string, StorageSpec>;
  readonly routes: Map<string, RouteSpec>;
  host: ObservedHost;
}

const EMPTY_HOST: ObservedHost = { portsInUse: [], subnetsInUse: [] };

export function emptyWorld(): World {
  return {
    network: null,
    names: {},
    images: new Set(),
    machines: new Map(),
    storage: new Map(),
    routes: new Map(),
    host: EMPTY_HOST,
  };
}

export function openWorld(observed: ObservedProvider): World {
  return {
    network: observed.network,
    names: observed.names,
    images: new Set(observed.images),
    machines: new Map(observed.machines.map((machine) => [machine.unit, machine])),
    storage: new Map(observed.storage.map((storage) => [storage.id, storage])),
    routes: new Map(observed.routes.map((route) => [route.id, route])),
    host: observed.host,
  };
}

/** The world as its provider would observe it. */
export function observeWorld(world: World): ObservedProvider {
  return {
    network: world.network,
    names: world.names,
    images: [...world.images].sort(),
    machines: [...world.machines.values()].sort((a, b) => byUnit(a.unit, b.unit)),
    storage: sortedBy(world.storage.values(), ({ id }) => id),
    routes: sortedBy(world.routes.values(), ({ id }) => id),
    host: world.host,
  };
}

export function removeNetwork(world: World): void {
  world.network = null;
  world.names = {};
}

export interface MachineIdentity {
  readonly id: string;
  readonly address: string | null;
}

/** A new machine, or the existing one started: then its services are to be given again. */
export function putMachine(world: World, spec: MachineSpec, identity: MachineIdentity): void {
  const existing = world.machines.get(spec.unit);
  if (existing?.state === 'running') return;
  const before = existing ?? { ...NEW_MACHINE, unit: spec.unit, id: identity.id, spec };
  const machine = { ...before, state: 'running', message: '', address: identity.address } as const;
  world.machines.set(spec.unit, { ...machine, services: {}, health: NO_HEALTH });
}

export function resizeMachine(world: World, unit: UnitName, limits: Limits): void {
  change(world, unit, (machine) => ({ spec: { ...machine.spec, limits } }));
}

export interface FilesWritten {
  readonly files: Readonly<Record<string, ObservedFile>>;
  readonly directories: Readonly<Record<string, DirectoryIntent>>;
  readonly removed: readonly string[];
}

export function writeFiles(world: World, unit: UnitName, written: FilesWritten): void {
  change(world, unit, (machine) => {
    const files: Record<string, ObservedFile> = { ...machine.files, ...written.files };
    for (const path of written.removed) delete files[path];
    return { files, directories: { ...machine.directories, ...written.directories } };
  });
}

export function recordCommand(world: World, unit: UnitName, name: string, digest: string): void {
  change(world, unit, ({ commands }) => ({ commands: { ...commands, [name]: digest } }));
}

/** A service was given, or given again: it begins to start. */
export function putService(
  world: World,
  unit: UnitName,
  name: string,
  given: { readonly digest: string; readonly configuration: string },
): void {
  changeService(world, unit, name, (service) => ({ ...service, ...given, state: 'starting', message: '' }));
}

export function restartService(world: World, unit: UnitName, name: string, configuration: string): void {
  changeService(world, unit, name, (service) => ({ ...service, configuration, state: 'starting', message: '' }));
}

export function reloadService(world: World, unit: UnitName, name: string, configuration: string): void {
  changeService(world, unit, name, (service) => ({ ...service, configuration }));
}

export function removeServices(world: World, unit: UnitName, names: readonly string[]): void {
  change(world, unit, ({ services }) => {
    return { services: Object.fromEntries(sortedEntries(services).filter(([name]) => !names.includes(name))) };
  });
}

export function putHealth(world: World, unit: UnitName, probe: Probe | null, digest: string): void {
  const health = probe === null ? NO_HEALTH : ({ digest, state: 'starting', message: '' } as const);
  change(world, unit, () => ({ health }));
}

/** Everything that was starting has started. */
export function becomeReady(world: World, unit: UnitName): void {
  change(world, unit, ({ services, health }) => ({
    services: Object.fromEntries(sortedEntries(services).map(([name, service]) => [name, started(service)])),
    health: health.state === 'none' ? health : { ...health, state: 'passing', message: '' },
  }));
}

const NO_HEALTH = { digest: '', state: 'none', message: '' } as const;

const NEW_MACHINE = { files: {}, directories: {}, commands: {}, services: {}, health: NO_HEALTH } as const;

const NEW_SERVICE: ObservedService = {
  digest: '',
  configuration: '',
  state: 'starting',
  restarts: 0,
  message: '',
  sinceMs: null,
};

function started(service: ObservedService): ObservedService {
  return service.state === 'stopped' ? service : { ...service, state: 'ready', message: '' };
}

function change(world: World, unit: UnitName, update: (machine: ObservedMachine) => Partial<ObservedMachine>): void {
  const machine = world.machines.get(unit);
  if (machine === undefined) throw new Error(`there is no machine of ${unit}`);
  world.machines.set(unit, { ...machine, ...update(machine) });
}

function changeService(
  world: World,
  unit: UnitName,
  name: string,
  update: (service: ObservedService) => ObservedService,
): void {
  change(world, unit, ({ services }) => ({ services: { ...services, [name]: update(services[name] ?? NEW_SERVICE) } }));
}
