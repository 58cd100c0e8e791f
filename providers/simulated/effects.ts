import type { CommandIntent, Probe } from '../../model/charm.ts';
import type { Limits, MachineSpec, RouteSpec } from '../../model/desired.ts';
import type { ObservedMachine } from '../../model/observed.ts';
import type { CommandRequest, FilesChange, ReloadRequest, ServiceRequest, UnitRef } from '../../model/provider.ts';
import * as change from '../../model/world.ts';
import { refusal } from './caller.ts';
import type { SimulatedHost } from './host.ts';
import { schedule, worldOf } from './host.ts';
import { whyNotMachine, whyNotRoute, whyNotSecrets, whyNotWithoutNetwork, whyNotWithoutStorage } from './rules.ts';

export function dropNetwork(host: SimulatedHost, environment: string): void {
  const world = worldOf(host, environment);
  obey(host, { name: 'network.remove', target: environment }, whyNotWithoutNetwork(world));
  change.removeNetwork(world);
}

export function dropStorage(host: SimulatedHost, environment: string, id: string): void {
  const world = worldOf(host, environment);
  obey(host, { name: 'storage.remove', target: id }, whyNotWithoutStorage(world, id));
  world.storage.delete(id);
}

/** A machine is there at once and runs after a while, whether or not anybody waits for it. */
export function putMachine(host: SimulatedHost, spec: MachineSpec): void {
  const { environment, unit } = spec;
  const world = worldOf(host, environment);
  const existing = world.machines.get(unit);
  if (existing?.state === 'running' || existing?.state === 'creating') return;
  if (existing === undefined) obey(host, { name: 'machine.ensure', target: unit }, whyNotMachine(world, spec, host));
  const id = existing?.id ?? newMachineId(host);
  change.putMachine(world, spec, { id, address: spec.address });
  world.machines.set(unit, { ...mustFind(world, unit), state: 'creating' });
  schedule(host, { environment, unit, machine: id, change: 'boot' }, host.world.timing.bootMs);
}

export function resize(host: SimulatedHost, { environment, unit }: UnitRef, limits: Limits): void {
  change.resizeMachine(worldOf(host, environment), unit, limits);
}

export function putFiles(
  host: SimulatedHost,
  { environment, unit }: UnitRef,
  { secrets, ...written }: FilesChange,
): void {
  const text = Object.values(written.files).map(({ content }) => content);
  obey(host, { name: 'files.write', target: unit }, whyNotSecrets(text.join('\n'), secrets, host));
  change.writeFiles(worldOf(host, environment), unit, written);
}

export function runCommand(
  host: SimulatedHost,
  { environment, unit }: UnitRef,
  command: CommandIntent,
  { digest, secrets }: CommandRequest,
): void {
  const text = [...command.command, ...Object.values(command.environment)].join('\n');
  obey(host, { name: 'command.run', target: unit }, whyNotSecrets(text, secrets, host));
  change.recordCommand(worldOf(host, environment), unit, command.name, digest);
}

export function putService(host: SimulatedHost, unit: UnitRef, request: ServiceRequest): void {
  const { name, service, digest, configuration, secrets } = request;
  const existing = machineOf(host, 'service.ensure', unit).services[name];
  const text = [...service.command, ...Object.values(service.environment)].join('\n');
  obey(host, { name: 'service.ensure', target: unit.unit }, whyNotSecrets(text, secrets, host));
  const isSame = existing?.digest === digest && existing.configuration === configuration;
  if (isSame && existing.state !== 'failed' && existing.state !== 'stopped') return;
  change.putService(worldOf(host, unit.environment), unit.unit, name, { digest, configuration });
  readySoon(host, unit);
}

export function restartService(host: SimulatedHost, unit: UnitRef, name: string, configuration: string): void {
  needService(host, 'service.restart', unit, name);
  change.restartService(worldOf(host, unit.environment), unit.unit, name, configuration);
  readySoon(host, unit);
}

export function reloadService(host: SimulatedHost, unit: UnitRef, name: string, request: ReloadRequest): void {
  needService(host, 'service.reload', unit, name);
  change.reloadService(worldOf(host, unit.environment), unit.unit, name, request.configuration);
}

export function removeServices(host: SimulatedHost, { environment, unit }: UnitRef, names: readonly string[]): void {
  change.removeServices(worldOf(host, environment), unit, names);
}

export function putHealth(host: SimulatedHost, unit: UnitRef, probe: Probe | null, digest: string): void {
  if (machineOf(host, 'health.ensure', unit).health.digest === digest) return;
  change.putHealth(worldOf(host, unit.environment), unit.unit, probe, digest);
  readySoon(host, unit);
}

export function putRoute(host: SimulatedHost, route: RouteSpec): void {
  const world = worldOf(host, route.environment);
  obey(host, { name: 'route.ensure', target: route.id }, whyNotRoute(world, route));
  world.routes.set(route.id, route);
}

/** The unit's running machine; without one the call is refused. */
export function machineOf(host: SimulatedHost, name: string, { environment, unit }: UnitRef): ObservedMachine {
  const machine = worldOf(host, environment).machines.get(unit);
  if (machine === undefined) throw refusal({ name, target: unit }, 'there is no such machine');
  if (machine.state !== 'running') throw refusal({ name, target: unit }, `the machine is ${machine.state}`);
  return machine;
}

/** What no right caller asks for is refused and remembered. */
function obey(host: SimulatedHost, call: { name: string; target: string }, fault: string | null): void {
  if (fault === null) return;
  host.violations.push(fault);
  throw refusal(call, fault);
}

function mustFind({ machines }: change.World, unit: string): ObservedMachine {
  const machine = machines.get(unit);
  if (machine === undefined) throw new Error(`the machine of ${unit} was just made and is not there`);
  return machine;
}

function newMachineId(host: SimulatedHost): string {
  host.machinesMade += 1;
  return host.machinesMade.toString(16).padStart(16, '0');
}

function needService(host: SimulatedHost, call: string, unit: UnitRef, name: string): void {
  if (machineOf(host, call, unit).services[name] !== undefined) return;
  throw refusal({ name: call, target: unit.unit }, `there is no service ${name}`);
}

function readySoon(host: SimulatedHost, unit: UnitRef): void {
  const { id } = machineOf(host, 'ready', unit);
  schedule(host, { ...unit, machine: id, change: 'ready' }, host.world.timing.readyMs);
}
