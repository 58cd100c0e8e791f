import type { MachineSpec, RouteSpec, StorageSpec } from '../../../model/desired.ts';
import type { ImageSpec } from '../../../model/image.ts';
import type { Provider } from '../../../model/provider.ts';

/** Debian as it comes. */
export const BASE_IMAGE: ImageSpec = {
  key: 'test-base',
  base: 'debian/12',
  install: { packages: [], files: {}, commands: [] },
  directories: [],
};

const NETWORK = { environment: 'left', subnet: '10.214.23.0/24' };
const STORAGE: StorageSpec = { id: 'web/0/data', unit: 'web/0', name: 'data', path: '/srv/data', bytes: null };
const FILE = { content: 'hello\n', mode: '0644', owner: 'root', group: 'root', secrets: {} };

/** Everything that a small environment asks of the provider, in the order of a plan; afterwards it is so. */
export async function bringUp(provider: Provider, port: number): Promise<void> {
  await Promise.all([
    provider.ensureNetwork(NETWORK),
    provider.ensureImage(BASE_IMAGE, () => {}),
    provider.ensureStorage('left', STORAGE),
  ]);
  await provider.ensureNames('left', { 'web-0': ['10.214.23.2'], 'web-1': ['10.214.23.3'] });
  await Promise.all([0, 1].map((number) => bringUnit(provider, number)));
  await provider.ensureRoute(routeOf(port));
}

async function bringUnit(provider: Provider, number: number): Promise<void> {
  const machine = machineOf(number);
  await provider.ensureMachine(machine);
  const change = { files: { '/srv/hello': FILE }, directories: {}, removed: [], secrets: new Map() };
  await provider.writeFiles(machine, change);
  const service = {
    command: ['/bin/sleep', '1000'],
    environment: {},
    directory: '/',
    user: 'root',
    group: 'root',
    after: [],
    ready: null,
    stopSignal: 'SIGTERM',
    stopTimeoutMs: 1000,
    restart: 'always' as const,
    reload: null,
    restartOn: [],
    reloadOn: [],
  };
  await provider.ensureService(machine, {
    name: 'sleep',
    service,
    digest: 'd',
    configuration: 'c',
    secrets: new Map(),
  });
  await provider.awaitUnit(machine, [], 10_000);
}

function machineOf(number: number): MachineSpec {
  return {
    environment: 'left',
    unit: `web/${number}`,
    hostname: `web-${number}`,
    image: BASE_IMAGE,
    limits: { cpuMillicores: null, memoryBytes: null, pids: null },
    storage: number === 0 ? [STORAGE] : [],
    address: `10.214.23.${number + 2}`,
  };
}

function routeOf(port: number): RouteSpec {
  const targets = [0, 1].map((number) => ({ unit: `web/${number}`, address: `10.214.23.${number + 2}`, port: 80 }));
  return { environment: 'left', id: 'web:http', application: 'web', host: { port, address: null }, targets };
}
