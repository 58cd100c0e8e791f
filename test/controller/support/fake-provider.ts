import type { MachineSpec } from '../../../model/desired.ts';
import type { AbortSignal, Provider, ProviderTraits, UnitRef } from '../../../model/provider.ts';
import { ProviderError } from '../../../model/provider.ts';
import * as world from '../../../model/world.ts';

const TRAITS: ProviderTraits = {
  addresses: 'allocated',
  routes: true,
  storage: true,
  resize: true,
  createTimeoutMs: 60_000,
};

export interface FakeProvider extends Provider {
  readonly world: world.World;
  /** Every call that changes something, in order: `ensureMachine db/0`. */
  readonly calls: readonly string[];
  /** Secret values that calls were given, by call. */
  readonly secrets: ReadonlyMap<string, ReadonlyMap<string, string>>;
  /** Asked before every call, `observe` too; what it throws is the call's failure. */
  onCall: (call: string) => void | Promise<void>;
}

/** A world in memory that does what it is told, unless a test tells it otherwise. */
export function createFakeProvider(kind: string, traits: Partial<ProviderTraits> = {}): FakeProvider {
  const calls: string[] = [];
  const secrets = new Map<string, ReadonlyMap<string, string>>();
  const state = world.emptyWorld();
  let made = 0;
  const call = async (name: string, target: string, change: () => void): Promise<void> => {
    await provider.onCall(`${name} ${target}`);
    calls.push(`${name} ${target}`);
    change();
  };
  const inUnit = (name: string, { unit }: UnitRef, rest: string, change: () => void): Promise<void> =>
    call(name, rest === '' ? unit : `${unit} ${rest}`, () => {
      if (!state.machines.has(unit)) {
        throw new ProviderError({ action: name, target: unit, message: 'there is no such machine' });
      }
      change();
    });
  const identity = (machine: MachineSpec): world.MachineIdentity => {
    made += 1;
    return { id: `id-${made}`, address: machine.address };
  };
  const provider: FakeProvider = {
    kind,
    traits: { ...TRAITS, ...traits },
    world: state,
    calls,
    secrets,
    onCall: () => {},
    observe: async (environment) => {
      await provider.onCall(`observe ${environment}`);
      return world.observeWorld(state);
    },
    environments: async () => [],
    logs: () => noLines(),
    ensureNetwork: (network) => call('ensureNetwork', network.environment, () => Object.assign(state, { network })),
    removeNetwork: (environment) => call('removeNetwork', environment, () => world.removeNetwork(state)),
    ensureNames: (environment, names) => call('ensureNames', environment, () => Object.assign(state, { names })),
    ensureImage: (image) => call('ensureImage', image.base, () => state.images.add(image.key)),
    ensureStorage: (_, storage) => call('ensureStorage', storage.id, () => state.storage.set(storage.id, storage)),
    removeStorage: (_, id) => call('removeStorage', id, () => state.storage.delete(id)),
    ensureMachine: (machine) =>
      call('ensureMachine', machine.unit, () => world.putMachine(state, machine, identity(machine))),
    resizeMachine: (unit, limits) =>
      inUnit('resizeMachine', unit, '', () => world.resizeMachine(state, unit.unit, limits)),
    removeMachine: ({ unit }) => call('removeMachine', unit, () => state.machines.delete(unit)),
    writeFiles: (unit, change) =>
      inUnit('writeFiles', unit, '', () => {
        secrets.set(`writeFiles ${unit.unit}`, change.secrets);
        world.writeFiles(state, unit.unit, change);
      }),
    runCommand: (unit, command, request) =>
      inUnit('runCommand', unit, command.name, () => {
        secrets.set(`runCommand ${unit.unit} ${command.name}`, request.secrets);
        world.recordCommand(state, unit.unit, command.name, request.digest);
      }),
    ensureService: (unit, request) =>
      inUnit('ensureService', unit, request.name, () => {
        secrets.set(`ensureService ${unit.unit} ${request.name}`, request.secrets);
        world.putService(state, unit.unit, request.name, request);
      }),
    restartService: (unit, name, configuration) =>
      inUnit('restartService', unit, name, () => world.restartService(state, unit.unit, name, configuration)),
    reloadService: (unit, name, { configuration }) =>
      inUnit('reloadService', unit, name, () => world.reloadService(state, unit.unit, name, configuration)),
    removeServices: (unit, names) =>
      inUnit('removeServices', unit, names.join(), () => world.removeServices(state, unit.unit, names)),
    ensureHealth: (unit, probe, digest) =>
      inUnit('ensureHealth', unit, '', () => world.putHealth(state, unit.unit, probe, digest)),
    awaitUnit: (unit) => inUnit('awaitUnit', unit, '', () => world.becomeReady(state, unit.unit)),
    ensureRoute: (route) => call('ensureRoute', route.id, () => state.routes.set(route.id, route)),
    removeRoute: (route) => call('removeRoute', route.id, () => state.routes.delete(route.id)),
    exec: async () => 0,
  };
  return provider;
}

async function* noLines(): AsyncGenerator<never> {}

/** A failure that may pass by itself, or not. */
export function failing(target: string, retryable: boolean, detail: readonly string[] = []): ProviderError {
  return new ProviderError({ action: 'call', target, message: 'the world says no', retryable, detail });
}

export function neverAborted(): AbortSignal {
  return new AbortController().signal;
}
