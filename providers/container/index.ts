import type { Builder } from '../../model/builder.ts';
import type { Provider, ProviderReader, ProviderTraits } from '../../model/provider.ts';
import type { ProviderOptions } from '../options.ts';
import { awaitUnit } from './await.ts';
import { runBuild, sweepBuilds } from './builder.ts';
import { coalesce } from './coalesce.ts';
import { runCommand, writeFiles } from './contents.ts';
import { exec } from './exec.ts';
import { doing } from './faults.ts';
import { type Host, type HostOptions, openHost } from './host.ts';
import { readLogs } from './logs.ts';
import { ensureMachine, removeMachine, resizeMachine } from './machine.ts';
import { ensureNames, ensureNetwork, loadRules, removeNetwork } from './network.ts';
import { environmentsOf, observe } from './observe.ts';
import { ensureRoute, removeRoute } from './route.ts';
import { ensureHealth, ensureService, reloadService, removeServices, restartService } from './services.ts';
import { ensureStorage, removeStorage } from './storage.ts';

const TRAITS: ProviderTraits = {
  addresses: 'allocated',
  routes: true,
  storage: true,
  resize: true,
  createTimeoutMs: 30_000,
};

/** Containers of our own runtime on this host. */
export function openProvider(options: ProviderOptions): Provider {
  const host = openHost(options, options.images);
  return {
    kind: 'container',
    traits: TRAITS,
    ...reading(host),
    ...networking(host),
    ...housing(host),
    ...working(host),
    exec: (unit, request) => doing('run in', unit.unit, () => exec(host, unit, request)),
  };
}

/** Runs the jobs that build layers, in containers of their own: what `images/` is opened with. */
export function openBuilder(options: HostOptions): Builder {
  const host = openHost(options);
  return (job) => doing('build layer', job.id, () => runBuild(host, job));
}

function reading(host: Host): Pick<ProviderReader, 'observe' | 'environments' | 'logs'> {
  return {
    observe: (environment) => doing('observe', environment, () => observe(host, environment)),
    environments: async () => environmentsOf(host),
    logs: (unit, options) => readLogs(host, unit, options),
  };
}

type Networking = 'ensureNetwork' | 'removeNetwork' | 'ensureNames' | 'ensureRoute' | 'removeRoute';

function networking(host: Host): Pick<Provider, Networking> {
  const loaders = new Map<string, () => Promise<void>>();
  const loaderOf = (environment: string): (() => Promise<void>) => {
    const loader = loaders.get(environment) ?? coalesce(() => loadRules(host, environment));
    loaders.set(environment, loader);
    return loader;
  };
  return {
    ensureNetwork: (network) =>
      doing('make network', network.environment, () => ensureNetwork(host, network, loaderOf(network.environment))),
    removeNetwork: (environment) =>
      doing('remove network', environment, async () => {
        await sweepBuilds(host);
        await removeNetwork(host, environment);
      }),
    ensureNames: (environment, names) => doing('write names', environment, () => ensureNames(host, environment, names)),
    ensureRoute: (route) => doing('publish', route.id, () => ensureRoute(host, route, loaderOf(route.environment))),
    removeRoute: (route) => doing('unpublish', route.id, () => removeRoute(host, route, loaderOf(route.environment))),
  };
}

type Housing = 'ensureImage' | 'ensureStorage' | 'removeStorage' | 'ensureMachine' | 'resizeMachine' | 'removeMachine';

function housing(host: Host): Pick<Provider, Housing> {
  return {
    ensureImage: (image, onProgress) =>
      doing('build image', image.key, async () => {
        await host.images?.ensure(image, onProgress);
      }),
    ensureStorage: (environment, storage) =>
      doing('make storage', storage.id, () => ensureStorage(host.layout, environment, storage)),
    removeStorage: (environment, storageId) =>
      doing('remove storage', storageId, () => removeStorage(host, environment, storageId)),
    ensureMachine: (machine) => doing('start machine', machine.unit, () => ensureMachine(host, machine)),
    resizeMachine: (unit, limits) => doing('resize machine', unit.unit, () => resizeMachine(host, unit, limits)),
    removeMachine: (unit, graceMs) => doing('remove machine', unit.unit, () => removeMachine(host, unit, graceMs)),
  };
}

type Working =
  | 'writeFiles'
  | 'runCommand'
  | 'ensureService'
  | 'restartService'
  | 'reloadService'
  | 'removeServices'
  | 'ensureHealth'
  | 'awaitUnit';

function working(host: Host): Pick<Provider, Working> {
  return {
    writeFiles: (unit, change) => doing('write files', unit.unit, () => writeFiles(host, unit, change)),
    runCommand: (unit, command, request) =>
      doing('run command', `${command.name} in ${unit.unit}`, () => runCommand(host, unit, command, request)),
    ensureService: (unit, request) =>
      doing('start service', `${request.name} of ${unit.unit}`, () => ensureService(host, unit, request)),
    restartService: (unit, name, configuration) =>
      doing('restart service', `${name} of ${unit.unit}`, () => restartService(host, unit, name, configuration)),
    reloadService: (unit, name, request) =>
      doing('reload service', `${name} of ${unit.unit}`, () => reloadService(host, unit, name, request)),
    removeServices: (unit, names) => doing('remove services', unit.unit, () => removeServices(host, unit, names)),
    ensureHealth: (unit, probe, digest) =>
      doing('set health check', unit.unit, () => ensureHealth(host, unit, probe, digest)),
    awaitUnit: (unit, services, timeoutMs) =>
      doing('await', unit.unit, () => awaitUnit(host, unit, services, timeoutMs)),
  };
}
