import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { freePorts } from '../lib/http.ts';
import { finish, run } from '../lib/run.ts';
import type { Application, Ingredients, ScalableShop } from '../lib/shop.ts';
import { type Cluster, prepareCluster } from './cluster.ts';
import type { Docker } from './docker.ts';
import { mountLayers } from './layers.ts';

export interface ComposeShops {
  /** Each tier after the one it needs, and the resolver as HAProxy's documentation has it for Docker. */
  readonly usual: ScalableShop;
  /** All at once, and the name server asked ten times a second. */
  readonly tuned: ScalableShop;
  destroy(): Promise<void>;
}

/**
 * The shop by docker-compose: the programs and the configuration of ours, each image's layers merged into one. What
 * compose has no step for is in the image: the cluster with role and database, which Docker copies into the volume.
 */
export async function prepareComposeShops(docker: Docker, ingredients: Ingredients): Promise<ComposeShops> {
  const folder = mkdtempSync('/var/tmp/cantrip-bench-compose-');
  const cluster = await prepareCluster(ingredients, join(folder, 'cluster'));
  importImages(docker, { folder, ingredients, cluster });
  const [first, second] = (await freePorts(2)) as [number, number];
  const url = cluster.urlAt('db:5432');
  const tuned = composeShop(docker, { name: 'bench-tuned', files: [FILE], port: first, url });
  const usual = composeShop(docker, { name: 'bench-usual', files: [FILE, USUAL], port: second, url });
  return {
    usual,
    tuned,
    destroy: async () => {
      for (const shop of [usual, tuned]) await shop.down();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const FILE = 'bench/peers/shop/docker-compose.yaml';
const USUAL = 'bench/peers/shop/usual.yaml';

interface Project {
  readonly name: string;
  readonly files: readonly string[];
  readonly port: number;
  readonly url: string;
}

function composeShop(docker: Docker, { name, files, port, url }: Project): ScalableShop {
  const env = { ...docker.environment, SHOP_PORT: String(port), DATABASE_URL: url };
  const project = ['-p', name, ...files.flatMap((file) => ['-f', file])];
  const compose = (...args: string[]) => finish('docker-compose', [...project, ...args], { env });
  const scale = (units: number) => compose('up', '-d', '--scale', `web=${units}`);
  return { port, up: () => scale(2), scale, down: () => compose('down', '-v') };
}

interface ImagesWork {
  readonly folder: string;
  readonly ingredients: Ingredients;
  readonly cluster: Cluster;
}

function importImages(docker: Docker, { folder, ingredients, cluster }: ImagesWork): void {
  const { layers, files } = ingredients;
  const make = (name: string, of: Application, change: (root: string) => void): void => {
    importImage(docker, { folder, name, layers: layers[of], change });
  };
  make('web', 'web', () => {});
  make('lb', 'lb', (root) => writeFiles(root, withDockerNames(files.lb, { every: '100ms', hold: '100ms' })));
  make('lb-usual', 'lb', (root) => writeFiles(root, withDockerNames(files.lb, { every: '1s', hold: '10s' })));
  make('db', 'db', (root) => {
    mkdirSync(`${root}/var/lib/postgresql/data/15`, { recursive: true });
    writeFiles(root, { ...files.db, '/etc/postgresql/pg_hba.conf': 'host all all all scram-sha-256\n' });
    run('sh', ['-ec', PLANT, 'plant', cluster.directory, root]);
    run('sed', ['-i', "s/^listen_addresses.*/listen_addresses = '*'/", `${root}/etc/postgresql/postgresql.conf`]);
  });
}

/** The image's own numbers of the user postgres, who may have others on the host. */
const PLANT = `
  cp -a "$1/." "$2/var/lib/postgresql/data/15/"
  chroot "$2" sh -c 'chown -R postgres:postgres /var/lib/postgresql/data && chmod 0700 /var/lib/postgresql/data/15 &&
    install -d -o postgres -g postgres -m 2775 /run/postgresql'
`;

interface ImageWork {
  readonly folder: string;
  readonly name: string;
  /** Lowest first. */
  readonly layers: readonly string[];
  readonly change: (root: string) => void;
}

function importImage(docker: Docker, { folder, name, layers, change }: ImageWork): void {
  const root = mountLayers(layers, folder, name);
  try {
    change(root);
    run('sh', ['-ec', `tar -C ${root} -c . | docker import - bench-shop-${name}`], { env: docker.environment });
  } finally {
    run('umount', [root]);
  }
}

function writeFiles(root: string, files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
}

/**
 * Our HAProxy configuration with servers found by Docker's name server, asked so often. Without `retries` it would wait
 * a second after a refused connection; here whoever asks tries again at once.
 */
function withDockerNames(
  files: Readonly<Record<string, string>>,
  { every, hold }: { readonly every: string; readonly hold: string },
): Record<string, string> {
  const [path, text] = Object.entries(files).find(([name]) => name.endsWith('haproxy.cfg')) as [string, string];
  const dropped = /^ {2}(server-state-file|load-server-state|retries|retry-on|option redispatch|#).*\n/gm;
  const template = 'server-template web 5 web:3000 resolvers docker init-addr none';
  const changed = text
    .replace(dropped, '')
    .replace('defaults\n', 'defaults\n  retries 0\n')
    .replace(/( {2}server \S+ \S+ (.*)\n)+/, (_all, _line, keywords) => `  ${template} ${keywords}\n`);
  const resolvers = ['resolvers docker', 'nameserver engine 127.0.0.11:53', 'accepted_payload_size 8192'];
  const times = [`timeout resolve ${every}`, `timeout retry ${every}`, `hold valid ${hold}`];
  return { [path]: `${changed}\n${[...resolvers, ...times].join('\n  ')}\n` };
}
