import { join } from 'node:path';
import type { RouteSpec } from '../../model/desired.ts';
import { readJson, removeFile, writeJson } from './files.ts';
import type { Host } from './host.ts';
import { networkPaths } from './layout.ts';
import { holdPort, releasePort } from './ports.ts';

/** The port is held before anything points there, and given back after nothing does. */
export async function ensureRoute(host: Host, route: RouteSpec, loadRules: () => Promise<void>): Promise<void> {
  const path = recordOf(host, route);
  const before = readJson<RouteSpec>(path);
  await holdPort(host, route);
  writeJson(path, route);
  await loadRules();
  if (before !== null && !samePort(before, route)) await releasePort(host, before);
}

export async function removeRoute(host: Host, route: RouteSpec, loadRules: () => Promise<void>): Promise<void> {
  removeFile(recordOf(host, route));
  await loadRules();
  await releasePort(host, route);
}

function recordOf(host: Host, route: RouteSpec): string {
  return join(networkPaths(host.layout, route.environment).routes, `${route.id}.json`);
}

function samePort(a: RouteSpec, b: RouteSpec): boolean {
  return a.host.port === b.host.port && a.host.address === b.host.address;
}
