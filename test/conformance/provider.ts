import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ServiceIntent } from '../../model/charm.ts';
import type { MachineSpec, RouteSpec, StorageSpec } from '../../model/desired.ts';
import type { ImageSpec } from '../../model/image.ts';
import type { ObservedMachine, ObservedProvider } from '../../model/observed.ts';
import { type Provider, ProviderError } from '../../model/provider.ts';

/** What the suite needs to know of a provider and its world. */
export interface World {
  readonly provider: Provider;
  /** An image that it can make and that holds `/bin/sh`. */
  readonly image: ImageSpec;
  /** `10.20.30.0/24` where we give addresses, else null. */
  readonly subnet: string | null;
  /** A port of the host that nobody has. */
  readonly freePort: number;
  /** Whether programs really run, so that they can fail. Why not, otherwise. */
  readonly runsPrograms: true | string;
  /** Waits for a call; a world with a clock of its own moves it meanwhile. */
  drive<T>(call: Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** What every provider promises, tested on one. Adding a provider is adding a call of this. */
export function providerConformance(name: string, open: () => Promise<World>): void {
  describe(`provider ${name}`, () => {
    let world: World;
    beforeAll(async () => {
      world = await open();
    });
    afterAll(async () => {
      await world.close();
    });
    const use = (): Bench => benchOf(world);
    networks(use);
    machines(use);
    contents(use);
    services(use);
    routes(use);
    absence(use);
  });
}

const ENVIRONMENT = 'conformance';
const UNIT = { environment: ENVIRONMENT, unit: 'app/0' };
const STORAGE: StorageSpec = { id: 'app/0/data', unit: 'app/0', name: 'data', path: '/srv/data', bytes: null };
const FILE = { content: 'hello\n', mode: '0640', owner: 'root', group: 'root', secrets: {} };

const SERVICE: ServiceIntent = {
  command: ['/bin/sh', '-c', 'trap "exit 0" TERM; while true; do sleep 0.05; done'],
  environment: {},
  directory: '/',
  user: 'root',
  group: 'root',
  after: [],
  ready: null,
  stopSignal: 'SIGTERM',
  stopTimeoutMs: 2000,
  restart: 'always',
  reload: null,
  restartOn: [],
  reloadOn: [],
};

/** A world with what most tests begin with. */
interface Bench extends World {
  observe(environment?: string): Promise<ObservedProvider>;
  machine(): Promise<ObservedMachine>;
  spec(change?: Partial<MachineSpec>): MachineSpec;
  /** Network, image and a running machine. */
  start(change?: Partial<MachineSpec>): Promise<void>;
  clear(): Promise<void>;
}

function benchOf(world: World): Bench {
  const { provider, drive, subnet, image } = world;
  const address = subnet === null ? null : subnet.replace(/\.0\/\d+$/, '.2');
  const limits = { cpuMillicores: null, memoryBytes: null, pids: null };
  const spec = (change: Partial<MachineSpec> = {}): MachineSpec => {
    return { ...UNIT, hostname: 'app-0', image, limits, storage: [], address, ...change };
  };
  const observe = (environment = ENVIRONMENT): Promise<ObservedProvider> => drive(provider.observe(environment));
  return {
    ...world,
    observe,
    spec,
    async machine() {
      const [machine] = (await observe()).machines;
      if (machine === undefined) throw new Error('no machine is observed');
      return machine;
    },
    async start(change) {
      await drive(provider.ensureNetwork({ environment: ENVIRONMENT, subnet }));
      await drive(provider.ensureImage(image, () => {}));
      await drive(provider.ensureMachine(spec(change)));
    },
    async clear() {
      await drive(provider.removeMachine(UNIT, 0));
      await drive(provider.removeStorage(ENVIRONMENT, STORAGE.id));
      await drive(provider.removeNetwork(ENVIRONMENT));
    },
  };
}

/** Does it twice: what is so already, or gone already, is no fault. */
async function twice(drive: World['drive'], call: () => Promise<void>): Promise<void> {
  await drive(call());
  await drive(call());
}

function networks(use: () => Bench): void {
  test('of an environment never heard of nothing is observed', async () => {
    const observed = await use().observe('never-heard-of');
    expect(observed).toMatchObject({ network: null, names: {}, machines: [], storage: [], routes: [] });
  });

  test('a network is there until it is removed, and its environment is known meanwhile', async () => {
    const { provider, drive, observe, subnet } = use();
    const network = { environment: ENVIRONMENT, subnet };
    await twice(drive, () => provider.ensureNetwork(network));
    expect((await observe()).network).toEqual(network);
    expect(await drive(provider.environments())).toContain(ENVIRONMENT);
    await twice(drive, () => provider.removeNetwork(ENVIRONMENT));
    expect((await observe()).network).toBeNull();
    expect(await drive(provider.environments())).not.toContain(ENVIRONMENT);
  });

  test('names are observed as they were last written', async () => {
    const { provider, drive, observe, subnet, clear } = use();
    await drive(provider.ensureNetwork({ environment: ENVIRONMENT, subnet }));
    for (const names of [{ 'app-0': ['10.1.0.2'] }, { app: ['10.1.0.2', '10.1.0.3'], 'app-0': ['10.1.0.2'] }]) {
      await twice(drive, () => provider.ensureNames(ENVIRONMENT, names));
      expect((await observe()).names).toEqual(names);
    }
    await clear();
  });
}

function machines(use: () => Bench): void {
  test('an image is made once and observed as ready', async () => {
    const { provider, drive, observe, image } = use();
    await twice(drive, () => provider.ensureImage(image, () => {}));
    expect((await observe()).images).toContain(image.key);
  });

  test('a machine is made once, runs, and carries what it was made from', async () => {
    const { provider, drive, observe, spec, start, clear } = use();
    await start();
    const [first] = (await observe()).machines;
    await drive(provider.ensureMachine(spec()));
    const { machines: seen } = await observe();
    expect(seen).toHaveLength(1);
    expect(seen[0]).toMatchObject({ unit: 'app/0', id: first?.id, state: 'running', message: '', spec: spec() });
    expect(seen[0]).toMatchObject({ files: {}, directories: {}, commands: {}, services: {}, health: { digest: '' } });
    if (provider.traits.addresses === 'allocated') expect(seen[0]?.address).toBe(spec().address);
    await clear();
  });

  test('a removed machine is gone, and its successor is another one', async () => {
    const { provider, drive, observe, machine, start, spec, clear } = use();
    await start();
    const before = await machine();
    await twice(drive, () => provider.removeMachine(UNIT, 1000));
    expect((await observe()).machines).toEqual([]);
    await drive(provider.ensureMachine(spec()));
    expect((await machine()).id).not.toBe(before.id);
    await clear();
  });

  test('limits change while it runs, where the provider can', async ({ skip }) => {
    const { provider, drive, machine, start, clear } = use();
    if (!provider.traits.resize) skip('this provider replaces machines instead');
    await start();
    const { id } = await machine();
    const limits = { cpuMillicores: 500, memoryBytes: 128 * 1024 * 1024, pids: 50 };
    await twice(drive, () => provider.resizeMachine(UNIT, limits));
    expect(await machine()).toMatchObject({ id, state: 'running', spec: { limits } });
    await clear();
  });

  test('storage outlives the machine that used it', async ({ skip }) => {
    const { provider, drive, observe, start, clear } = use();
    if (!provider.traits.storage) skip('this provider has no storage');
    await twice(drive, () => provider.ensureStorage(ENVIRONMENT, STORAGE));
    await start({ storage: [STORAGE] });
    await drive(provider.removeMachine(UNIT, 0));
    expect((await observe()).storage).toEqual([STORAGE]);
    await twice(drive, () => provider.removeStorage(ENVIRONMENT, STORAGE.id));
    expect((await observe()).storage).toEqual([]);
    await clear();
  });
}

function contents(use: () => Bench): void {
  test('files are observed as they were written, secrets as tokens', async () => {
    const { provider, drive, machine, start, clear } = use();
    await start();
    const secret = { ...FILE, content: 'password {{secret:app/key}}\n', secrets: { 'app/key': '1' } };
    const directories = { '/srv/pages': { mode: '0750', owner: 'root', group: 'root' } };
    const files = { '/srv/pages/one': FILE, '/etc/app.conf': secret };
    const secrets = new Map([['app/key', 'hunter22']]);
    await twice(drive, () => provider.writeFiles(UNIT, { files, directories, removed: [], secrets }));
    expect(await machine()).toMatchObject({ files, directories });
    expect(JSON.stringify(await machine())).not.toContain('hunter22');
    const change = { files: {}, directories: {}, removed: ['/srv/pages/one'], secrets: new Map() };
    await twice(drive, () => provider.writeFiles(UNIT, change));
    expect(Object.keys((await machine()).files)).toEqual(['/etc/app.conf']);
    await clear();
  });

  const command = {
    name: 'prepare',
    key: '1',
    command: ['/bin/sh', '-c', 'true'],
    environment: {},
    directory: '/',
    user: 'root',
    group: 'root',
    timeoutMs: 5000,
    when: 'before' as const,
    requires: [],
  };

  test('a command that ran is remembered by its digest', async () => {
    const { provider, drive, machine, start, clear } = use();
    await start();
    await drive(provider.runCommand(UNIT, command, { digest: 'd1', secrets: new Map() }));
    await drive(provider.runCommand(UNIT, command, { digest: 'd2', secrets: new Map() }));
    expect((await machine()).commands).toEqual({ prepare: 'd2' });
    await clear();
  });

  test('a command that failed is not, and its last words are told without secrets', async ({ skip }) => {
    const { provider, drive, machine, start, clear, runsPrograms } = use();
    if (runsPrograms !== true) skip(runsPrograms);
    await start();
    const failing = { ...command, command: ['/bin/sh', '-c', 'echo no luck with {{secret:app/key}}; exit 3'] };
    const request = { digest: 'd1', secrets: new Map([['app/key', 'hunter22']]) };
    const fault = await drive(provider.runCommand(UNIT, failing, request).catch((error: unknown) => error));
    expect(fault).toBeInstanceOf(ProviderError);
    expect(fault).toMatchObject({ detail: [expect.stringMatching(/^no luck with /)], retryable: false });
    expect(JSON.stringify(fault)).not.toContain('hunter22');
    expect((await machine()).commands).toEqual({});
    await clear();
  });
}

function services(use: () => Bench): void {
  const request = { name: 'app', service: SERVICE, digest: 'd1', configuration: 'c1', secrets: new Map() };

  test('a service becomes ready and is observed with its digest and configuration', async () => {
    const { provider, drive, machine, start, clear } = use();
    await start();
    await twice(drive, () => provider.ensureService(UNIT, request));
    await drive(provider.awaitUnit(UNIT, ['app'], provider.traits.createTimeoutMs));
    const expected = { digest: 'd1', configuration: 'c1', state: 'ready', message: '' };
    expect((await machine()).services).toMatchObject({ app: expected });
    await drive(provider.ensureService(UNIT, { ...request, digest: 'd2', configuration: 'c2' }));
    await drive(provider.awaitUnit(UNIT, [], provider.traits.createTimeoutMs));
    const updated = { digest: 'd2', configuration: 'c2', state: 'ready' };
    expect((await machine()).services).toMatchObject({ app: updated });
    await clear();
  });

  test('a restart and a reload record the configuration that was taken over', async () => {
    const { provider, drive, machine, start, clear } = use();
    await start();
    await drive(provider.ensureService(UNIT, request));
    await drive(provider.restartService(UNIT, 'app', 'c2'));
    expect((await machine()).services.app).toMatchObject({ digest: 'd1', configuration: 'c2' });
    const reload = { kind: 'command' as const, command: ['/bin/sh', '-c', 'true'] };
    await drive(provider.reloadService(UNIT, 'app', { configuration: 'c3', reload, user: 'root', group: 'root' }));
    expect((await machine()).services.app).toMatchObject({ digest: 'd1', configuration: 'c3' });
    await clear();
  });

  test('a removed service is gone', async () => {
    const { provider, drive, machine, start, clear } = use();
    await start();
    await drive(provider.ensureService(UNIT, request));
    await twice(drive, () => provider.removeServices(UNIT, ['app']));
    expect((await machine()).services).toEqual({});
    await clear();
  });

  test('a health check is observed by its digest, passes, and goes away', async () => {
    const { provider, drive, machine, start, clear } = use();
    await start();
    const check = { kind: 'exec' as const, command: ['/bin/sh', '-c', 'true'], user: 'root' };
    const probe = { check, intervalMs: 1000, timeoutMs: 1000, failures: 3 };
    await twice(drive, () => provider.ensureHealth(UNIT, probe, 'h1'));
    await drive(provider.awaitUnit(UNIT, [], provider.traits.createTimeoutMs));
    expect((await machine()).health).toMatchObject({ digest: 'h1', state: 'passing' });
    await twice(drive, () => provider.ensureHealth(UNIT, null, ''));
    expect((await machine()).health).toMatchObject({ digest: '', state: 'none' });
    await clear();
  });

  test('awaiting what does not come tells what was probed and the last words', async ({ skip }) => {
    const { provider, drive, start, clear, runsPrograms } = use();
    if (runsPrograms !== true) skip(runsPrograms);
    await start();
    const ready = { check: { kind: 'tcp' as const, port: 4711 }, intervalMs: 1000, timeoutMs: 200, failures: 3 };
    const service = { ...SERVICE, command: ['/bin/sh', '-c', 'echo I never listen; exec sleep 60'], ready };
    await drive(provider.ensureService(UNIT, { ...request, service }));
    const fault = await drive(provider.awaitUnit(UNIT, ['app'], 600).catch((error: unknown) => error));
    expect(fault).toBeInstanceOf(ProviderError);
    const { message, detail } = fault as ProviderError;
    expect(message).toMatch(/app is starting/);
    expect(detail.join('\n')).toMatch(/tcp port 4711[\s\S]*I never listen/);
    await clear();
  });
}

function routes(use: () => Bench): void {
  const routeTo = (port: number, addresses: readonly string[]): RouteSpec => ({
    environment: ENVIRONMENT,
    id: 'app:http',
    application: 'app',
    host: { port, address: null },
    targets: addresses.map((address, number) => ({ unit: `app/${number}`, address, port: 80 })),
  });

  test('a route is observed with its targets until it is removed', async ({ skip }) => {
    const { provider, drive, observe, start, spec, freePort, clear } = use();
    if (!provider.traits.routes) skip('this provider cannot give ports of the host to units');
    await start();
    const own = spec().address ?? '10.1.0.2';
    const one = routeTo(freePort, [own]);
    await twice(drive, () => provider.ensureRoute(one));
    expect((await observe()).routes).toEqual([one]);
    const none = routeTo(freePort, []);
    await twice(drive, () => provider.ensureRoute(none));
    expect((await observe()).routes).toEqual([none]);
    const others = (await observe('another')).host.portsInUse;
    expect(others.find(({ port }) => port === freePort)?.holder).toBe(`environment ${ENVIRONMENT}`);
    expect((await observe()).host.portsInUse.map(({ port }) => port)).not.toContain(freePort);
    await twice(drive, () => provider.removeRoute(one));
    expect((await observe()).routes).toEqual([]);
    await clear();
  });
}

function absence(use: () => Bench): void {
  test('work in a unit without a machine is refused, removal of it is not', async () => {
    const { provider, drive } = use();
    const missing = { environment: ENVIRONMENT, unit: 'ghost/7' };
    const change = { files: { '/etc/x': FILE }, directories: {}, removed: [], secrets: new Map() };
    const fault = await drive(provider.writeFiles(missing, change).catch((error: unknown) => error));
    expect(fault).toBeInstanceOf(ProviderError);
    await drive(provider.removeMachine(missing, 0));
    await drive(provider.removeStorage(ENVIRONMENT, 'ghost/7/data'));
    await drive(provider.removeNetwork('never-heard-of'));
  });

  test('environments do not see each other', async () => {
    const { provider, drive, observe, start, clear } = use();
    await start();
    expect(await observe('another')).toMatchObject({ network: null, names: {}, machines: [], storage: [], routes: [] });
    expect(await drive(provider.environments())).toEqual([ENVIRONMENT]);
    await clear();
    expect(await drive(provider.environments())).toEqual([]);
  });
}
