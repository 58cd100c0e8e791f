import { spawn } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Connection, NativeError, type RequestOptions } from './connection.ts';
import {
  agent,
  bridge,
  container,
  held,
  hello,
  hosts,
  limits,
  list,
  mount,
  network,
  port,
  portList,
  signal,
  start,
  stop,
  timing,
  update,
} from './protocol.ts';
import {
  type Field,
  type Fields,
  readFlag,
  readNumber,
  readRecords,
  readText,
  readTexts,
  readWarnings,
} from './wire.ts';

export interface AgentOptions {
  /** The run directory: one agent for each. */
  readonly runDirectory: string;
  /** Path of the program `cantrip-agent`. */
  readonly program: string;
}

export interface AgentHello {
  readonly version: number;
  readonly pid: number;
  /** What the host can do: name to `yes` or `no: reason`. */
  readonly features: ReadonlyMap<string, string>;
}

/** Zero means no limit; for `pids` it means the agent's default. */
export interface ContainerLimits {
  readonly cpuMillicores: number;
  readonly memoryBytes: number;
  readonly pids: number;
  /** 1 to 10000; 100 is usual. */
  readonly cpuWeight: number;
}

export interface ContainerMount {
  /** Absolute path on the host, a directory or a file. */
  readonly source: string;
  /** Absolute path in the container; made when missing. */
  readonly target: string;
  readonly readOnly: boolean;
  /** Leave it out when the source does not exist. */
  readonly optional: boolean;
}

export interface ContainerNetwork {
  readonly bridge: string;
  /** With prefix length: `10.1.2.3/24`. */
  readonly address: string;
  readonly gateway: string;
  readonly mac: string;
}

export interface ContainerConfig {
  /** 16 hexadecimal characters. */
  readonly id: string;
  readonly hostname: string;
  /** Absolute paths, lowest first. */
  readonly layers: readonly string[];
  /** What the container writes goes here. Made when missing. */
  readonly upper: string;
  /** On the same file system as `upper`, for the kernel's own use. Made when missing. */
  readonly work: string;
  readonly mounts: readonly ContainerMount[];
  /** Null: loopback only. */
  readonly network: ContainerNetwork | null;
  readonly limits: ContainerLimits;
  /** Path of the program `cantrip-init`. */
  readonly init: string;
  /** Directory of the host that the container sees as /var/log/cantrip. */
  readonly logs: string;
  /** Whether packages are unpacked inside: two capabilities more. */
  readonly builder: boolean;
}

export interface StartTiming {
  readonly stage: string;
  readonly nanoseconds: number;
}

export interface Started {
  readonly pid: number;
  /** It ran before; nothing was done. */
  readonly already: boolean;
  readonly timings: readonly StartTiming[];
  readonly warnings: readonly string[];
}

export interface ContainerState {
  readonly id: string;
  readonly state: 'running' | 'exited';
  /** 0 when it was never known. */
  readonly pid: number;
  /** As from wait(2); null while it runs and when nobody can know it. */
  readonly status: number | null;
  readonly startedMs: number;
  readonly oomKills: number;
}

export type PortProtocol = 'tcp' | 'udp';

export interface HeldPort {
  readonly owner: string;
  readonly address: string;
  readonly port: number;
  readonly protocol: PortProtocol;
}

export interface RemoveOptions {
  /** Time between SIGTERM and SIGKILL; 0 kills at once. */
  readonly graceMs: number;
  /** Absolute paths of the host to move into `.trash` beside them and delete in the background. */
  readonly trash: readonly string[];
}

export interface BridgeConfig {
  readonly name: string;
  /** With prefix length. */
  readonly address: string;
  readonly mac: string;
}

/**
 * A connection to the agent of one run directory. Methods reject with NativeError when the agent refuses, and with
 * ConnectionLostError when it goes away; everything may then be tried again on a new client, for "already there" and
 * "already gone" succeed.
 */
export class AgentClient {
  readonly #connection: Connection;

  /** Starts the agent when none answers, and waits for it. Rejects with NativeError when it cannot be started. */
  static async open(options: AgentOptions): Promise<AgentClient> {
    return new AgentClient((await connectTo(options.runDirectory)) ?? (await launch(options)));
  }

