import type { ImageSpec } from '../../model/image.ts';
import type { ObservedMachine } from '../../model/observed.ts';
import type { LogLine, LogOptions, Provider, UnitRef } from '../../model/provider.ts';
import { whyNotReady } from '../../model/readiness.ts';
import type { Call, Caller } from './caller.ts';
import { makeCall, pause, refusal } from './caller.ts';
import {
  dropNetwork,
  dropStorage,
  machineOf,
  putFiles,
  putHealth,
  putMachine,
  putRoute,
  putService,
  reloadService,
  removeServices,
  resize,
  restartService,
  runCommand,
} from './effects.ts';
import type { SimulatedHost } from './host.ts';
import { environmentsOn, observeHost, worldOf } from './host.ts';

/** A caller's view of a simulated host. Each call happens at one moment of its time, or not at all. */
export function openSimulated(caller: Caller): Provider {
  const { host } = caller;
  const { kind, traits } = host.world;
  const call = (name: string, target: string, effect: () => void): Promise<void> =>
    makeCall(caller, { name, target, effect });
  return {
    kind,
    traits,
    observe: (environment) => look(caller, () => observeHost(host, environment)),
    environments: () => look(caller, () => environmentsOn(host)),
    logs: (unit, options) => logsOf(host, unit, options),
    ensureNetwork: (network) =>
      call('network.ensure', network.environment, () => {
        worldOf(host, network.environment).network = network;
      }),
    removeNetwork: (environment) => call('network.remove', environment, () => dropNetwork(host, environment)),
    ensureNames: (environment, names) =>
      call('names.ensure', environment, () => {
        worldOf(host, environment).names = names;
      }),
    ensureImage: (image) => makeCall(caller, imageCall(host, image)),
    ensureStorage: (environment, storage) =>
      call('storage.ensure', storage.id, () => worldOf(host, environment).storage.set(storage.id, storage)),
    removeStorage: (environment, id) => call('storage.remove', id, () => dropStorage(host, environment, id)),
    ensureMachine: async (spec) => {
      await call('machine.ensure', spec.unit, () => putMachine(host, spec));
      await untilRunning(caller, spec);
    },
    removeMachine: ({ environment, unit }) =>
      call('machine.remove', unit, () => worldOf(host, environment).machines.delete(unit)),
    ensureRoute: (route) => call('route.ensure', route.id, () => putRoute(host, route)),
    removeRoute: (route) =>
      call('route.remove', route.id, () => worldOf(host, route.environment).routes.delete(route.id)),
    awaitUnit: (unit, services, timeoutMs) => untilReady(caller, unit, { services, timeoutMs }),
    ...insideCalls(caller),
  };
}

type InsideCalls = Pick<
  Provider,
  | 'resizeMachine'
  | 'writeFiles'
  | 'runCommand'
  | 'ensureService'
  | 'restartService'
  | 'reloadService'
  | 'removeServices'
  | 'ensureHealth'
  | 'exec'
>;

/** Calls that need a running machine. */
function insideCalls(caller: Caller): InsideCalls {
  const { host } = caller;
  const { filesMs, commandMs } = host.world.timing;
  const call = (name: string, unit: UnitRef, effect: () => void, durationMs = 0): Promise<void> => {
    const inMachine = (): void => {
      machineOf(host, name, unit);
      effect();
    };
    return makeCall(caller, { name, target: unit.unit, durationMs, effect: inMachine });
  };
  return {
    resizeMachine: (unit, limits) => call('machine.resize', unit, () => resize(host, unit, limits)),
    writeFiles: (unit, files) => call('files.write', unit, () => putFiles(host, unit, files), filesMs),
    runCommand: (unit, command, request) =>
      call('command.run', unit, () => runCommand(host, unit, command, request), commandMs),
    ensureService: (unit, request) => call('service.ensure', unit, () => putService(host, unit, request)),
    restartService: (unit, name, configuration) =>
      call('service.restart', unit, () => restartService(host, unit, name, configuration)),
    reloadService: (unit, name, request) =>
      call('service.reload', unit, () => reloadService(host, unit, name, request)),
    removeServices: (unit, names) => call('service.remove', unit, () => removeServices(host, unit, names)),
    ensureHealth: (unit, probe, digest) => call('health.ensure', unit, () => putHealth(host, unit, probe, digest)),
    exec: async (unit) => {
      await call('exec', unit, () => {});
      return 0;
    },
  };
}

async function look<T>(caller: Caller, see: () => T): Promise<T> {
  await pause(caller, caller.host.world.timing.callMs);
  return see();
}

function imageCall(host: SimulatedHost, { key }: ImageSpec): Call {
  const durationMs = host.images.has(key) ? 0 : host.world.timing.imageMs;
  return { name: 'image.ensure', target: key, durationMs, effect: () => host.images.add(key) };
}

async function untilRunning(caller: Caller, { environment, unit }: UnitRef): Promise<void> {
  const { clock, world } = caller.host;
  const call = { name: 'machine.ensure', target: unit };
  const deadlineMs = clock.nowMs() + world.traits.createTimeoutMs;
  for (;;) {
    const machine = worldOf(caller.host, environment).machines.get(unit);
    if (machine?.state === 'running') return;
    if (machine?.state !== 'creating') throw refusal(call, `the machine is ${machine?.state ?? 'gone'}`);
    if (clock.nowMs() >= deadlineMs) throw refusal(call, 'it does not come up', true);
    await pause(caller, world.timing.lookMs);
  }
}

interface Await {
  readonly services: readonly string[];
  readonly timeoutMs: number;
}

async function untilReady(
  caller: Caller,
  { environment, unit }: UnitRef,
  { services, timeoutMs }: Await,
): Promise<void> {
  const { clock, world } = caller.host;
  const deadlineMs = clock.nowMs() + timeoutMs;
  for (;;) {
    await pause(caller, world.timing.lookMs);
    const machine = worldOf(caller.host, environment).machines.get(unit);
    const reason = whyNotReady(machine, services);
    if (reason === null) return;
    const late = clock.nowMs() >= deadlineMs;
    if (late || isHopeless(machine)) throw refusal({ name: 'unit.await', target: unit }, reason);
  }
}

function isHopeless(machine: ObservedMachine | undefined): boolean {
  if (machine === undefined || machine.state === 'stopped' || machine.state === 'broken') return true;
  return Object.values(machine.services).some(({ state }) => state === 'failed');
}

async function* logsOf(host: SimulatedHost, unit: UnitRef, { services }: LogOptions): AsyncGenerator<LogLine> {
  const machine = machineOf(host, 'logs', unit);
  for (const [service, { state, sinceMs }] of Object.entries(machine.services)) {
    if (services.length > 0 && !services.includes(service)) continue;
    yield { unit: unit.unit, service, timeMs: sinceMs ?? 0, stream: 'supervisor', text: `${service} is ${state}` };
  }
}
