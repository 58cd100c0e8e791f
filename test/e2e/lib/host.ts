import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** What a deployment could leave behind on the host, as sorted lists of lines. */
export interface HostSnapshot {
  readonly links: readonly string[];
  readonly tables: readonly string[];
  readonly mounts: readonly string[];
  readonly cgroups: readonly string[];
  readonly networkNamespaces: readonly string[];
  readonly processes: readonly string[];
}

export function hostSnapshot(): HostSnapshot {
  return {
    links: execFileSync('ip', ['-br', 'link'], { encoding: 'utf8' })
      .split('\n')
      .map((line) => line.split(/\s+/)[0] as string)
      .filter(Boolean)
      .sort(),
    tables: execFileSync('nft', ['list', 'tables'], { encoding: 'utf8' }).split('\n').filter(Boolean).sort(),
    mounts: readFileSync('/proc/self/mounts', 'utf8').split('\n').filter(Boolean).sort(),
    cgroups: cgroupsOfContainers(),
    networkNamespaces: namespacesInUse(),
    processes: processesOfOurs(),
  };
}

/** Groups of single containers; the empty parent `cantrip` may stay. */
function cgroupsOfContainers(): string[] {
  const roots = ['/sys/fs/cgroup', ...children('/sys/fs/cgroup')].map((root) => `${root}/cantrip`);
  return roots.flatMap((root) => children(root)).sort();
}

function children(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => `${folder}/${entry.name}`);
}

function namespacesInUse(): string[] {
  return [...new Set(pids().map((pid) => linkOrEmpty(`/proc/${pid}/ns/net`)))].filter(Boolean).sort();
}

function processesOfOurs(): string[] {
  return pids()
    .map((pid) => linkOrEmpty(`/proc/${pid}/exe`))
    .filter((path) => /\/cantrip-(agent|init|exec)$/.test(path.replace(/ \(deleted\)$/, '')) || path.includes('memfd:'))
    .sort();
}

function pids(): string[] {
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name));
}

/** A process may end while it is looked at. */
function linkOrEmpty(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}
