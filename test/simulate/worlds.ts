import { holds } from '../../engine/preconditions.ts';
import type { Operation } from '../../model/plan.ts';
import type { Provider } from '../../model/provider.ts';
import { type Caller, die } from '../../providers/simulated/caller.ts';
import { type Disturbance, disturb } from '../../providers/simulated/disturb.ts';
import type { Fault } from '../../providers/simulated/faults.ts';
import { createHost, observeHost, type SimulatedHost } from '../../providers/simulated/host.ts';
import { openSimulated } from '../../providers/simulated/provider.ts';
import { CONTAINER_LIKE, SLOW_CLOUD } from '../../providers/simulated/settings.ts';
import type { Chance } from './chance.ts';
import type { SimulationTime } from './clock.ts';
import { ENVIRONMENT } from './declaration.ts';

/** Kind → host. */
export type Hosts = ReadonlyMap<string, SimulatedHost>;

export function createHosts(time: SimulationTime): Hosts {
  return new Map([CONTAINER_LIKE, SLOW_CLOUD].map((world) => [world.kind, createHost(world, time)]));
}

/** One command's connection to all hosts; it dies as a whole. */
export interface Process {
  readonly providers: ReadonlyMap<string, Provider>;
  /** Resolves when it dies. */
  readonly death: Promise<void>;
  isAlive(): boolean;
}

export interface ProcessOptions {
  readonly environment: string;
  readonly hosts: Hosts;
  readonly chance: Chance;
  /** Probability that a call goes wrong. */
  readonly trouble: number;
  /** Operations that have been started and not ended. */
  readonly running: ReadonlyMap<string, Operation>;
  readonly note: (line: string) => void;
  /** Something happened by itself after the last look: what was seen may not be so any more. */
  readonly disturbed: () => boolean;
}

export function startProcess(options: ProcessOptions): Process {
  const { hosts, chance, note } = options;
  let announce: () => void = () => {};
  const death = new Promise<void>((resolve) => {
    announce = resolve;
  });
  const callers = new Map<string, Caller>();
  const onDeath = (): void => {
    for (const caller of callers.values()) if (caller.alive) void die(caller);
    announce();
  };
  for (const [kind, host] of hosts) {
    const faults = (call: string): Fault | null => {
      checkPreconditions(host, call, options);
      const fault = chance.happens(options.trouble) ? randomFault(host, chance) : null;
      if (fault !== null) note(`${faultText(fault)}: ${call}`);
      return fault;
    };
    callers.set(kind, { host, faults, onDeath, arrives: () => chance.happens(0.5), underWay: new Set(), alive: true });
  }
  const providers = new Map([...callers].map(([kind, caller]) => [kind, openSimulated(caller)]));
  return { providers, death, isAlive: () => [...callers.values()].every(({ alive }) => alive) };
}

function randomFault({ world }: SimulatedHost, chance: Chance): Fault {
  const roll = chance.below(10);
  if (roll < 3) return { kind: 'error', retryable: chance.happens(0.7) };
  if (roll < 5) return { kind: 'lost-answer' };
  if (roll < 7) return { kind: 'delay', delayMs: chance.below(20) * world.timing.readyMs };
  return { kind: 'crash', done: chance.happens(0.5) };
}

function faultText(fault: Fault): string {
  switch (fault.kind) {
    case 'error':
      return fault.retryable ? 'error that passes' : 'error';
    case 'lost-answer':
      return 'answer lost';
    case 'delay':
      return `delay of ${fault.delayMs} ms`;
    case 'crash':
      return `crash ${fault.done ? 'after' : 'before'}`;
  }
}

/** What is taken away or led somewhere was looked at this very moment: so its preconditions hold in the true world. */
function checkPreconditions(
  host: SimulatedHost,
  call: string,
  { environment, running, hosts, disturbed }: ProcessOptions,
): void {
  if (disturbed()) return;
  for (const { id, provider, action, expects } of running.values()) {
    if (provider !== host.world.kind || callOf(action) !== call) continue;
    const seen = [...hosts].map(([kind, one]) => [kind, observeHost(one, environment)] as const);
    const observed = { providers: Object.fromEntries(seen) };
    for (const expected of expects) {
      const objection = holds(expected, observed, provider);
      if (objection !== null) host.violations.push(`${id} is done though ${objection}`);
    }
  }
}

function callOf(action: Operation['action']): string | null {
  switch (action.kind) {
    case 'machine.remove':
      return `machine.remove ${action.unit}`;
    case 'storage.remove':
      return `storage.remove ${action.storage.id}`;
    case 'route.ensure':
      return `route.ensure ${action.route.id}`;
    default:
      return null;
  }
}

const DISTURBANCES: readonly Disturbance[] = ['vanish', 'stop', 'break', 'fail-service'];

export interface DisturbOptions {
  readonly hosts: Hosts;
  readonly time: SimulationTime;
  readonly chance: Chance;
  readonly onDisturbance: (line: string) => void;
  /** The step it belongs to goes on. */
  readonly isOn: () => boolean;
}

/** Lets something happen to some machine at some time of the step. */
export function disturbSomeTime({ hosts, time, chance, onDisturbance, isOn }: DisturbOptions): void {
  const host = chance.pick([...hosts.values()]);
  const delayMs = chance.below(20) * host.world.timing.lookMs;
  const disturbance = chance.pick(DISTURBANCES);
  const which = chance.next();
  time.at(time.nowMs() + delayMs, () => {
    const { machines } = observeHost(host, ENVIRONMENT);
    const machine = machines[Math.floor(which * machines.length)];
    if (machine === undefined || !isOn()) return;
    onDisturbance(`${disturbance}: ${machine.unit}`);
    disturb(host, ENVIRONMENT, machine.unit, disturbance);
  });
}
