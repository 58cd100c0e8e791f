import { mkdirSync, mkdtempSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '../lib/run.ts';

/** crun on a bundle with our limits. */
export interface Crun {
  /** Starts the container and removes it. */
  startAndRemove(): void;
  stop(): void;
}

/** `rootfs` is used as it is (crun gets neither an overlay nor a network of its own: less work than ours). */
export function prepareCrun(rootfs: string): Crun {
  const folder = mkdtempSync(join(tmpdir(), 'cantrip-bench-crun-'));
  run('crun', ['spec'], { cwd: folder });
  const config = JSON.parse(readFileSync(`${folder}/config.json`, 'utf8'));
  config.process.terminal = false;
  config.process.args = ['/bin/sleep', '1000'];
  config.root = { path: rootfs, readonly: true };
  config.linux.resources = {
    memory: { limit: 256 << 20 },
    cpu: { quota: 50_000, period: 100_000 },
    pids: { limit: 200 },
  };
  writeFileSync(`${folder}/config.json`, JSON.stringify(config));
  const release = takeControllersFromV2(folder);
  return {
    startAndRemove: () => {
      run('sh', ['-c', 'crun run -d cantrip-bench </dev/null >/dev/null 2>&1 && crun delete -f cantrip-bench'], {
        cwd: folder,
      });
    },
    stop: () => {
      release();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** crun 1.8 refuses hybrid hosts while a controller is left on the v2 tree: it is bound to a v1 mount meanwhile. */
function takeControllersFromV2(folder: string): () => void {
  const unified = '/sys/fs/cgroup/unified/cgroup.controllers';
  const left = readOrEmpty(unified).split(/\s+/).filter(Boolean);
  const mounts = left.map((controller) => {
    const target = join(folder, `v1-${controller}`);
    mkdirSync(target);
    run('mount', ['-t', 'cgroup', '-o', controller, 'cgroup', target]);
    return target;
  });
  return () => {
    for (const target of mounts) {
      run('umount', [target]);
      rmdirSync(target);
    }
  };
}

function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
