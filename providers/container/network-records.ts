import { join } from 'node:path';
import type { NetworkSpec, RouteSpec } from '../../model/desired.ts';
import { namesIn, readJson } from './files.ts';
import type { Host } from './host.ts';
import { networkIdentity } from './identity.ts';
import { networkPaths } from './layout.ts';
import { networkRules, type Rules, type Subnetted } from './rules.ts';

export function networkOf(host: Host, environment: string): NetworkSpec | null {
  return readJson<NetworkSpec>(networkPaths(host.layout, environment).record);
}

/** Sorted by id. */
export function routesOf(host: Host, environment: string): readonly RouteSpec[] {
  const directory = networkPaths(host.layout, environment).routes;
  return namesIn(directory)
    .filter((name) => !name.startsWith('.'))
    .flatMap((name) => readJson<RouteSpec>(join(directory, name)) ?? []);
}

/** The rules that the records ask for; null without a network. */
export function rulesOf(host: Host, environment: string): Rules | null {
  const network = networkOf(host, environment);
  if (network === null || network.subnet === null) return null;
  return networkRules(
    networkIdentity(host.layout.state, environment),
    network as Subnetted,
    routesOf(host, environment),
  );
}
