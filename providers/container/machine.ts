import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Limits, MachineSpec, StorageSpec } from '../../model/desired.ts';
import { ProviderError, type UnitRef } from '../../model/provider.ts';
import type { ContainerRecord } from './containers.ts';
import type { Host } from './host.ts';
import { hostsFile } from './hosts.ts';
import { hardwareAddress, networkIdentity } from './identity.ts';
import { networkPaths, storagePaths } from './layout.ts';
import type { ContainerLimits, ContainerMount, ContainerNetwork } from './native/agent.ts';
import { NativeError } from './native/connection.ts';
import { networkOf } from './network-records.ts';
import { resolverFile } from './resolver.ts';
import { gatewayOf, withPrefix } from './subnet.ts';

/**
 * Makes the unit's container and starts it. One that exists and does not run is started again on its old file system,
 * with what its label says: what was installed and written in it is still there.
 */
export async function ensureMachine(host: Host, spec: MachineSpec): Promise<void> {
  const { containers } = host;
  const layers = await layersOf(host, containers.find(spec)?.spec ?? spec);
  const record = containers.find(spec) ?? containers.create(spec);
  const paths = containers.paths(record.id);
  const agent = await host.agent();
  const { warnings } = await agent.start({
    id: record.id,
    hostname: record.spec.hostname,
    layers,
    upper: paths.upper,
    work: paths.work,
    mounts: mountsOf(host, record.spec),
    network: networkFor(host, record.spec),
    limits: limitsOf(record.spec.limits),
    init: join(host.nativeDirectory, 'cantrip-init'),
    logs: paths.logs,
    builder: false,
  });
  for (const warning of warnings) host.log(`${spec.unit}: ${warning}`);
}

/** The label last: after a crash between the two it still asks for the change, which can be made again. */
export async function resizeMachine(host: Host, unit: UnitRef, limits: Limits): Promise<void> {
  const record = requireContainer(host, unit);
  const agent = await host.agent();
  await agent.update(record.id, limitsOf(limits)).catch((error: unknown) => {
    throw error instanceof NativeError && error.errno === EBUSY ? memoryInUse(unit, error) : error;
  });
  host.containers.relabel({ ...record, spec: { ...record.spec, limits } });
}

/** The whole directory goes to the trash at once, label and all, after everything that it is the label of is gone. */
export async function removeMachine(host: Host, unit: UnitRef, graceMs: number): Promise<void> {
  const record = host.containers.find(unit);
  if (record === null) return;
  const agent = await host.agent();
  await agent.remove(record.id, { graceMs, trash: [host.containers.paths(record.id).directory] });
}

const EBUSY = 16;

function memoryInUse(unit: UnitRef, error: NativeError): ProviderError {
  return new ProviderError({
    action: 'resize machine',
    target: unit.unit,
    message: error.message,
    retryable: true,
    hint: 'it uses more memory than it is to have: give it more, or restart its services first',
  });
}

export function requireContainer(host: Host, unit: UnitRef): ContainerRecord {
  const record = host.containers.find(unit);
  if (record !== null) return record;
  throw new ProviderError({ action: 'find machine', target: unit.unit, message: 'there is none' });
}

async function layersOf(host: Host, spec: MachineSpec): Promise<readonly string[]> {
  const layers = await host.images?.layersOf(spec.image.key);
  if (layers !== null && layers !== undefined) return layers;
  throw new ProviderError({
    action: 'start machine',
    target: spec.unit,
    message: `image ${spec.image.key} is not ready`,
  });
}

function networkFor(host: Host, spec: MachineSpec): ContainerNetwork | null {
  const subnet = networkOf(host, spec.environment)?.subnet ?? null;
  if (spec.address === null || subnet === null) return null;
  return {
    bridge: networkIdentity(host.layout.state, spec.environment).bridge,
    address: withPrefix(spec.address, subnet),
    gateway: gatewayOf(subnet),
    mac: hardwareAddress(spec.address),
  };
}

function mountsOf(host: Host, spec: MachineSpec): readonly ContainerMount[] {
  const paths = networkPaths(host.layout, spec.environment);
  mkdirSync(paths.run, { recursive: true, mode: 0o711 });
  if (!existsSync(paths.hosts)) writeFileSync(paths.hosts, hostsFile({}));
  if (!existsSync(paths.resolver)) writeFileSync(paths.resolver, resolverFile({ servers: [], search: null }));
  return [
    { source: paths.hosts, target: '/etc/hosts', readOnly: true, optional: false },
    { source: paths.resolver, target: '/etc/resolv.conf', readOnly: true, optional: false },
    ...spec.storage.map((storage) => storageMount(host, spec, storage)),
  ];
}

function storageMount(host: Host, spec: MachineSpec, storage: StorageSpec): ContainerMount {
  const source = storagePaths(host.layout, spec.environment, storage.id).data;
  return { source, target: storage.path, readOnly: false, optional: false };
}

function limitsOf({ cpuMillicores, memoryBytes, pids }: Limits): ContainerLimits {
  return { cpuMillicores: cpuMillicores ?? 0, memoryBytes: memoryBytes ?? 0, pids: pids ?? 0, cpuWeight: 0 };
}
