import { join } from 'node:path';
import { networkIdentity } from './identity.ts';

/** Where everything of the container provider lies. */
export interface Layout {
  readonly state: string;
  readonly run: string;
  readonly containers: string;
  readonly networks: string;
  readonly storages: string;
  readonly routes: string;
  /** Who held which listening port the last time somebody looked. */
  readonly holders: string;
  readonly builds: string;
}

export interface ContainerPaths {
  readonly directory: string;
  /** What it is: written before anything is made. */
  readonly record: string;
  /** What was done inside it. */
  readonly manifest: string;
  readonly upper: string;
  readonly work: string;
  readonly logs: string;
}

export interface NetworkPaths {
  readonly record: string;
  readonly routes: string;
  /** Gone after a reboot, as the network itself. */
  readonly run: string;
  readonly hosts: string;
  readonly names: string;
  readonly resolver: string;
}

export interface StoragePaths {
  readonly directory: string;
  readonly record: string;
  readonly data: string;
}

export function layoutOf(state: string, run: string): Layout {
  return {
    state,
    run,
    containers: join(state, 'containers'),
    networks: join(state, 'networks'),
    storages: join(state, 'storage'),
    routes: join(state, 'routes'),
    holders: join(run, 'holders.json'),
    builds: join(run, 'builds'),
  };
}

export function containerPaths(layout: Layout, id: string): ContainerPaths {
  const directory = join(layout.containers, id);
  return {
    directory,
    record: join(directory, 'record.json'),
    manifest: join(directory, 'manifest.json'),
    upper: join(directory, 'upper'),
    work: join(directory, 'work'),
    logs: join(directory, 'logs'),
  };
}

export function networkPaths(layout: Layout, environment: string): NetworkPaths {
  const run = join(layout.run, 'networks', networkIdentity(layout.state, environment).key);
  return {
    record: join(layout.networks, `${environment}.json`),
    routes: join(layout.routes, environment),
    run,
    hosts: join(run, 'hosts'),
    names: join(run, 'names.json'),
    resolver: join(run, 'resolv.conf'),
  };
}

/** `db/0/data` → `STATE/storage/ENVIRONMENT/db-0-data`. */
export function storagePaths(layout: Layout, environment: string, storageId: string): StoragePaths {
  const directory = join(layout.storages, environment, storageId.replaceAll('/', '-'));
  return { directory, record: join(directory, 'record.json'), data: join(directory, 'data') };
}
