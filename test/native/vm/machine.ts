import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, readdirSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';

/** What the machine runs beside the driver: name in its /opt to path here. */
export interface MachineOptions {
  /** A Debian kernel package, as `apt-get download` fetches it. */
  readonly kernelPackage: string;
  /** An empty directory to work in. */
  readonly directory: string;
  /** Programs for /opt, by name. */
  readonly programs: Readonly<Record<string, string>>;
  /** The probe, which is all the containers' root holds. */
  readonly probe: string;
}

/**
 * Boots the kernel with the pure unified hierarchy of control groups, runs driver.ts there and returns what it saw:
 * name and value in order. Emulated, so that it works wherever this does.
 */
export function runMachine(options: MachineOptions): readonly (readonly [string, unknown])[] {
  const kernel = join(options.directory, 'kernel');
  const root = join(options.directory, 'root');
  execFileSync('dpkg-deb', ['-x', options.kernelPackage, kernel]);
  makeRoot(root);
  for (const module of MODULES) copyFileSync(findFile(kernel, `${module}.ko`), join(root, 'opt', `${module}.ko`));
  for (const [name, path] of Object.entries(options.programs)) copyFileSync(path, join(root, 'opt', name));
  makeContainerFiles(root, options.probe);
  bundleDriver(join(root, 'opt/driver.mjs'));
  const initrd = join(options.directory, 'initrd');
  execFileSync('sh', ['-c', `cd "$0" && find . | cpio -o -H newc --quiet > "$1"`, root, initrd]);
  return readSeen(boot(findFile(kernel, 'vmlinuz-*'), initrd));
}

const MODULES = ['llc', 'stp', 'bridge', 'overlay', 'veth'];
const PROGRAMS = ['sh', 'node', 'mount', 'cp', 'mkdir', 'switch_root', 'sleep'];
const LIBRARIES = 'usr/lib/x86_64-linux-gnu';

/** The first file of a kernel cannot be pivoted away from, so everything is copied to a root that can. */
const FIRST = `#!/bin/sh
mount -t tmpfs -o mode=755 none /next
cp -a /usr /opt /srv /bin /sbin /lib /lib64 /second /next/
cd /next && mkdir proc sys dev tmp run etc
exec switch_root /next /second
`;

const SECOND = `#!/bin/sh
mount -t proc none /proc; mount -t sysfs none /sys; mount -t devtmpfs none /dev
mkdir -p /dev/pts; mount -t devpts none /dev/pts; mount -t tmpfs none /run; mount -t cgroup2 none /sys/fs/cgroup
/opt/load-modules ${MODULES.map((name) => `/opt/${name}.ko`).join(' ')}
node /opt/driver.mjs
echo o > /proc/sysrq-trigger
sleep 10
`;

function makeRoot(root: string): void {
  for (const name of ['usr/bin', LIBRARIES, 'usr/lib64', 'opt', 'next', 'srv/files', 'dev']) {
    mkdirSync(join(root, name), { recursive: true });
  }
  for (const [name, target] of [
    ['bin', 'usr/bin'],
    ['sbin', 'usr/bin'],
    ['lib', 'usr/lib'],
    ['lib64', 'usr/lib64'],
  ] as const) {
    symlinkSync(target, join(root, name));
  }
  for (const name of PROGRAMS) copyProgram(root, name);
  writeProgram(join(root, 'init'), FIRST);
  writeProgram(join(root, 'second'), SECOND);
}

function copyProgram(root: string, name: string): void {
  const path = realpathSync(execFileSync('sh', ['-c', 'command -v "$0"', name]).toString().trim());
  copyFileSync(path, join(root, 'usr/bin', name));
  for (const [library] of execFileSync('ldd', [path]).toString().matchAll(/\/\S+/g)) {
    const directory = library.startsWith('/lib64/') ? 'usr/lib64' : LIBRARIES;
    copyFileSync(library, join(root, directory, basename(library)));
  }
}

function makeContainerFiles(root: string, probe: string): void {
  for (const name of ['dev', 'proc', 'sys', 'etc', 'var/log', 'tmp']) {
    mkdirSync(join(root, 'srv/base', name), { recursive: true });
  }
  copyFileSync(probe, join(root, 'srv/base/probe'));
  mkdirSync(join(root, 'srv/one'));
  writeFileSync(join(root, 'srv/one/one'), 'hi\n');
}

function bundleDriver(outfile: string): void {
  const entry = fileURLToPath(new URL('driver.ts', import.meta.url));
  buildSync({ entryPoints: [entry], outfile, bundle: true, platform: 'node', format: 'esm', logLevel: 'error' });
}

function writeProgram(path: string, text: string): void {
  writeFileSync(path, text);
  chmodSync(path, 0o755);
}

/** The one file of that name, which may hold a star, anywhere below the directory. */
function findFile(directory: string, name: string): string {
  const found = execFileSync('find', [directory, '-type', 'f', '-name', name]).toString().trim().split('\n');
  const [path = ''] = found;
  if (path === '') throw new Error(`${name} is not in ${readdirSync(directory).join(', ')}`);
  return path;
}

/** What the machine wrote on its console. */
function boot(kernel: string, initrd: string): string {
  const words = ['-accel', 'tcg', '-cpu', 'max', '-m', '2500', '-nographic', '-no-reboot'];
  const boot = ['-kernel', kernel, '-initrd', initrd, '-append', 'console=ttyS0 quiet panic=1'];
  const { stdout, stderr } = spawnSync('qemu-system-x86_64', [...words, ...boot], { timeout: 280_000, input: '' });
  return `${stdout}${stderr}`;
}

function readSeen(output: string): readonly (readonly [string, unknown])[] {
  const seen = [...output.matchAll(/^SAW (.*?)\r?$/gm)].map(([, text = '']) => JSON.parse(text) as [string, unknown]);
  if (seen.length === 0) throw new Error(`the machine saw nothing:\n${output.slice(-4000)}`);
  return seen;
}
