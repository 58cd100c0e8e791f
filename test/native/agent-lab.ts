import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { AgentClient, type ContainerConfig, type Started } from '../../providers/container/native/agent.ts';

/** What a program in a container gave. */
export interface Outcome {
  readonly status: number | null;
  readonly output: string;
  readonly complaints: string;
}

/**
 * An agent on a run directory of its own, with a bridge of its own and containers whose root holds nothing but
 * `/probe` (fixtures/probe.c).
 */
export class AgentLab {
  readonly directory: string;
  readonly run: string;
  readonly program: string;
  /** The bridge's network is 10.`second`.`third`.0/24; the host has .1. */
  readonly bridge: string;
  readonly network: string;
  agent: AgentClient;
  readonly #tools: Tools;
  #count = 0;

  static async open(): Promise<AgentLab> {
    const tools = buildTools();
    const directory = mkdtempSync(join(tmpdir(), 'cantrip-agent-'));
    chmodSync(directory, 0o755);
    const run = join(directory, 'run');
    const agent = await AgentClient.open({ program: tools.agent, runDirectory: run });
    return new AgentLab(directory, run, tools, agent);
  }

  private constructor(directory: string, run: string, tools: Tools, agent: AgentClient) {
    const [second = 0, third = 0] = randomBytes(2);
    this.directory = directory;
    this.run = run;
    this.program = tools.agent;
    this.agent = agent;
    this.bridge = `ct${randomBytes(4).toString('hex')}`;
    this.network = `10.${128 + (second % 127)}.${third}`;
    this.#tools = tools;
    makeRoot(join(directory, 'base'), tools.probe);
  }

  /** What a container is started with; `changes` win. */
  config(changes: Partial<ContainerConfig> = {}): ContainerConfig {
    this.#count += 1;
    const id = changes.id ?? randomBytes(8).toString('hex');
    const files = join(this.directory, 'containers', id);
    return {
      id,
      hostname: `box-${this.#count}`,
      layers: [join(this.directory, 'base')],
      upper: join(files, 'upper'),
      work: join(files, 'work'),
      mounts: [],
      network: null,
      limits: { cpuMillicores: 0, memoryBytes: 0, pids: 0, cpuWeight: 0 },
      init: this.#tools.init,
      logs: join(files, 'logs'),
      builder: false,
      ...changes,
    };
  }

  /** A NIC on the lab's bridge, which is made when needed. */
  async nic(last: number): Promise<NonNullable<ContainerConfig['network']>> {
    await this.agent.ensureBridge({ name: this.bridge, address: `${this.network}.1/24`, mac: '02:00:00:00:00:01' });
    const mac = `02:00:00:00:01:${last.toString(16).padStart(2, '0')}`;
    return { bridge: this.bridge, address: `${this.network}.${last}/24`, gateway: `${this.network}.1`, mac };
  }

  async start(changes: Partial<ContainerConfig> = {}): Promise<Started & { readonly id: string }> {
    const config = this.config(changes);
    return { id: config.id, ...(await this.agent.start(config)) };
  }

  /** Runs the probe in the container; `options` are cantrip-exec's. */
  probe(id: string, words: readonly string[], options: readonly string[] = [], input = ''): Outcome {
    const result = spawnSync(this.#tools.exec, [...this.#execWords(id, options), '/probe', ...words], {
      input,
      maxBuffer: 64 << 20,
    });
    return { status: result.status, output: result.stdout.toString(), complaints: result.stderr.toString() };
  }

  /** The same without waiting for its end. */
  probeBeside(id: string, words: readonly string[], options: readonly string[] = []) {
    return spawn(this.#tools.exec, [...this.#execWords(id, options), '/probe', ...words]);
  }

  execProgram(): string {
    return this.#tools.exec;
  }

  /** Kills the agent as a crash would; resolves when it is gone. */
  async killAgent(): Promise<void> {
    const { pid } = await this.agent.hello();
    process.kill(pid, 'SIGKILL');
    await until(() => !isAlive(pid), 'the end of the agent');
    this.agent.close();
  }

  async reopen(): Promise<void> {
    this.agent.close();
    this.agent = await AgentClient.open({ program: this.program, runDirectory: this.run });
  }

  log(): string {
    return readFileSync(join(this.run, 'agent.log'), 'utf8');
  }

  /** Removes everything that was made, whatever the test did. */
  async close(): Promise<void> {
    await this.reopen();
    for (const { id } of await this.agent.list()) await this.agent.remove(id, { graceMs: 0, trash: [] });
    await this.agent.removeBridge(this.bridge);
    const { pid } = await this.agent.hello();
    await this.agent.shutdown();
    await until(() => !isAlive(pid), 'the end of the agent');
    await until(() => removeTree(this.directory), 'the end of the deleters');
  }

  #execWords(id: string, options: readonly string[]): string[] {
    return ['--run', this.run, '--id', id, ...options, '--'];
  }
}

/** Value of a file in the container's group of that v1 hierarchy. */
export function groupFile(id: string, controller: string, file: string): string {
  return readFileSync(`/sys/fs/cgroup/${controller}/cantrip/${id}/${file}`, 'utf8').trim();
}

export function groupsOf(id: string): readonly string[] {
  return readdirSync('/sys/fs/cgroup').filter((name) => existsSync(`/sys/fs/cgroup/${name}/cantrip/${id}`));
}

/** False for a process that has ended, also when nobody has reaped it yet. */
export function isAlive(pid: number): boolean {
  try {
    return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

export async function until(holds: () => boolean, what: string): Promise<void> {
  for (let waited = 0; waited < 10_000; waited += 10) {
    if (holds()) return;
    await sleep(10);
  }
  throw new Error(`${what}: not within 10 s`);
}

interface Tools {
  readonly agent: string;
  readonly exec: string;
  readonly init: string;
  readonly probe: string;
}

const root = fileURLToPath(new URL('../..', import.meta.url));
let tools: Tools | undefined;

/** Builds the programs, once for all test files of a worker. */
function buildTools(): Tools {
  tools ??= {
    agent: buildNative('cantrip-agent'),
    exec: buildNative('cantrip-exec'),
    init: buildFixture('init'),
    probe: buildFixture('probe'),
  };
  return tools;
}

/** Compiles fixtures/NAME.c with sources of native/; returns the program. */
export function buildFixture(name: string): string {
  return buildNative(`fixtures/${name}`);
}

/** Builds native/build/TARGET. Workers may do so at the same time. */
export function buildNative(target: string): string {
  const native = join(root, 'native');
  execFileSync('flock', [native, 'make', '-s', '-C', native, `build/${target}`]);
  return join(native, 'build', target);
}

function makeRoot(directory: string, probe: string): void {
  for (const name of ['dev', 'proc', 'sys', 'etc', 'var/log']) mkdirSync(join(directory, name), { recursive: true });
  mkdirSync(join(directory, 'tmp'), { mode: 0o777 });
  copyFileSync(probe, join(directory, 'probe'));
  chmodSync(join(directory, 'probe'), 0o755);
}

/** A deleter of the agent may be at work in it. */
function removeTree(directory: string): boolean {
  try {
    rmSync(directory, { recursive: true, force: true });
  } catch {
    return false;
  }
  return !existsSync(directory);
}