  /** The agent that runs, or undefined when none does. */
  static async find(runDirectory: string): Promise<AgentClient | undefined> {
    const connection = await connectTo(runDirectory);
    return connection && new AgentClient(connection);
  }

  private constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** Whether the connection was lost or closed. */
  get closed(): boolean {
    return this.#connection.closed;
  }

  close(): void {
    this.#connection.close();
  }

  async hello(): Promise<AgentHello> {
    const fields = await this.#request(agent.hello, []);
    const features = readTexts(fields, hello.feature).map((text) => splitFeature(text));
    return {
      version: readNumber(fields, hello.version) ?? 0,
      pid: readNumber(fields, hello.pid) ?? 0,
      features: new Map(features),
    };
  }

  async start(config: ContainerConfig): Promise<Started> {
    const fields = await this.#request(agent.start, startFields(config));
    return {
      pid: readNumber(fields, start.pid) ?? 0,
      already: readFlag(fields, start.already),
      timings: readRecords(fields, start.timing).map((record) => ({
        stage: readText(record, timing.stage) ?? '',
        nanoseconds: readNumber(record, timing.nanoseconds) ?? 0,
      })),
      warnings: readWarnings(fields),
    };
  }

  /** Resolves with the wait status once the container has ended; null when it is gone or nobody knows. */
  async stop(id: string, graceMs: number): Promise<number | null> {
    const fields: Field[] = [
      [stop.id, id],
      [stop.graceMs, graceMs],
    ];
    const reply = await this.#request(agent.stop, fields, { timeoutMs: graceMs + END_MS });
    return readNumber(reply, stop.status) ?? null;
  }

  /** Resolves once processes, groups and run directory are gone. */
  async remove(id: string, { graceMs, trash }: RemoveOptions): Promise<void> {
    const fields: Field[] = [
      [stop.id, id],
      [stop.graceMs, graceMs],
    ];
    const paths = trash.map((path): Field => [stop.trash, path]);
    await this.#request(agent.remove, [...fields, ...paths], { timeoutMs: graceMs + END_MS });
  }

  async list(): Promise<readonly ContainerState[]> {
    const fields = await this.#request(agent.list, []);
    return readRecords(fields, list.container).map((record) => readContainer(record));
  }

  /** Live. NativeError with errno EBUSY when more memory is in use than the new limit; nothing changed then. */
  async update(id: string, wanted: ContainerLimits): Promise<void> {
    await this.#request(agent.update, [
      [update.id, id],
      [update.limits, limitFields(wanted)],
    ]);
  }

  /** Waits for the container's end, for ever unless told otherwise. */
  async wait(id: string, options: RequestOptions = { timeoutMs: Number.POSITIVE_INFINITY }): Promise<number | null> {
    return readNumber(await this.#request(agent.wait, [[stop.id, id]], options), stop.status) ?? null;
  }

  async signal(id: string, number: number): Promise<void> {
    await this.#request(agent.signal, [
      [signal.id, id],
      [signal.number, number],
    ]);
  }

  /** Makes the bridge or corrects it. */
  async ensureBridge(wanted: BridgeConfig): Promise<void> {
    await this.#request(agent.bridgeEnsure, [
      [bridge.name, wanted.name],
      [bridge.address, wanted.address],
      [bridge.mac, wanted.mac],
    ]);
  }

  async removeBridge(name: string): Promise<void> {
    await this.#request(agent.bridgeRemove, [[bridge.name, name]]);
  }

  /** NativeError with errno EADDRINUSE when somebody else has the port. */
  async holdPort(wanted: HeldPort): Promise<void> {
    await this.#request(agent.portHold, portFields(wanted));
  }

  async releasePort(one: HeldPort): Promise<void> {
    await this.#request(agent.portRelease, portFields(one));
  }

  /** All that the owner holds. */
  async releasePorts(owner: string): Promise<void> {
    await this.#request(agent.portRelease, [[port.owner, owner]]);
  }

  async listPorts(): Promise<readonly HeldPort[]> {
    const fields = await this.#request(agent.portList, []);
    return readRecords(fields, portList.held).map((record) => ({
      owner: readText(record, held.owner) ?? '',
      address: readText(record, held.address) ?? '',
      port: readNumber(record, held.port) ?? 0,
      protocol: readText(record, held.protocol) === 'udp' ? 'udp' : 'tcp',
    }));
  }

  /** Writes a file of the host in place, so that containers it is bound into see the change. */
  async writeHosts(path: string, content: string): Promise<void> {
    await this.#request(agent.hostsWrite, [
      [hosts.path, path],
      [hosts.content, content],
    ]);
  }

  /** Ends the agent; containers go on, and the next agent takes them up again. */
  async shutdown(): Promise<void> {
    await this.#request(agent.shutdown, []);
    this.close();
  }

  #request(type: number, fields: readonly Field[], options?: RequestOptions): Promise<Fields> {
    return this.#connection.request(type, fields, options);
  }
}

