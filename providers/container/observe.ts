import { existsSync } from 'node:fs';
import type { NetworkSpec } from '../../model/desired.ts';
import { byUnit } from '../../model/names.ts';
import type { ObservedMachine, ObservedProvider } from '../../model/observed.ts';
import { byText } from '../../model/order.ts';
import { inBatches } from './batches.ts';
import type { ContainerRecord } from './containers.ts';
import { namesIn, readJson, readText } from './files.ts';
import type { Host } from './host.ts';
import { parseRoutes } from './host-networks.ts';
import { networkIdentity } from './identity.ts';
import { machineOf } from './inside.ts';
import { networkPaths } from './layout.ts';
import type { ContainerState } from './native/agent.ts';
import type { InitStatus } from './native/init.ts';
import { networkOf, routesOf, rulesOf } from './network-records.ts';
import { holdsExactly, portsInUse } from './ports.ts';
import { runProgram } from './programs.ts';
import { listStorage } from './storage.ts';

/** Containers asked at once. */
const PARALLEL = 64;
/** A process 1 that is there answers in less than a millisecond. */
const PATIENCE_MS = 3000;

/**
 * Everything of the environment as labels, the runtime and the containers themselves tell it; what needs no asking is
 * read meanwhile.
 */
export async function observe(host: Host, environment: string): Promise<ObservedProvider> {
  const records = host.containers.list(environment);
  const routes = routesOf(host, environment);
  const [states, held, rulesAreLoaded, images, ports] = await Promise.all([
    records.length === 0 ? [] : host.agent().then((agent) => agent.list()),
    routes.length === 0 ? [] : host.agent().then((agent) => agent.listPorts()),
    areRulesLoaded(host, environment),
    readyImages(host),
    portsInUse(host, environment),
  ]);
  const stateOf = new Map(states.map((state) => [state.id, state]));
  const machines = await inBatches(records, PARALLEL, (record) => see(host, record, stateOf.get(record.id)));
  return {
    network: rulesAreLoaded && holdsExactly(held, environment, routes) ? standingNetwork(host, environment) : null,
    names: readJson(networkPaths(host.layout, environment).names) ?? {},
    images,
    machines: machines.sort((a, b) => byUnit(a.unit, b.unit)),
    storage: listStorage(host.layout, environment),
    routes,
    host: { portsInUse: ports, subnetsInUse: subnetsInUse(host, environment) },
  };
}

/** Names of all environments that something carries here. */
export function environmentsOf(host: Host): readonly string[] {
  const { layout, containers } = host;
  const storages = namesIn(layout.storages).filter((name) => !name.startsWith('.'));
  return [
    ...new Set([...networkNames(host), ...storages, ...containers.list().map(({ spec }) => spec.environment)]),
  ].sort(byText);
}

async function see(host: Host, record: ContainerRecord, outside: ContainerState | undefined): Promise<ObservedMachine> {
  const inside = outside?.state === 'running' ? await askInit(host, record.id) : null;
  return machineOf({ record, manifest: host.containers.manifest(record.id), outside, inside });
}

async function askInit(host: Host, id: string): Promise<InitStatus | null> {
  try {
    return await (await host.init(id)).list({ timeoutMs: PATIENCE_MS });
  } catch {
    return null;
  }
}

/**
 * The network is there only when its bridge is; /proc/sys shows the network namespace of who looks, /sys that of who
 * mounted it.
 */
function standingNetwork(host: Host, environment: string): NetworkSpec | null {
  const { bridge } = networkIdentity(host.layout.state, environment);
  return existsSync(`/proc/sys/net/ipv4/conf/${bridge}`) ? networkOf(host, environment) : null;
}

/**
 * Whether the kernel has exactly the rules that the records ask for: a stranger may have flushed them, a crash have
 * come between.
 */
async function areRulesLoaded(host: Host, environment: string): Promise<boolean> {
  const rules = rulesOf(host, environment);
  if (rules === null) return false;
  const { table } = networkIdentity(host.layout.state, environment);
  return runProgram(['nft', 'list', 'chain', 'inet', table, rules.marker]).then(
    () => true,
    () => false,
  );
}

async function readyImages(host: Host): Promise<readonly string[]> {
  const { images } = host;
  if (images === null) return [];
  const keys = (await images.list()).images.map((image) => image.key);
  const layers = await Promise.all(keys.map((key) => images.layersOf(key)));
  return keys.filter((_, index) => layers[index] !== null).sort(byText);
}

function subnetsInUse(host: Host, environment: string): readonly string[] {
  const { bridge } = networkIdentity(host.layout.state, environment);
  const around = parseRoutes(readText('/proc/net/route') ?? '').filter((route) => route.interface !== bridge);
  const others = networkNames(host).filter((name) => name !== environment);
  const subnets = others.flatMap((name) => networkOf(host, name)?.subnet ?? []);
  return [...new Set([...around.map((route) => route.network), ...subnets])].sort(byText);
}

function networkNames(host: Host): readonly string[] {
  return namesIn(host.layout.networks).flatMap((name) => /^([^.]+)\.json$/.exec(name)?.[1] ?? []);
}
