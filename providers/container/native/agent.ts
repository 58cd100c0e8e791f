import { spawn } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type {
  AgentHello,
  AgentOptions,
  BridgeConfig,
  ContainerConfig,
  ContainerLimits,
  ContainerMount,
  ContainerNetwork,
  ContainerState,
  HeldPort,
  RemoveOptions,
  Started,
} from './agent-types.ts';
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

export type * from './agent-types.ts';

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

/**
 * The program puts itself into the background and ends when its socket answers, or another agent's does; that one may
 * be about to end, hence several tries.
 */
async function launch({ program, runDirectory }: AgentOptions): Promise<Connection> {
  await mkdir(runDirectory, { recursive: true, mode: 0o700 });
  for (let tries = 0; tries < 3; tries++) {
    const failure = await run(program, ['--run', runDirectory]);
    if (failure !== undefined) throw new NativeError({ errno: 0, stage: 'agent', object: program, message: failure });
    const connection = await connectTo(runDirectory);
    if (connection !== undefined) return connection;
  }
  throw new NativeError({ errno: 0, stage: 'agent', object: program, message: 'it does not answer' });
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
