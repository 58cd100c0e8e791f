import { readFile } from 'node:fs/promises';
import type { RouteSpec } from '../../model/desired.ts';
import { canonicalJson } from '../../model/json.ts';
import type { ObservedHost } from '../../model/observed.ts';
import { ProviderError } from '../../model/provider.ts';
import { namesIn, readJson, writeJson } from './files.ts';
import { findHolders } from './holders.ts';
import type { Host } from './host.ts';
import { type Listener, parseListeners } from './listeners.ts';
import type { HeldPort } from './native/agent.ts';
import { NativeError } from './native/connection.ts';
import { routesOf } from './network-records.ts';

const EADDRINUSE = 98;

/**
 * Reserves the port of the host for the environment. The kernel's rule would win over a program that listens there,
 * silently; so the port is held, and refused when somebody has it.
 */
export async function holdPort(host: Host, route: RouteSpec): Promise<void> {
  const agent = await host.agent();
  const { port, address } = route.host;
  try {
    await agent.holdPort({ owner: route.environment, address: address ?? ANY, port, protocol: 'tcp' });
  } catch (error) {
    if (!(error instanceof NativeError && error.errno === EADDRINUSE)) throw error;
    const used = (await portsInUse(host, route.environment)).find((other) => other.port === port);
    throw new ProviderError({
      action: 'publish',
      target: route.id,
      message: `port ${port} of the host is taken: ${used?.holder ?? 'another program'} has it`,
      hint: 'choose another port under expose, or stop what has it',
    });
  }
}

export async function releasePort(host: Host, route: RouteSpec): Promise<void> {
  const agent = await host.agent();
  const { port, address } = route.host;
  await agent.releasePort({ owner: route.environment, address: address ?? ANY, port, protocol: 'tcp' });
}

/**
 * Gives back what the environment holds beyond its routes: a crash may have come between the removal of a route and
 * of its port.
 */
export async function releaseOtherPorts(host: Host, environment: string, routes: readonly RouteSpec[]): Promise<void> {
  const agent = await host.agent();
  const wanted = new Set(routes.map(portKey));
  const extra = (await agent.listPorts()).filter((held) => held.owner === environment && !wanted.has(heldKey(held)));
  await Promise.all(extra.map((held) => agent.releasePort(held)));
}

/** Whether exactly the ports of the routes are held. */
export function holdsExactly(held: readonly HeldPort[], environment: string, routes: readonly RouteSpec[]): boolean {
  const own = held.filter(({ owner }) => owner === environment).map(heldKey);
  return canonicalJson(own.sort()) === canonicalJson(routes.map(portKey).sort());
}

/** Ports that others listen on or that other environments publish, sorted by port. */
export async function portsInUse(host: Host, environment: string): Promise<ObservedHost['portsInUse']> {
  const published = namesIn(host.layout.routes)
    .filter((other) => other !== environment)
    .flatMap((other) => routesOf(host, other))
    .map((route) => ({ ...route.host, holder: `environment ${route.environment}` }));
  const listeners = await hostListeners();
  const holders = rememberedHolders(host, listeners);
  const listening = listeners.map(({ port, address, inode }) => {
    return { port, address, holder: holders[inode] ?? 'a program' };
  });
  return [...listening, ...published].sort((a, b) => a.port - b.port);
}

const ANY = '0.0.0.0';

function portKey({ host: { address, port } }: RouteSpec): string {
  return `${address ?? ANY}:${port}`;
}

function heldKey({ address, port }: HeldPort): string {
  return `${address}:${port}`;
}

/** The kernel walks its whole table of connections for each: milliseconds, better spent on another thread. */
async function hostListeners(): Promise<readonly Listener[]> {
  const texts = await Promise.all(['/proc/net/tcp', '/proc/net/tcp6'].map(readOrNothing));
  return texts.flatMap(parseListeners);
}

/** A host without IPv6 has only one of them. */
async function readOrNothing(path: string): Promise<string> {
  return readFile(path, 'utf8').catch(() => '');
}

function rememberedHolders(host: Host, listeners: readonly Listener[]): Readonly<Record<string, string>> {
  const known = readJson<Record<string, string>>(host.layout.holders) ?? {};
  const inodes = listeners.map((listener) => listener.inode);
  const found = findHolders(inodes, known);
  const isNew = inodes.some((inode) => known[inode] === undefined && found[inode] !== undefined);
  if (isNew) writeJson(host.layout.holders, found);
  return found;
}
