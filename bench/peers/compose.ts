import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { freePorts } from '../lib/http.ts';
import { finish, run } from '../lib/run.ts';
import type { Application, Ingredients, ScalableShop } from '../lib/shop.ts';
import { prepareCluster } from './cluster.ts';
import type { Docker } from './docker.ts';

export interface ComposeShop extends ScalableShop {
  destroy(): Promise<void>;
}

/**
 * The shop by docker-compose: the programs and the configuration of ours, each image's layers merged into one. What
 * compose has no step for is in the image: the cluster with role and database, which Docker copies into the volume.
 */
export async function prepareComposeShop(docker: Docker, ingredients: Ingredients): Promise<ComposeShop> {
  const folder = mkdtempSync('/var/tmp/cantrip-bench-compose-');
  const cluster = await prepareCluster(ingredients, join(folder, 'cluster'));
  importImage(docker, { folder, name: 'web', layers: ingredients.layers.web, change: () => {} });
  importImage(docker, {
    folder,
    name: 'lb',
    layers: ingredients.layers.lb,
    change: (root) => writeFiles(root, withDockerNames(ingredients.files.lb)),
  });
  importImage(docker, {
    folder,
    name: 'db',
    layers: ingredients.layers.db,
    change: (root) => {
      writeFiles(root, { ...ingredients.files.db, '/etc/postgresql/pg_hba.conf': 'host all all all scram-sha-256\n' });
      run('sh', ['-ec', PLANT, 'plant', cluster.directory, root]);
      run('sed', ['-i', "s/^listen_addresses.*/listen_addresses = '*'/", `${root}/etc/postgresql/postgresql.conf`]);
    },
  });
  const [port] = (await freePorts(1)) as [number];
  const env = { ...docker.environment, SHOP_PORT: String(port), DATABASE_URL: cluster.urlAt('db:5432') };
  const compose = (...args: string[]) =>
    finish('docker-compose', ['-p', 'bench', '-f', 'bench/peers/shop/docker-compose.yaml', ...args], { env });
  const scale = (units: number) => compose('up', '-d', '--scale', `web=${units}`);
  return {
    port,
    up: () => scale(2),
    scale,
    down: () => compose('down', '-v'),
    destroy: async () => {
      await compose('down', '-v');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The image's own numbers of the user postgres, who may have others on the host. */
const PLANT = `
  cp -a "$1/." "$2/var/lib/postgresql/data/15/"
  chroot "$2" sh -c 'chown -R postgres:postgres /var/lib/postgresql/data && chmod 0700 /var/lib/postgresql/data/15 &&
    install -d -o postgres -g postgres -m 2775 /run/postgresql'
`;

interface ImageWork {
  readonly folder: string;
  readonly name: Application;
  /** Lowest first. */
  readonly layers: readonly string[];
  readonly change: (root: string) => void;
}

function importImage(docker: Docker, { folder, name, layers, change }: ImageWork): void {
  const [root, upper, work] = ['root', 'upper', 'work'].map((part) => join(folder, `${name}-${part}`)) as Three;
  for (const directory of [root, upper, work]) mkdirSync(directory);
  const options = `lowerdir=${[...layers].reverse().join(':')},upperdir=${upper},workdir=${work}`;
  run('mount', ['-t', 'overlay', 'overlay', '-o', options, root]);
  try {
    if (name === 'db') mkdirSync(`${root}/var/lib/postgresql/data/15`, { recursive: true });
    change(root);
    run('sh', ['-ec', `tar -C ${root} -c . | docker import - bench-shop-${name}`], { env: docker.environment });
  } finally {
    run('umount', [root]);
  }
}

type Three = [string, string, string];

function writeFiles(root: string, files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
}

/**
 * Our HAProxy configuration with servers found by Docker's name server, which is asked ten times a second. Without
 * `retries` it would wait a second after a refused connection; here whoever asks tries again at once.
 */
function withDockerNames(files: Readonly<Record<string, string>>): Record<string, string> {
  const [path, text] = Object.entries(files).find(([name]) => name.endsWith('haproxy.cfg')) as [string, string];
  const dropped = /^ {2}(server-state-file|load-server-state|retries|retry-on|option redispatch|#).*\n/gm;
  const template = 'server-template web 5 web:3000 resolvers docker init-addr none';
  const changed = text
    .replace(dropped, '')
    .replace('defaults\n', 'defaults\n  retries 0\n')
    .replace(/( {2}server \S+ \S+ (.*)\n)+/, (_all, _line, keywords) => `  ${template} ${keywords}\n`);
  return { [path]: `${changed}${RESOLVERS}` };
}

const RESOLVERS = `
resolvers docker
  nameserver engine 127.0.0.11:53
  accepted_payload_size 8192
  timeout resolve 100ms
  timeout retry 100ms
  hold valid 100ms
`;
