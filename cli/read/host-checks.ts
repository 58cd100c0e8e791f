import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, readFileSync, statfsSync } from 'node:fs';
import { release } from 'node:os';
import { dirname, join } from 'node:path';
import type { ReadShell } from './shell.ts';

export interface Finding {
  readonly level: 'ok' | 'warn' | 'fail';
  readonly message: string;
  /** What to do; null when there is nothing to do. */
  readonly hint: string | null;
}

export interface HostCheck {
  readonly name: string;
  readonly check: (places: ReadShell['places']) => Finding;
}

/**
 * What a host needs to run containers. Nothing is changed: what must be tried is tried in a namespace that goes at
 * once.
 */
export const HOST_CHECKS: readonly HostCheck[] = [
  { name: 'rights', check: checkRights },
  { name: 'kernel', check: checkKernel },
  { name: 'namespaces', check: checkNamespaces },
  { name: 'overlay', check: checkOverlay },
  { name: 'cgroups', check: checkCgroups },
  { name: 'seccomp', check: checkSeccomp },
  { name: 'veth and bridge', check: checkDevices },
  { name: 'nftables', check: checkNftables },
  { name: 'programs', check: checkPrograms },
  { name: 'runtime', check: ({ native }) => checkRuntime(native) },
  { name: 'state', check: ({ state }) => checkDirectory(state) },
];

function ok(message: string): Finding {
  return { level: 'ok', message, hint: null };
}

function fail(message: string, hint: string): Finding {
  return { level: 'fail', message, hint };
}

function warn(message: string, hint: string): Finding {
  return { level: 'warn', message, hint };
}

