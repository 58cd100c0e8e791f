import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { background, run, until } from '../lib/run.ts';

/** A Docker engine of our own: own data, own socket, own bridge; gone without trace after `stop`. */
export interface Docker {
  readonly environment: NodeJS.ProcessEnv;
  docker(...args: string[]): string;
  stop(): Promise<void>;
}

const BRIDGE = 'bench-docker0';

export async function startDocker(): Promise<Docker> {
  const folder = mkdtempSync(join(tmpdir(), 'cantrip-bench-docker-'));
  const socket = `unix://${folder}/docker.sock`;
  const tablesBefore = tablesOfDocker();
  run('ip', ['link', 'add', BRIDGE, 'type', 'bridge']);
  run('ip', ['addr', 'add', '172.31.250.1/24', 'dev', BRIDGE]);
  const engine = background('dockerd', [
    ...['--data-root', `${folder}/data`, '--exec-root', `${folder}/exec`, '--pidfile', `${folder}/pid`],
    ...['--host', socket, '--bridge', BRIDGE],
  ]);
  const environment = { ...process.env, DOCKER_HOST: socket };
  const docker = (...args: string[]): string => run('docker', args, { env: environment });
  await until('dockerd', async () => docker('version') !== '');
  return {
    environment,
    docker,
    stop: async () => {
      await engine.stop();
      run('ip', ['link', 'del', BRIDGE]);
      for (const table of tablesOfDocker().filter((name) => !tablesBefore.includes(name))) {
        run('nft', ['delete', 'table', ...table.split(' ')]);
      }
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Those that iptables makes for it, `ip nat`, `ip6 filter`; never anybody else's that came meanwhile. */
function tablesOfDocker(): string[] {
  return run('nft', ['list', 'tables'])
    .split('\n')
    .map((line) => line.replace(/^table /, ''))
    .filter((name) => /^ip6? (nat|filter|raw|mangle)$/.test(name));
}
