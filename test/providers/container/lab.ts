import { type ExecFileSyncOptionsWithStringEncoding, execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { openImages } from '../../../images/store.ts';
import type { MachineSpec } from '../../../model/desired.ts';
import type { Provider, UnitRef } from '../../../model/provider.ts';
import { openContainers } from '../../../providers/container/containers.ts';
import { networkIdentity } from '../../../providers/container/identity.ts';
import { openBuilder, openProvider } from '../../../providers/container/index.ts';
import { type ContainerPaths, layoutOf } from '../../../providers/container/layout.ts';
import { AgentClient } from '../../../providers/container/native/agent.ts';
import { InitClient } from '../../../providers/container/native/init.ts';
import type { ImageStore } from '../../../providers/options.ts';
import { BASE_IMAGE } from './bring-up.ts';

/** Kept between runs and shared by all tests: making a base takes half a minute, and it is the same for all. */
export const IMAGE_CACHE = '/var/tmp/cantrip-test-images/images';

/** A provider on directories of its own. */
export interface Lab {
  readonly provider: Provider;
  readonly state: string;
  readonly run: string;
  readonly images: ImageStore;
  /** What the provider logged. */
  readonly logged: readonly string[];
  /** Another provider on the same directories, as another command would have it. */
  again(): Provider;
  agent(): Promise<AgentClient>;
  /** Process 1 of a container. */
  init(id: string): Promise<InitClient>;
  /** As an administrator or a reboot of the firewall would. */
  flushRules(environment: string): Promise<void>;
  signalInit(environment: string, unit: string, signal: NodeJS.Signals): Promise<void>;
  killAgent(): Promise<void>;
  /** Everything that a reboot takes away goes away. */
  reboot(environment: string): Promise<void>;
  /** What a crash right after the first step of making a machine leaves. */
  labelOnly(spec: MachineSpec): void;
  /** What is recorded on the host of what was done in the unit. */
  recorded(unit: UnitRef): string;
  plantLink(unit: UnitRef, service: string, target: string): void;
  spec(environment: string, unit: string, change?: Partial<MachineSpec>): MachineSpec;
  /** What is on the host of these environments and of this lab's containers. Ends empty. */
  leftovers(): readonly string[];
  /** Stops the agent and removes the directories. */
  close(): Promise<void>;
}

const root = fileURLToPath(new URL('../../..', import.meta.url));
export const nativeDirectory = process.env.CANTRIP_NATIVE_DIR ?? join(root, 'native/build');

/** Makes the base image when this host has not got it yet; hooks have more time for that than tests. */
export async function openLab(): Promise<Lab> {
  if (!existsSync(join(nativeDirectory, 'cantrip-exec'))) execFileSync('make', ['-s', '-C', join(root, 'native')]);
  const state = mkdtempSync('/var/tmp/cantrip-lab-');
  const run = mkdtempSync('/tmp/cantrip-lab-');
  const logged: string[] = [];
  const options = {
    stateDirectory: state,
    runDirectory: run,
    nativeDirectory,
    log: (line: string) => logged.push(line),
  };
  const images = openImages({ directory: IMAGE_CACHE, builder: openBuilder(options) });
  const again = (): Provider => openProvider({ ...options, images });
  const program = join(nativeDirectory, 'cantrip-agent');
  const agent = (): Promise<AgentClient> => AgentClient.open({ program, runDirectory: run });
  const containers = openContainers(layoutOf(state, run));
  const pathsOf = (unit: UnitRef): ContainerPaths => containers.paths(containers.find(unit)?.id ?? '');
  await images.ensure(BASE_IMAGE, () => {});
  return {
    provider: again(),
    state,
    run,
    images,
    logged,
    again,
    agent,
    spec: (environment, unit, change = {}) => ({
      environment,
      unit,
      hostname: unit.replace('/', '-'),
      image: BASE_IMAGE,
      limits: { cpuMillicores: null, memoryBytes: null, pids: null },
      storage: [],
      address: null,
      ...change,
    }),
    init: (id) => InitClient.open(join(run, 'containers', id, 'control.sock')),
    async flushRules(environment) {
      execFileSync('nft', ['delete', 'table', 'inet', networkIdentity(state, environment).table]);
    },
    async signalInit(environment, unit, signal) {
      const id = containers.find({ environment, unit })?.id;
      const found = (await (await agent()).list()).find((container) => container.id === id);
      if (found === undefined) throw new Error(`${unit} has no container`);
      process.kill(found.pid, signal);
    },
    async killAgent() {
      const { pid } = await (await agent()).hello();
      process.kill(pid, 'SIGKILL');
      await until(() => !existsSync(`/proc/${pid}`), 'the end of the agent');
    },
    async reboot(environment) {
      const { bridge, table } = networkIdentity(state, environment);
      const client = await agent();
      const ids = (await client.list()).map(({ id }) => id);
      await Promise.all(ids.map((id) => client.remove(id, { graceMs: 0, trash: [] })));
      await client.shutdown();
      execFileSync('nft', ['delete', 'table', 'inet', table]);
      execFileSync('ip', ['link', 'delete', bridge]);
      rmSync(run, { recursive: true, force: true });
    },
    labelOnly: (spec) => void containers.create(spec),
    recorded: (unit) => readFileSync(pathsOf(unit).record, 'utf8') + readFileSync(pathsOf(unit).manifest, 'utf8'),
    plantLink: (unit, service, target) => symlinkSync(target, join(pathsOf(unit).logs, `${service}.log`)),
    leftovers: () => findLeftovers(state, run),
    async close() {
      await (await AgentClient.find(run))?.shutdown();
      await until(() => findProcesses(run).length === 0, 'the end of the agent');
      rmSync(state, { recursive: true, force: true });
      rmSync(run, { recursive: true, force: true });
    },
  };
}

/** Waits for it, ten seconds at most. */
export async function until(holds: () => boolean | Promise<boolean>, what: string): Promise<void> {
  for (const deadline = Date.now() + 10_000; Date.now() < deadline; await sleep(20)) if (await holds()) return;
  throw new Error(`${what} did not come`);
}

/** A port of the host that nobody has at this moment. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

/** `ip` complains when links come and go while it looks. */
const QUIETLY: ExecFileSyncOptionsWithStringEncoding = { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] };

