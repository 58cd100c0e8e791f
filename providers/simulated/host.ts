import type { UnitName } from '../../model/names.ts';
import type { ObservedHost, ObservedProvider } from '../../model/observed.ts';
import { byText } from '../../model/order.ts';
import type { World } from '../../model/world.ts';
import { becomeReady, emptyWorld, observeWorld } from '../../model/world.ts';
import type { WorldKind } from './settings.ts';

/** Time in a simulated world: virtual in tests. */
export interface SimulationClock {
  nowMs(): number;
  sleep(durationMs: number): Promise<void>;
}

/** A whole simulated host: what survives every crash of those who call it. Changed in place. */
export interface SimulatedHost {
  readonly world: WorldKind;
  readonly clock: SimulationClock;
  /** Environment → its world. Images are shared by all. */
  readonly environments: Map<string, World>;
  readonly images: Set<string>;
  /** What will come about by itself. */
  readonly due: DueChange[];
  /** Things no right caller asks for, whatever went wrong before. */
  readonly violations: string[];
  /** Secret id → value it was last given with. */
  readonly secrets: Map<string, string>;
  machinesMade: number;
}

export interface DueChange {
  readonly atMs: number;
  readonly environment: string;
  readonly unit: UnitName;
  readonly machine: string;
  readonly change: 'boot' | 'address' | 'ready';
}

export function createHost(world: WorldKind, clock: SimulationClock): SimulatedHost {
  return {
    world,
    clock,
    environments: new Map(),
    images: new Set(),
    due: [],
    violations: [],
    secrets: new Map(),
    machinesMade: 0,
  };
}

/** The environment's world as it is now. */
export function worldOf(host: SimulatedHost, environment: string): World {
  catchUp(host);
  const known = host.environments.get(environment);
  if (known !== undefined) return known;
  const world = { ...emptyWorld(), images: host.images };
  host.environments.set(environment, world);
  return world;
}

export function observeHost(host: SimulatedHost, environment: string): ObservedProvider {
  const world = worldOf(host, environment);
  return { ...observeWorld(world), host: othersOnHost(host, environment) };
}

/** Environments that have anything here, sorted. */
export function environmentsOn(host: SimulatedHost): readonly string[] {
  catchUp(host);
  const inhabited = [...host.environments].filter(([, world]) => !isEmpty(world));
  return inhabited.map(([environment]) => environment).sort(byText);
}

export function schedule(host: SimulatedHost, change: Omit<DueChange, 'atMs'>, afterMs: number): void {
  host.due.push({ ...change, atMs: host.clock.nowMs() + afterMs });
}

export function isEmpty({ network, machines, storage, routes }: World): boolean {
  return network === null && machines.size === 0 && storage.size === 0 && routes.size === 0;
}

/** Lets everything come about whose time has come, in its order. */
function catchUp(host: SimulatedHost): void {
  const nowMs = host.clock.nowMs();
  if (!host.due.some(({ atMs }) => atMs <= nowMs)) return;
  const happening = host.due.filter(({ atMs }) => atMs <= nowMs).sort((a, b) => a.atMs - b.atMs);
  const later = host.due.filter(({ atMs }) => atMs > nowMs);
  host.due.splice(0, host.due.length, ...later);
  for (const change of happening) comeAbout(host, change);
  catchUp(host);
}

function comeAbout(host: SimulatedHost, { environment, unit, machine: id, change, atMs }: DueChange): void {
  const world = host.environments.get(environment);
  const machine = world?.machines.get(unit);
  if (world === undefined || machine === undefined || machine.id !== id) return;
  const { addressMs } = host.world.timing;
  switch (change) {
    case 'boot':
      world.machines.set(unit, { ...machine, state: 'running', message: '' });
      if (machine.address === null)
        host.due.push({ atMs: atMs + addressMs, environment, unit, machine: id, change: 'address' });
      return;
    case 'address':
      world.machines.set(unit, { ...machine, address: machine.address ?? learnedAddress(id) });
      return;
    case 'ready':
      if (machine.state === 'running') becomeReady(world, unit);
      return;
  }
}

/** The world's own address, different for every machine ever made. */
function learnedAddress(id: string): string {
  const number = Number.parseInt(id, 16);
  return `203.${(number >> 16) & 255}.${(number >> 8) & 255}.${number & 255}`;
}

function othersOnHost(host: SimulatedHost, environment: string): ObservedHost {
  const others = [...host.environments].filter(([name]) => name !== environment);
  return {
    portsInUse: others.flatMap(([name, { routes }]) =>
      [...routes.values()].map(({ host: { port, address } }) => ({ port, address, holder: `environment ${name}` })),
    ),
    subnetsInUse: others.flatMap(([, { network }]) => network?.subnet ?? []),
  };
}