function checkRights(): Finding {
  if (process.getuid?.() !== 0) return fail('not root', 'containers need root: run cantrip with sudo');
  const effective = /^CapEff:\s*([0-9a-f]+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '0';
  const lacking = NEEDED_CAPABILITIES.filter(([bit]) => ((BigInt(`0x${effective}`) >> BigInt(bit)) & 1n) === 0n);
  if (lacking.length === 0) return ok('root, with the capabilities that matter');
  const names = lacking.map(([, name]) => name).join(', ');
  return fail(`root without ${names}`, 'run it outside the container or service that took them away');
}

const NEEDED_CAPABILITIES = [
  [12, 'CAP_NET_ADMIN'],
  [21, 'CAP_SYS_ADMIN'],
  [27, 'CAP_MKNOD'],
] as const;

/** Detached mounts and clone into a group of processes. */
const LEAST_KERNEL = [5, 12] as const;

function checkKernel(): Finding {
  const [major = 0, minor = 0] = release()
    .split('.')
    .map((part) => Number.parseInt(part, 10));
  const isNew = major > LEAST_KERNEL[0] || (major === LEAST_KERNEL[0] && minor >= LEAST_KERNEL[1]);
  return isNew ? ok(`Linux ${release()}`) : fail(`Linux ${release()}`, `at least ${LEAST_KERNEL.join('.')} is needed`);
}

function checkNamespaces(): Finding {
  const kinds = ['cgroup', 'ipc', 'mnt', 'net', 'pid', 'uts'];
  const lacking = kinds.filter((kind) => !existsSync(`/proc/self/ns/${kind}`));
  if (lacking.length === 0) return ok(kinds.join(', '));
  return fail(`the kernel lacks ${lacking.join(', ')}`, 'use a kernel of a distribution: they all have them');
}

function checkOverlay(): Finding {
  if (/\boverlay$/m.test(readFileSync('/proc/filesystems', 'utf8'))) return ok('known to the kernel');
  return fail('the kernel does not know overlay', 'modprobe overlay');
}

function checkCgroups(): Finding {
  const needed = ['cpu', 'memory', 'pids'];
  const unified = readOrEmpty('/sys/fs/cgroup/cgroup.controllers').split(/\s+/);
  if (needed.every((controller) => unified.includes(controller))) return ok('version 2');
  const mounted = readOrEmpty('/proc/mounts')
    .split('\n')
    .map((line) => line.split(' '))
    .flatMap(([, , kind, options = '']) => (kind === 'cgroup' ? options.split(',') : []));
  const lacking = needed.filter((controller) => !mounted.includes(controller) && !unified.includes(controller));
  if (lacking.length === 0) return ok('version 1');
  return fail(
    `no ${lacking.join(', ')}`,
    'mount the cgroup file system (systemd does), with these controllers enabled',
  );
}

function checkSeccomp(): Finding {
  if (/^Seccomp:/m.test(readFileSync('/proc/self/status', 'utf8'))) return ok('filters are possible');
  return fail('the kernel has no seccomp filters', 'use a kernel with CONFIG_SECCOMP_FILTER');
}

/** Made in a network of its own that is gone when the program ends. */
function checkDevices(): Finding {
  if (process.getuid?.() !== 0) return warn('cannot be tried without root', 'run cantrip doctor as root');
  const script = 'ip link add one type veth peer name two && ip link add three type bridge';
  const tried = run('unshare', ['--net', 'sh', '-c', script]);
  if (tried.status === 0) return ok('can be made');
  if (tried.status === 127 || tried.status === null) return warn('cannot be tried', 'apt install iproute2 util-linux');
  return fail(`cannot be made: ${tried.message}`, 'modprobe veth bridge');
}

function checkNftables(): Finding {
  if (!onPath('nft')) return fail('nft is not installed', 'apt install nftables');
  if (process.getuid?.() !== 0) return warn('cannot be tried without root', 'run cantrip doctor as root');
  const tried = run('nft', ['list', 'tables']);
  return tried.status === 0
    ? ok('answers')
    : fail(`nft fails: ${tried.message}`, 'use a kernel with CONFIG_NF_TABLES, and modprobe nf_tables');
}

function checkPrograms(): Finding {
  const lacking = [
    ['mmdebstrap', 'mmdebstrap'],
    ['apt-get', 'apt'],
    ['npm', 'npm'],
  ].filter(([program = '']) => !onPath(program));
  if (lacking.length === 0) return ok('mmdebstrap, apt-get, npm');
  const names = lacking.map(([program]) => program).join(', ');
  return fail(`${names} not installed`, `apt install ${lacking.map(([, name]) => name).join(' ')}`);
}

function checkRuntime(native: string): Finding {
  const lacking = ['cantrip-agent', 'cantrip-init'].filter(
    (program) => !isAllowed(join(native, program), constants.X_OK),
  );
  if (lacking.length === 0) return ok(native);
  return fail(`${lacking.join(', ')} missing in ${native}`, 'run scripts/setup');
}

const LEAST_FREE_BYTES = 2 * 1024 ** 3;

function checkDirectory(directory: string): Finding {
  let nearest = directory;
  while (!existsSync(nearest)) nearest = dirname(nearest);
  if (!isAllowed(nearest, constants.W_OK)) return fail(`${directory} cannot be written`, 'run it as root');
  const { bavail, bsize } = statfsSync(nearest);
  const free = `${(Number(bavail) * bsize * 1e-9).toFixed(1)} GB free for ${directory}`;
  return bavail * bsize >= LEAST_FREE_BYTES ? ok(free) : warn(free, 'images need about a gigabyte: make room');
}

function onPath(program: string): boolean {
  const folders = `${process.env.PATH ?? ''}:/usr/sbin:/sbin`.split(':');
  return folders.some((folder) => isAllowed(join(folder, program), constants.X_OK));
}

function isAllowed(path: string, mode: number): boolean {
  try {
    accessSync(path, mode);
    return true;
  } catch {
    return false;
  }
}

function run(program: string, args: readonly string[]): { readonly status: number | null; readonly message: string } {
  const path = `${process.env.PATH ?? ''}:/usr/sbin:/sbin`;
  const { status, stderr } = spawnSync(program, args, { encoding: 'utf8', env: { ...process.env, PATH: path } });
  return { status, message: (stderr ?? '').trim().split('\n').at(-1) ?? '' };
}

function readOrEmpty(file: string): string {
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
}
