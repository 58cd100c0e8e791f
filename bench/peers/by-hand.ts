import { spawn } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { haproxyScript } from '../../charms/haproxy/script.ts';
import { freePorts } from '../lib/http.ts';
import { run, until } from '../lib/run.ts';
import type { Ingredients, Shop } from '../lib/shop.ts';
import { copySeed } from './cluster.ts';
import { mountLayers } from './layers.ts';

export interface ShopByHand extends Shop {
  destroy(): Promise<void>;
}

/** The same programs started by a script on loopback: what no container can be quicker than. */
export async function prepareShopByHand(ingredients: Ingredients): Promise<ShopByHand> {
  const folder = mkdtempSync('/var/tmp/cantrip-bench-hand-');
  chmodSync(folder, 0o755);
  const cluster = copySeed(ingredients, join(folder, 'seed'));
  const web = mountLayers(ingredients.layers.web, folder, 'web');
  const ports = (await freePorts(4)) as Ports;
  const [port, database, ...webPorts] = ports;
  for (const [name, text] of Object.entries(configuration(ingredients, folder, ports))) {
    writeFileSync(join(folder, name), text);
  }
  const url = cluster.urlAt(`127.0.0.1:${database}`);
  const settings = `DATABASE_PORT=${database}\nWEB_PORTS='${webPorts.join(' ')}'\nDATABASE_URL=${url}\n`;
  writeFileSync(join(folder, 'settings.sh'), settings);
  let group: number | undefined;
  const down = async (): Promise<void> => {
    if (group !== undefined) await endGroup(group);
    group = undefined;
    for (const part of ['data', 'sockets', 'haproxy']) rmSync(join(folder, part), { recursive: true, force: true });
  };
  return {
    port,
    up: async () => {
      for (const part of ['sockets', 'haproxy']) mkdirSync(join(folder, part));
      run('chown', ['postgres', join(folder, 'sockets')]);
      group = spawn('bench/peers/shop/by-hand.sh', [folder], { detached: true, stdio: 'ignore' }).pid;
    },
    down,
    destroy: async () => {
      await down();
      run('umount', [web]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** HAProxy, PostgreSQL, both web units. */
type Ports = [number, number, number, number];

/** Name in the folder → text: what our charms wrote, with this place's paths, addresses and ports. */
function configuration({ files, address }: Ingredients, folder: string, ports: Ports): Record<string, string> {
  const [port, database, first, second] = ports;
  const places: readonly (readonly [string | RegExp, string])[] = [
    ['/var/lib/postgresql/data/15', `${folder}/data`],
    ['/etc/postgresql', folder],
    ['/run/postgresql', `${folder}/sockets`],
    [`,${address.db}`, ''],
    [/^port = \d+/m, `port = ${database}`],
    ['/var/lib/haproxy', `${folder}/haproxy`],
    ['bind :80', `bind 127.0.0.1:${port}`],
    [/(server web-0) \S+/, `$1 127.0.0.1:${first}`],
    [/(server web-1) \S+/, `$1 127.0.0.1:${second}`],
  ];
  const moved = (text: string): string => places.reduce((now, [from, to]) => now.replaceAll(globally(from), to), text);
  const written = Object.entries({ ...files.db, ...files.lb }).map(([path, text]) => {
    return [path.slice(path.lastIndexOf('/') + 1), moved(text)] as const;
  });
  const script = haproxyScript({ config: join(folder, 'haproxy.cfg'), state: join(folder, 'haproxy') });
  return { ...Object.fromEntries(written), 'cantrip-haproxy': script };
}

function globally(pattern: string | RegExp): string | RegExp {
  return typeof pattern === 'string' ? pattern : new RegExp(pattern.source, `${pattern.flags}g`);
}

async function endGroup(group: number): Promise<void> {
  signal(group, 'SIGTERM');
  await until('the end of what was started by hand', async () => !signal(group, 0));
}

/** Whether anybody got it. */
function signal(group: number, name: NodeJS.Signals | 0): boolean {
  try {
    process.kill(-group, name);
    return true;
  } catch {
    return false;
  }
}
