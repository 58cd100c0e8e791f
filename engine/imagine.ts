import type { Observed } from '../model/observed.ts';
import type { Action, Operation, ServiceAction } from '../model/plan.ts';
import type { World } from '../model/world.ts';
import {
  becomeReady,
  emptyWorld,
  observeWorld,
  openWorld,
  putHealth,
  putMachine,
  putService,
  recordCommand,
  reloadService,
  removeNetwork,
  removeServices,
  resizeMachine,
  restartService,
  writeFiles,
} from '../model/world.ts';

/** The world after operations that succeeded, in this order. Addresses that the world would tell stay unknown. */
export function imagine(observed: Observed, operations: readonly Operation[]): Observed {
  const worlds = new Map(Object.entries(observed.providers).map(([kind, provider]) => [kind, openWorld(provider)]));
  for (const { provider, action } of operations) {
    const world = worlds.get(provider) ?? emptyWorld();
    worlds.set(provider, world);
    perform(world, action);
  }
  return { providers: Object.fromEntries([...worlds].map(([kind, world]) => [kind, observeWorld(world)])) };
}

function perform(world: World, action: Action): void {
  switch (action.kind) {
    case 'network.ensure':
      world.network = action.network;
      return;
    case 'network.remove':
      removeNetwork(world);
      return;
    case 'names.ensure':
      world.names = action.names;
      return;
    case 'image.ensure':
      world.images.add(action.image.key);
      return;
    case 'storage.ensure':
      world.storage.set(action.storage.id, action.storage);
      return;
    case 'storage.remove':
      world.storage.delete(action.storage.id);
      return;
    case 'machine.create':
    case 'machine.start':
      putMachine(world, action.machine, { id: `of ${action.machine.unit}`, address: action.machine.address });
      return;
    case 'machine.resize':
      resizeMachine(world, action.unit, action.after);
      return;
    case 'machine.remove':
      world.machines.delete(action.unit);
      return;
    case 'route.ensure':
      world.routes.set(action.route.id, action.route);
      return;
    case 'route.remove':
      world.routes.delete(action.route.id);
      return;
    default:
      performInside(world, action);
      return;
  }
}

type InsideAction = Extract<Action, { readonly unit: string }>;

function performInside(world: World, action: InsideAction): void {
  switch (action.kind) {
    case 'files.write': {
      const files = Object.fromEntries(action.files.map(({ path, after }) => [path, after]));
      writeFiles(world, action.unit, { ...action, files, removed: Object.keys(action.removed) });
      return;
    }
    case 'command.run':
      recordCommand(world, action.unit, action.command.name, action.digest);
      return;
    case 'service.ensure':
      performService(world, action.unit, action.name, action.action);
      return;
    case 'service.remove':
      removeServices(world, action.unit, action.names);
      return;
    case 'health.ensure':
      putHealth(world, action.unit, action.probe, action.digest);
      return;
    case 'unit.await':
      becomeReady(world, action.unit);
      return;
    case 'machine.resize':
    case 'machine.remove':
      throw new Error(`${action.kind} happens to a machine, not inside it`);
  }
}

function performService(world: World, unit: string, name: string, action: ServiceAction): void {
  switch (action.kind) {
    case 'start':
    case 'update':
      putService(world, unit, name, action);
      return;
    case 'restart':
      restartService(world, unit, name, action.configuration);
      return;
    case 'reload':
      reloadService(world, unit, name, action.configuration);
      return;
  }
}
