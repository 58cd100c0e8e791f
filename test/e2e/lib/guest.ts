import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * A guest under software emulation: Debian's own kernel, nothing but cgroup v2, no network outside. Kernel and root
 * disk are made once a
 * machine; a run boots in two seconds and leaves its disks as they were.
 */
const CACHE = '/var/tmp/cantrip-e2e/guest';
const SCRIPTS = fileURLToPath(new URL('../guest', import.meta.url));
const VIRTIO = ['virtio_ring', 'virtio', 'virtio_pci_legacy_dev', 'virtio_pci_modern_dev', 'virtio_pci', 'virtio_blk'];
const PACKAGES = 'nftables,iproute2,procps,kmod,curl';

export interface GuestRun {
  /** Host path → path below /payload in the guest. */
  readonly copies: Readonly<Record<string, string>>;
  /** Shell script. */
  readonly script: string;
  readonly timeoutMs: number;
}

/** The console's text and the script's exit status (null when the guest never got to its end). */
export function runGuest(request: GuestRun): { readonly status: number | null; readonly output: string } {
  const boot = ensureBootFiles();
  const folder = mkdtempSync(join(CACHE, 'run-'));
  try {
    const payload = join(folder, 'payload');
    mkdirSync(payload);
    for (const [from, to] of Object.entries(request.copies)) {
      mkdirSync(join(payload, to, '..'), { recursive: true });
      execFileSync('cp', ['-a', from, join(payload, to)]);
    }
    writeFileSync(join(payload, 'script'), request.script);
    const disk = join(folder, 'payload.img');
    makeDisk(payload, disk, '4G');
    const output = bootOnce(boot, disk, request.timeoutMs);
    const status = /guest: exit (\d+)/.exec(output)?.[1];
    return { status: status === undefined ? null : Number(status), output };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

interface BootFiles {
  readonly kernel: string;
  readonly initrd: string;
  readonly root: string;
}

function bootOnce(boot: BootFiles, payload: string, timeoutMs: number): string {
  const drive = (file: string): string[] => ['-drive', `file=${file},format=raw,if=virtio,cache=unsafe,snapshot=on`];
  const { stdout } = spawnSync(
    'qemu-system-x86_64',
    [
      ...['-M', 'q35', '-cpu', 'max', '-m', '3072', '-smp', '2', '-accel', 'tcg,thread=multi'],
      ...['-kernel', boot.kernel, '-initrd', boot.initrd, '-append', 'console=ttyS0 quiet panic=1'],
      ...drive(boot.root),
      ...drive(payload),
      ...['-nographic', '-no-reboot', '-nic', 'none'],
    ],
    { encoding: 'utf8', timeout: timeoutMs, maxBuffer: 1 << 26, stdio: ['ignore', 'pipe', 'inherit'] },
  );
  return stdout.replaceAll('\r', '');
}

function ensureBootFiles(): BootFiles {
  const files = { kernel: join(CACHE, 'vmlinuz'), initrd: join(CACHE, 'initrd.gz'), root: join(CACHE, 'root.img') };
  if (existsSync(files.root)) return files;
  mkdirSync(CACHE, { recursive: true, mode: 0o700 });
  const folder = mkdtempSync(join(CACHE, 'build-'));
  try {
    const kernel = unpackKernel(folder);
    makeInitrd(folder, kernel, files.initrd);
    copyFileSync(kernel.image, files.kernel);
    makeRoot(folder, kernel, join(folder, 'root.img'));
    renameSync(join(folder, 'root.img'), files.root);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return files;
}

interface Kernel {
  readonly image: string;
  readonly modules: string;
}

/** Debian's cloud kernel, downloaded and unpacked, not installed. */
function unpackKernel(folder: string): Kernel {
  const depends = execFileSync('apt-cache', ['depends', 'linux-image-cloud-amd64'], { encoding: 'utf8' });
  const name = /Depends: (linux-image-\S+)/.exec(depends)?.[1];
  if (name === undefined) throw new Error('apt-cache knows no kernel for linux-image-cloud-amd64: run apt-get update');
  execFileSync('apt-get', ['download', name], { cwd: folder, stdio: 'ignore' });
  const archive = readdirSync(folder).find((file) => file.endsWith('.deb')) as string;
  execFileSync('dpkg', ['-x', archive, 'kernel'], { cwd: folder });
  const release = name.replace('linux-image-', '');
  execFileSync('depmod', ['-b', join(folder, 'kernel'), release]);
  return { image: join(folder, 'kernel/boot', `vmlinuz-${release}`), modules: join(folder, 'kernel/lib/modules') };
}

function makeInitrd(folder: string, kernel: Kernel, target: string): void {
  const tree = join(folder, 'initrd');
  mkdirSync(join(tree, 'bin'), { recursive: true });
  mkdirSync(join(tree, 'modules'));
  copyFileSync('/bin/busybox', join(tree, 'bin/busybox'));
  copyFileSync(join(SCRIPTS, 'initrd.sh'), join(tree, 'init'));
  chmodSync(join(tree, 'init'), 0o755);
  for (const name of VIRTIO) {
    const path = execFileSync('find', [kernel.modules, '-name', `${name}.ko`], { encoding: 'utf8' }).trim();
    copyFileSync(path, join(tree, 'modules', `${name}.ko`));
  }
  execFileSync('sh', ['-c', `find . | cpio -o -H newc 2>/dev/null | gzip -1 > ${target}`], { cwd: tree });
}

function makeRoot(folder: string, kernel: Kernel, target: string): void {
  const tree = join(folder, 'root');
  const archive = join(folder, 'root.tar');
  execFileSync('mmdebstrap', ['--variant=minbase', `--include=${PACKAGES}`, 'bookworm', archive], { stdio: 'ignore' });
  mkdirSync(tree);
  execFileSync('tar', ['xf', archive, '-C', tree]);
  rmSync(archive);
  cpSync(kernel.modules, join(tree, 'lib/modules'), { recursive: true, verbatimSymlinks: true });
  copyFileSync(process.execPath, join(tree, 'usr/bin/node'));
  copyFileSync(join(SCRIPTS, 'init.sh'), join(tree, 'sbin/guest-init'));
  chmodSync(join(tree, 'sbin/guest-init'), 0o755);
  makeDisk(tree, target, '2G');
}

function makeDisk(tree: string, target: string, size: string): void {
  execFileSync('truncate', ['-s', size, target]);
  execFileSync('mke2fs', ['-q', '-t', 'ext4', '-d', tree, target], { stdio: ['ignore', 'ignore', 'inherit'] });
}
