import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BuilderJob } from '../../model/builder.ts';
import { describeExit } from './exit-status.ts';
import { namesIn, readJson, readText, writeJson } from './files.ts';
import { allowForwarding, disallowForwarding } from './forwarding.ts';
import type { Host } from './host.ts';
import { parseRoutes } from './host-networks.ts';
import { hostsFile } from './hosts.ts';
import { hardwareAddress, type NetworkIdentity, networkIdentity } from './identity.ts';
import type { ContainerMount, ContainerNetwork } from './native/agent.ts';
import { makeBridge } from './network.ts';
import { networkOf } from './network-records.ts';
import { runProgram } from './programs.ts';
import { resolverFile } from './resolver.ts';
import { workingResolver } from './resolver-probe.ts';
import { networkRules, removalOfRules } from './rules.ts';
import { gatewayOf, numberOfAddress, overlaps, textOfAddress, withPrefix } from './subnet.ts';

const COMMAND_TIMEOUT_MS = 3_600_000;

/** Resolves when all commands ended with 0; the container and its network are gone either way. */
export async function runBuild(host: Host, job: BuilderJob): Promise<void> {
  await sweepBuilds(host);
  await removeBuild(host, job.id);
  const paths = buildPaths(host, job.id);
  writeJson(paths.record, { pid: process.pid, subnet: null } satisfies BuildRecord);
  mkdirSync(paths.logs);
  try {
    const network = job.network ? await makeNetwork(host, job.id) : null;
    await startBuilder(host, job, network);
    for (const command of job.commands) await runStep(host, job, command);
  } finally {
    await removeBuild(host, job.id);
  }
}

/** Removes what killed processes of ours were building. */
export async function sweepBuilds(host: Host): Promise<void> {
  for (const id of namesIn(host.layout.builds)) {
    const owner = readJson<BuildRecord>(buildPaths(host, id).record)?.pid;
    if (owner !== undefined && readText(`/proc/${owner}/stat`) === null) await removeBuild(host, id);
  }
}

interface BuildRecord {
  readonly pid: number;
  readonly subnet: string | null;
}

interface BuildPaths {
  readonly directory: string;
  readonly record: string;
  readonly logs: string;
  readonly hosts: string;
  readonly resolver: string;
}

function buildPaths(host: Host, id: string): BuildPaths {
  const directory = join(host.layout.builds, id);
  return {
    directory,
    record: join(directory, 'record.json'),
    logs: join(directory, 'logs'),
    hosts: join(directory, 'hosts'),
    resolver: join(directory, 'resolv.conf'),
  };
}

function identityOf(host: Host, id: string): NetworkIdentity {
  return networkIdentity(host.layout.state, `build ${id}`);
}

async function startBuilder(host: Host, job: BuilderJob, network: ContainerNetwork | null): Promise<void> {
  const paths = buildPaths(host, job.id);
  const cache = join(host.layout.run, 'resolver.json');
  writeFileSync(paths.hosts, hostsFile({}));
  writeFileSync(paths.resolver, resolverFile(network === null ? NO_RESOLVER : await workingResolver(cache)));
  const mounts: readonly ContainerMount[] = [
    { source: paths.hosts, target: '/etc/hosts', readOnly: true },
    { source: paths.resolver, target: '/etc/resolv.conf', readOnly: true },
    ...job.mounts,
  ].map((mount) => ({ ...mount, optional: false }));
  const agent = await host.agent();
  await agent.start({
    id: job.id,
    hostname: 'build',
    layers: job.layers,
    upper: job.upper,
    work: job.work,
    mounts,
    network,
    limits: NO_LIMITS,
    init: join(host.nativeDirectory, 'cantrip-init'),
    logs: paths.logs,
    builder: true,
  });
}

async function runStep(host: Host, job: BuilderJob, command: readonly string[]): Promise<void> {
  const init = await host.init(job.id);
  const outcome = await init.run({
    arguments: command,
    environment: Object.entries(job.environment).map(([name, value]) => `${name}=${value}`),
    directory: '/',
    user: 'root',
    group: 'root',
    timeoutMs: COMMAND_TIMEOUT_MS,
  });
  for (const line of outcome.output.toString('utf8').trimEnd().split('\n')) job.onOutput(line);
  if (outcome.timedOut) throw new Error(`${command.join(' ')}: no end within an hour`);
  if (outcome.status !== 0) throw new Error(`${command.join(' ')}: it ${describeExit(outcome.status)}`);
}

async function makeNetwork(host: Host, id: string): Promise<ContainerNetwork> {
  const identity = identityOf(host, id);
  const subnet = freeSubnet(host, id);
  writeJson(buildPaths(host, id).record, { pid: process.pid, subnet } satisfies BuildRecord);
  await Promise.all([
    makeBridge(host, identity.bridge, subnet),
    runProgram(['nft', '-f', '-'], networkRules(identity, { environment: '', subnet }, []).script),
    allowForwarding(identity.bridge),
  ]);
  const gateway = gatewayOf(subnet);
  const address = textOfAddress(numberOfAddress(gateway) + 1);
  return { bridge: identity.bridge, address: withPrefix(address, subnet), gateway, mac: hardwareAddress(address) };
}

async function removeBuild(host: Host, id: string): Promise<void> {
  const identity = identityOf(host, id);
  const agent = await host.agent();
  await agent.remove(id, { graceMs: 0, trash: [] });
  const subnet = readJson<BuildRecord>(buildPaths(host, id).record)?.subnet ?? null;
  if (subnet !== null) {
    await Promise.all([
      agent.removeBridge(identity.bridge),
      runProgram(['nft', '-f', '-'], removalOfRules(identity)),
      disallowForwarding(identity.bridge),
    ]);
  }
  rmSync(buildPaths(host, id).directory, { recursive: true, force: true });
}

/** One of 256 networks that nobody has; where the search begins depends on the job, so that two at once hardly meet. */
function freeSubnet(host: Host, id: string): string {
  const used = [
    ...parseRoutes(readText('/proc/net/route') ?? '').map((route) => route.network),
    ...namesIn(host.layout.networks).flatMap((name) => networkOf(host, name.replace(/\.json$/, ''))?.subnet ?? []),
    ...namesIn(host.layout.builds).flatMap(
      (other) => readJson<BuildRecord>(buildPaths(host, other).record)?.subnet ?? [],
    ),
  ];
  const first = Number.parseInt(id.slice(0, 2), 16);
  const candidates = Array.from({ length: 256 }, (_, index) => `10.213.${(first + index) % 256}.0/24`);
  const free = candidates.find((candidate) => !used.some((other) => overlaps(candidate, other)));
  if (free === undefined) throw new Error('all of 10.213.0.0/16 is in use: no network to build in');
  return free;
}

const NO_RESOLVER = { servers: [], search: null } as const;
const NO_LIMITS = { cpuMillicores: 0, memoryBytes: 0, pids: 0, cpuWeight: 0 } as const;
