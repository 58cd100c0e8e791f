import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { NameTable, NetworkSpec } from '../../model/desired.ts';
import { readText, sweepDrafts, writeJson } from './files.ts';
import { allowForwarding, disallowForwarding } from './forwarding.ts';
import type { Host } from './host.ts';
import { hostsFile } from './hosts.ts';
import { hardwareAddress, networkIdentity } from './identity.ts';
import { networkPaths } from './layout.ts';
import { routesOf, rulesOf } from './network-records.ts';
import { holdPort, releaseOtherPorts } from './ports.ts';
import { runProgram } from './programs.ts';
import { resolverFile } from './resolver.ts';
import { workingResolver } from './resolver-probe.ts';
import { removalOfRules } from './rules.ts';
import { gatewayOf, withPrefix } from './subnet.ts';

/**
 * Bridge, kernel rules, held ports and the files containers see, all as the records say: so it also mends what a
 * reboot or a stranger took away.
 */
export async function ensureNetwork(host: Host, network: NetworkSpec, loadRules: () => Promise<void>): Promise<void> {
  const { environment, subnet } = network;
  if (subnet === null) throw new Error('a network of containers needs a subnet');
  const paths = networkPaths(host.layout, environment);
  const { bridge } = networkIdentity(host.layout.state, environment);
  writeJson(paths.record, network);
  mkdirSync(paths.run, { recursive: true, mode: 0o711 });
  if (!existsSync(paths.hosts)) writeFileSync(paths.hosts, hostsFile({}));
  await Promise.all([
    makeBridge(host, bridge, subnet),
    loadRules(),
    allowForwarding(bridge),
    writeResolver(host, paths.resolver),
    holdPorts(host, environment),
  ]);
}

/** The record goes last: until then somebody sees that there is something to remove. */
export async function removeNetwork(host: Host, environment: string): Promise<void> {
  const paths = networkPaths(host.layout, environment);
  const identity = networkIdentity(host.layout.state, environment);
  const agent = await host.agent();
  rmSync(paths.routes, { recursive: true, force: true });
  await Promise.all([
    runProgram(['nft', '-f', '-'], removalOfRules(identity)),
    disallowForwarding(identity.bridge),
    agent.releasePorts(environment),
    agent.removeBridge(identity.bridge),
  ]);
  rmSync(paths.run, { recursive: true, force: true });
  rmSync(paths.record, { force: true });
  for (const directory of [host.layout.containers, host.layout.networks, host.layout.routes]) sweepDrafts(directory);
}

/**
 * Rewritten in place, because running containers have the file itself mounted; the table beside it is written after
 * that.
 */
export async function ensureNames(host: Host, environment: string, names: NameTable): Promise<void> {
  const paths = networkPaths(host.layout, environment);
  const content = hostsFile(names);
  if (readText(paths.hosts) !== content) {
    mkdirSync(paths.run, { recursive: true, mode: 0o711 });
    const agent = await host.agent();
    await agent.writeHosts(paths.hosts, content);
  }
  writeJson(paths.names, names);
}

export async function loadRules(host: Host, environment: string): Promise<void> {
  const identity = networkIdentity(host.layout.state, environment);
  await runProgram(['nft', '-f', '-'], rulesOf(host, environment)?.script ?? removalOfRules(identity));
}

export async function makeBridge(host: Host, bridge: string, subnet: string): Promise<void> {
  const gateway = gatewayOf(subnet);
  const agent = await host.agent();
  await agent.ensureBridge({ name: bridge, address: withPrefix(gateway, subnet), mac: hardwareAddress(gateway) });
}

async function holdPorts(host: Host, environment: string): Promise<void> {
  const routes = routesOf(host, environment);
  await releaseOtherPorts(host, environment, routes);
  await Promise.all(routes.map((route) => holdPort(host, route)));
}

async function writeResolver(host: Host, path: string): Promise<void> {
  const content = resolverFile(await workingResolver(join(host.layout.run, 'resolver.json')));
  if (readText(path) !== content) writeFileSync(path, content);
}
