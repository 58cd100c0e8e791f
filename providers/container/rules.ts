import type { NetworkSpec, RouteSpec, RouteTarget } from '../../model/desired.ts';
import { sortedBy } from '../../model/order.ts';
import { type NetworkIdentity, shortDigest } from './identity.ts';

export interface Rules {
  /** Name of an empty chain that stands for the whole text: where it is loaded, exactly this table is. */
  readonly marker: string;
  /** Input of `nft -f -`: one transaction that replaces the environment's table. */
  readonly script: string;
}

/** A network whose subnet is known. */
export type Subnetted = NetworkSpec & { readonly subnet: string };

/**
 * The kernel rules of an environment. The table is replaced as a whole, in one transaction; connections under way
 * keep the translation they began with, because that is in the kernel's connection table and not here.
 *
 * Toward the bridge goes only what the environment itself, the host or a published port sends. From the bridge to the
 * host itself go only answers, echo requests and questions to a name server; to the outside everything, behind the
 * host's address.
 */
export function networkRules(identity: NetworkIdentity, network: Subnetted, routes: readonly RouteSpec[]): Rules {
  const ordered = sortedBy(routes, (route) => route.id);
  const remote = ordered.filter((route) => !isLoopback(route));
  const chains = [
    ...filterChains(identity.bridge),
    ...chain('prerouting', 'nat hook prerouting priority dstnat', remote.flatMap(translation)),
    ...chain('output', 'nat hook output priority -100', ordered.flatMap(translation)),
    ...chain('postrouting', 'nat hook postrouting priority srcnat', masquerades(identity.bridge, network.subnet)),
  ];
  const marker = `loaded_${shortDigest(chains.join('\n'))}`;
  const { table } = identity;
  const lines = [`add table inet ${table}`, `delete table inet ${table}`, `table inet ${table} {`];
  return { marker, script: [...lines, `  chain ${marker} {`, '  }', ...chains, '}', ''].join('\n') };
}

/** Takes the table away, there or not. */
export function removalOfRules(identity: NetworkIdentity): string {
  return `add table inet ${identity.table}\ndelete table inet ${identity.table}\n`;
}

function filterChains(bridge: string): readonly string[] {
  const forward = [
    'ct state established,related accept',
    'ct status dnat accept',
    `iifname != "${bridge}" oifname "${bridge}" drop`,
  ];
  const input = [
    `iifname != "${bridge}" accept`,
    'ct state established,related accept',
    'icmp type echo-request accept',
    'meta l4proto { tcp, udp } th dport 53 accept',
    'meta l4proto tcp reject with tcp reset',
    'reject',
  ];
  return [
    ...chain('forward', 'filter hook forward priority filter', forward),
    ...chain('input', 'filter hook input priority filter', input),
  ];
}

/** A port that is published to the host's own programs only. */
function isLoopback(route: RouteSpec): boolean {
  return route.host.address?.startsWith('127.') ?? false;
}

/** One rule for a published port; its targets take turns, connection by connection. */
function translation(route: RouteSpec): readonly string[] {
  if (route.targets.length === 0) return [];
  const { port, address } = route.host;
  const destination = address === null ? 'fib daddr type local' : `ip daddr ${address}`;
  return [`meta nfproto ipv4 ${destination} tcp dport ${port} dnat ip to ${turns(route.targets)}`];
}

function turns(targets: readonly RouteTarget[]): string {
  const ordered = sortedBy(targets, (target) => target.unit);
  const [first] = ordered;
  if (ordered.length === 1 && first !== undefined) return `${first.address}:${first.port}`;
  const elements = ordered.map((target, index) => `${index} : ${target.address} . ${target.port}`);
  return `numgen inc mod ${ordered.length} map { ${elements.join(', ')} }`;
}

/**
 * Connections from 127.0.0.1 and from the bridge to itself come from the gateway, so that their answers come back
 * through the translation.
 */
function masquerades(bridge: string, subnet: string): readonly string[] {
  return [
    `ip saddr ${subnet} oifname != "${bridge}" masquerade`,
    `ip saddr 127.0.0.0/8 oifname "${bridge}" masquerade`,
    `ip saddr ${subnet} oifname "${bridge}" ct status dnat masquerade`,
  ];
}

function chain(name: string, hook: string, rules: readonly string[]): readonly string[] {
  return [`  chain ${name} {`, `    type ${hook}; policy accept;`, ...rules.map((rule) => `    ${rule}`), '  }'];
}
