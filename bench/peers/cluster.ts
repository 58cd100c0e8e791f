import { chmodSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { background, run, until } from '../lib/run.ts';
import type { Ingredients } from '../lib/shop.ts';

const BINARIES = '/usr/lib/postgresql/15/bin';
const SEED = 'var/lib/postgresql/seed';
const SQL = '/etc/postgresql/relations.sql';

/** A cluster that belongs to the host's user postgres. */
export interface Cluster {
  readonly directory: string;
  /** How the shop reaches it at `host:port`. */
  urlAt(place: string): string;
}

/** The cluster that our units start from. */
export function copySeed(ingredients: Ingredients, directory: string): Cluster {
  const layer = ingredients.layers.db.find((root) => readdirSync(root).includes('var') && hasSeed(root));
  run('cp', ['-a', `${layer}/${SEED}`, directory]);
  run('chown', ['-R', 'postgres:postgres', directory]);
  const sql = ingredients.files.db[SQL] ?? '';
  const password = /PASSWORD '([^']+)'/.exec(sql)?.[1];
  return { directory, urlAt: (place) => `postgresql://web:${password}@${place}/web` };
}

/** The same with role and database of the shop in it. */
export async function prepareCluster(ingredients: Ingredients, directory: string): Promise<Cluster> {
  const cluster = copySeed(ingredients, directory);
  const sockets = `${directory}-sockets`;
  mkdirSync(sockets);
  run('chown', ['postgres', sockets]);
  const configuration = join(sockets, 'postgresql.conf');
  writeFileSync(
    configuration,
    `listen_addresses = ''\nunix_socket_directories = '${sockets}'\nhba_file = '${sockets}/hba'\n`,
  );
  writeFileSync(join(sockets, 'hba'), 'local all all trust\n');
  writeFileSync(join(sockets, 'relations.sql'), ingredients.files.db[SQL] ?? '');
  chmodSync(join(directory, '..'), 0o755);
  const server = background('setpriv', [
    ...AS_POSTGRES,
    `${BINARIES}/postgres`,
    '-D',
    directory,
    '-c',
    `config_file=${configuration}`,
  ]);
  try {
    const psql = [
      ...AS_POSTGRES,
      `${BINARIES}/psql`,
      '-X',
      '-q',
      '-v',
      'ON_ERROR_STOP=1',
      '-h',
      sockets,
      '-d',
      'template1',
    ];
    await until('the cluster', async () => run('setpriv', [...psql, '-c', 'SELECT 1']) !== '');
    run('setpriv', [...psql, '-f', join(sockets, 'relations.sql')]);
  } finally {
    await server.stop('SIGINT');
  }
  return cluster;
}

const AS_POSTGRES = ['--reuid=postgres', '--regid=postgres', '--clear-groups'];

function hasSeed(root: string): boolean {
  try {
    return readdirSync(join(root, SEED)).length > 0;
  } catch {
    return false;
  }
}
