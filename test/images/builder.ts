import { runProcess } from '../../images/process.ts';
import type { Builder } from '../../model/builder.ts';

/**
 * Builder for tests, without the native runtime: namespaces by unshare(1), the overlay by mount(8), then chroot(8).
 * Everything is mounted in a mount namespace of its own, so nothing stays when it ends or is killed.
 */
export const unshareBuilder: Builder = async (job) => {
  const lower = [...job.layers].reverse().join(':');
  const script = [
    'set -e',
    'mount -t tmpfs -o size=1M tmpfs /mnt',
    'mkdir /mnt/root && cd /mnt',
    `mount -t overlay -o "lowerdir=${lower},upperdir=${job.upper},workdir=${job.work}" overlay root`,
    'mount -t proc proc root/proc',
    'mount -t tmpfs tmpfs root/run',
    'mount -t devpts -o newinstance,ptmxmode=0666 devpts root/dev/pts && ln -sf pts/ptmx root/dev/ptmx',
    'for node in null zero urandom; do touch root/dev/$node; mount --bind /dev/$node root/dev/$node; done',
    ...job.mounts.flatMap(({ source, target }) => [
      `mkdir -p "$(dirname root${target})"`,
      `if [ -d ${source} ]; then mkdir root${target}; else : > root${target}; fi`,
      `mount --bind ${source} root${target}`,
    ]),
    ...job.commands.map((argv) => `chroot root ${argv.map(quoted).join(' ')}`),
  ].join('\n');
  const network = job.network ? [] : ['--net'];
  const namespaces = [
    '--mount',
    '--pid',
    '--uts',
    '--ipc',
    ...network,
    '--fork',
    '--kill-child',
    '--propagation',
    'private',
  ];
  const clean = ['env', '-i', ...Object.entries(job.environment).map(([name, value]) => `${name}=${value}`)];
  await runProcess(['unshare', ...namespaces, ...clean, 'sh', '-c', script], { onLine: job.onOutput });
};

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