async function connectTo(runDirectory: string): Promise<Connection | undefined> {
  try {
    return await Connection.open(join(runDirectory, 'agent.sock'));
  } catch (error) {
    if (nobodyAnswers(error)) return undefined;
    throw error;
  }
}

/** The program puts itself into the background and ends when its socket answers. */
async function launch({ program, runDirectory }: AgentOptions): Promise<Connection> {
  await mkdir(runDirectory, { recursive: true, mode: 0o700 });
  const failure = await run(program, ['--run', runDirectory]);
  const connection = failure === undefined ? await connectTo(runDirectory) : undefined;
  if (connection !== undefined) return connection;
  throw new NativeError({ errno: 0, stage: 'agent', object: program, message: failure ?? 'it does not answer' });
}

/** How long a killed container may take to end before a request for its end gives up. */
const END_MS = 15_000;

function splitFeature(text: string): [string, string] {
  const at = text.indexOf('=');
  return [text.slice(0, at), text.slice(at + 1)];
}

function startFields(config: ContainerConfig): readonly Field[] {
  return [
    [start.id, config.id],
    [start.hostname, config.hostname],
    ...config.layers.map((layer): Field => [start.layer, layer]),
    [start.upper, config.upper],
    [start.work, config.work],
    ...config.mounts.map((wanted): Field => [start.mount, mountFields(wanted)]),
    [start.network, config.network === null ? undefined : networkFields(config.network)],
    [start.limits, limitFields(config.limits)],
    [start.init, config.init],
    [start.logs, config.logs],
    [start.builder, config.builder],
  ];
}

function mountFields(wanted: ContainerMount): readonly Field[] {
  return [
    [mount.source, wanted.source],
    [mount.target, wanted.target],
    [mount.readOnly, wanted.readOnly],
    [mount.optional, wanted.optional],
  ];
}

function networkFields(wanted: ContainerNetwork): readonly Field[] {
  return [
    [network.bridge, wanted.bridge],
    [network.address, wanted.address],
    [network.gateway, wanted.gateway],
    [network.mac, wanted.mac],
  ];
}

function limitFields(wanted: ContainerLimits): readonly Field[] {
  return [
    [limits.cpu, wanted.cpuMillicores],
    [limits.memory, wanted.memoryBytes],
    [limits.pids, wanted.pids],
    [limits.weight, wanted.cpuWeight],
  ];
}

function portFields(wanted: HeldPort): readonly Field[] {
  return [
    [port.owner, wanted.owner],
    [port.address, wanted.address],
    [port.number, wanted.port],
    [port.protocol, wanted.protocol],
  ];
}

function readContainer(record: Fields): ContainerState {
  return {
    id: readText(record, container.id) ?? '',
    state: readText(record, container.state) === 'running' ? 'running' : 'exited',
    pid: readNumber(record, container.pid) ?? 0,
    status: readNumber(record, container.status) ?? null,
    startedMs: readNumber(record, container.startedMs) ?? 0,
    oomKills: readNumber(record, container.oomKills) ?? 0,
  };
}

function nobodyAnswers(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return code === 'ENOENT' || code === 'ECONNREFUSED';
}

/** Resolves with undefined when the program ended well, else with what it said. */
function run(program: string, words: readonly string[]): Promise<string | undefined> {
  return new Promise((resolve) => {
    const child = spawn(program, words, { stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    child.stderr.on('data', (data: Buffer) => {
      said += data.toString('utf8');
    });
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code) => resolve(code === 0 ? undefined : said.trim() || `it ended with code ${code}`));
  });
}