/** Everything that carries a name of the lab, in the kernel and on the disk. */
function findLeftovers(state: string, run: string): readonly string[] {
  const links = execFileSync('ip', ['-o', 'link'], QUIETLY).split('\n');
  const tables = execFileSync('nft', ['list', 'tables'], QUIETLY).split('\n');
  const keys = ENVIRONMENTS.map((environment) => networkIdentity(state, environment).key);
  const named = [...links, ...tables].filter((line) => keys.some((key) => line.includes(key)));
  const mounts = readFileSync('/proc/self/mountinfo', 'utf8').split('\n');
  return [
    ...named,
    ...mounts.filter((line) => line.includes(state) || line.includes(run)),
    ...filesBelow(state),
    ...['containers', 'networks', 'builds'].flatMap((name) => filesBelow(join(run, name))),
  ];
}

/** Names of environments that tests may use in a lab. */
export const ENVIRONMENTS = ['conformance', 'left', 'right', 'shop'] as const;

function filesBelow(directory: string): readonly string[] {
  if (!existsSync(directory)) return [];
  try {
    const entries = readdirSync(directory, { withFileTypes: true, recursive: true });
    return entries.filter((entry) => !entry.isDirectory()).map((entry) => join(entry.parentPath, entry.name));
  } catch {
    return [`${directory}, being deleted`];
  }
}

/** Processes that name the run directory in their command line. */
function findProcesses(run: string): readonly string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && existsSync(`/proc/${name}/cmdline`))
    .filter((pid) => readQuietly(`/proc/${pid}/cmdline`).includes(run));
}

function readQuietly(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
