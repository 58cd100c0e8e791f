import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { networkIdentity } from '../../../providers/container/identity.ts';

/** What tells a test's own things from those of others on the same host. */
export interface Owner {
  readonly stateDirectory: string;
  readonly runDirectory: string;
  readonly containers: Set<string>;
  readonly environments: ReadonlySet<string>;
}

/** Everything of a test's own in the kernel and on disk, as sorted lists of lines. */
export interface Traces {
  /** Bridges and the host's ends of containers' links. */
  readonly links: readonly string[];
  readonly tables: readonly string[];
  readonly mounts: readonly string[];
  /** Control groups: `memory/ID`. */
  readonly groups: readonly string[];
  /** In containers, agents, commands and what these started: `PID COMMAND`. */
  readonly processes: readonly string[];
  /** Files, sockets and links below the state and run directories; directories only when they are empty. */
  readonly files: readonly string[];
}

export function tracesOf(owner: Owner): Traces {
  rememberContainers(owner);
  return {
    links: linksOf(owner),
    tables: tablesOf(owner),
    mounts: readFileSync('/proc/self/mountinfo', 'utf8')
      .split('\n')
      .filter((line) => line.includes(owner.runDirectory) || line.includes(owner.stateDirectory)),
    groups: groupsOf(owner).map((path) => path.replace(GROUPS, '').replace('cantrip/', '').slice(1)),
    processes: processesOf(owner).map((pid) => `${pid} ${commandOf(pid)}`),
    files: [...leaves(owner.stateDirectory), ...leaves(owner.runDirectory)],
  };
}

/** Notes the ids of all containers that have a record now. */
export function rememberContainers(owner: Owner): void {
  for (const directory of [owner.stateDirectory, owner.runDirectory]) {
    for (const name of namesIn(join(directory, 'containers'))) {
      if (/^[0-9a-f]{16}$/.test(name)) owner.containers.add(name);
    }
  }
}

/** Process ids of the agents that serve the run directory. */
export function agentsOf(owner: Owner): readonly number[] {
  return pids().filter((pid) => {
    const words = readProc(pid, 'cmdline').split('\0');
    return words[0]?.endsWith('cantrip-agent') === true && words[2] === owner.runDirectory;
  });
}

/** Process ids in a container, its process 1 first. */
export function processesIn(container: string): readonly number[] {
  return pids().filter((pid) => readProc(pid, 'cgroup').includes(`/cantrip/${container}\n`));
}

export function commandOf(pid: number): string {
  return readProc(pid, 'cmdline').replaceAll('\0', ' ').trim();
}

/** What a file of a container's group holds, on hosts with either version of control groups. */
export function groupValue(container: string, file: { readonly v1: string; readonly v2: string }): string {
  const [controller = '', name = ''] = file.v1.split('/');
  const first = join(GROUPS, controller, 'cantrip', container, name);
  return readFileSync(existsSync(first) ? first : join(GROUPS, 'cantrip', container, file.v2), 'utf8').trim();
}

/** Whatever a product that failed left behind, so that it spoils no other test. */
export function forceAway(owner: Owner): void {
  for (const pid of processesOf(owner)) quietly(() => process.kill(pid, 'SIGKILL'));
  for (const name of linksOf(owner)) quietly(() => run('ip', 'link', 'delete', name));
  for (const name of tablesOf(owner)) quietly(() => run('nft', 'delete', 'table', 'inet', name));
  for (const path of groupsOf(owner)) quietly(() => rmdirSync(path));
}

/** A container's link is named by the first 8 characters of its id, a bridge by the network's key. */
function linksOf(owner: Owner): readonly string[] {
  const bridges = identities(owner).map(({ bridge }) => bridge);
  const prefixes = [...owner.containers].map((id) => `c${id.slice(0, 8)}`);
  return readFileSync('/proc/net/dev', 'utf8')
    .split('\n')
    .map((line) => line.split(':')[0]?.trim() ?? '')
    .filter((name) => bridges.includes(name) || prefixes.some((prefix) => name.startsWith(prefix)))
    .sort();
}

function tablesOf(owner: Owner): readonly string[] {
  const present = run('nft', 'list', 'tables');
  return identities(owner)
    .map(({ table }) => table)
    .filter((table) => present.includes(table));
}

function identities({ stateDirectory, environments }: Owner) {
  return [...environments].map((name) => networkIdentity(stateDirectory, name));
}

const GROUPS = '/sys/fs/cgroup';

/** On a host with version 2 the groups lie in the root itself. */
function groupsOf({ containers }: Owner): readonly string[] {
  const roots = [GROUPS, ...namesIn(GROUPS).map((name) => join(GROUPS, name))];
  return roots
    .flatMap((root) => [...containers].map((id) => join(root, 'cantrip', id)))
    .filter((path) => existsSync(path))
    .sort();
}

/** Commands and what they start are known by their variables, containers' by their group, agents by their words. */
function processesOf(owner: Owner): readonly number[] {
  const agents = agentsOf(owner);
  return pids().filter((pid) => {
    if (agents.includes(pid) || readProc(pid, 'environ').includes(`CANTRIP_RUN_DIR=${owner.runDirectory}\0`))
      return true;
    const container = /\/cantrip\/([0-9a-f]{16})\n/.exec(readProc(pid, 'cgroup'))?.[1];
    return container !== undefined && owner.containers.has(container);
  });
}

function pids(): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .sort((a, b) => a - b);
}

/** Empty for a process that ended meanwhile. */
function readProc(pid: number, name: 'cmdline' | 'cgroup' | 'environ'): string {
  return quietly(() => readFileSync(`/proc/${pid}/${name}`, 'utf8')) ?? '';
}

/** Files below a directory and its empty directories, sorted; nothing of a directory that is missing. */
function leaves(directory: string): readonly string[] {
  if (!existsSync(directory)) return [];
  const entries = readdirSync(directory, { withFileTypes: true });
  if (entries.length === 0) return [`${directory}/`];
  return entries
    .flatMap((entry) => (entry.isDirectory() ? leaves(join(directory, entry.name)) : [join(directory, entry.name)]))
    .sort();
}

function namesIn(directory: string): readonly string[] {
  return quietly(() => readdirSync(directory)) ?? [];
}

function run(program: string, ...args: string[]): string {
  return execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

/** Null when it cannot be done: mostly because what it is about has gone. */
function quietly<T>(act: () => T): T | null {
  try {
    return act();
  } catch {
    return null;
  }
}
