import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import haproxy from '../../../charms/haproxy/index.ts';
import { haproxyScript } from '../../../charms/haproxy/script.ts';
import { intentIn, type Situation } from '../../../charms/kit/testing.ts';
import type { JsonObject } from '../../../model/json.ts';
import { freePort, waitFor } from '../programs.ts';
import { startOrigin } from './rig.ts';

const CONFIG = '/etc/haproxy/haproxy.cfg';

const web = {
  with: 'web:http',
  units: { 0: { data: { port: 3000, health: '/health' } }, 1: { data: { port: 3000, health: '/health' } } },
};
const api = { with: 'api:http', units: { 0: { data: { port: 4000 } } } };
const admin = { with: 'admin:http', units: { 2: { data: { port: 5000 } } } };

function related(
  backend: Situation['relations'] extends infer R | undefined ? R[keyof R] : never,
  options = {},
): Situation {
  return { relations: { backend }, options };
}

const situations: readonly (readonly [string, Situation])[] = [
  ['two-units', related([web])],
  [
    'everything',
    {
      ...related([web, api, admin], {
        port: 8080,
        balance: 'source',
        maxconn: 500,
        serverMaxconn: 20,
        routes: { api: { path: '/v1.0/' }, admin: { host: 'Admin.test', path: '/' } },
        timeouts: { server: '2m' },
        check: { interval: '5s', down: '1s', fall: 4 },
        stats: 8404,
        accessLog: true,
      }),
      cpuMillicores: 1500,
    },
  ],
  ['only-routes', related([api], { routes: { api: { path: '/api' } } })],
];

test.each(situations)('haproxy.cfg: %s', async (name, situation) => {
  await expect(intentIn(haproxy, situation).files[CONFIG]?.content).toMatchFileSnapshot(`golden/${name}.cfg`);
});

test.each(situations)('the real program reads it without a warning: %s', (_name, situation) => {
  const { directory, file } = writeConfig(situation);
  const output = execFileSync('sh', ['-c', 'haproxy -c -f "$1" 2>&1', 'sh', file]).toString();
  rmSync(directory, { recursive: true });
  expect(output.trim()).toBe('Configuration file is valid');
});

test.each<[string, Situation, string, string]>([
  ['nothing related', {}, 'blocked', "relate 'backend' with an application that serves HTTP"],
  ['no unit has published', related([{ with: 'web:http', units: { 0: {} } }]), 'waiting', 'for a backend'],
  ['two without a route', related([web, api]), 'blocked', 'several applications would get every request (api, web)'],
  ['one with two endpoints', related([web, { with: 'web:admin' }]), 'blocked', 'web is related with two endpoints'],
  ['a backend', related([web]), 'active', 'serving web'],
  [
    'a backend and one that is not there yet',
    related([web, { with: 'api:http' }], { routes: { api: {} } }),
    'active',
    'serving web',
  ],
])('status with %s', (_name, situation, kind, message) => {
  const { status } = intentIn(haproxy, situation);
  expect(status.kind).toBe(kind);
  expect(status.message).toContain(message);
});

test('a server more or less is a reload by the script, never a restart', () => {
  const one = intentIn(haproxy, related([{ ...web, units: { 0: web.units[0] } }]));
  const two = intentIn(haproxy, related([web]));
  expect(two.services).toEqual(one.services);
  expect(two.services.haproxy).toMatchObject({
    restartOn: [],
    reloadOn: [CONFIG],
    reload: { kind: 'command', command: ['/usr/local/sbin/cantrip-haproxy', 'reload', '10'] },
  });
});

test('requests go where the routes say', async () => {
  const named = await Promise.all(['web', 'api', 'admin'].map(startOrigin));
  const port = await freePort();
  const backend = named.map((origin) => {
    return { with: `${origin.name}:http`, units: { 0: { address: '127.0.0.1', data: { port: origin.port } } } };
  });
  const routes = { api: { path: '/api' }, admin: { host: 'admin.test' } };
  const answers = async (options: JsonObject, among: typeof backend) => {
    const { directory, file } = writeConfig(related(among, { port, ...options }));
    const child = spawn('haproxy', ['-db', '-f', file], { stdio: 'ignore' });
    const ended = new Promise((resolve) => child.once('exit', resolve));
    await waitFor(
      async () => (await ask(port, '/', 'x').catch(() => null)) !== null,
      () => 'haproxy',
    );
    const requests = [
      ['/', 'x'],
      ['/api', 'x'],
      ['/api/time?a=/', 'x'],
      ['/apium', 'x'],
      ['/api', 'ADMIN.test:80'],
      ['/', 'admin.test.x'],
    ];
    const got = await Promise.all(requests.map(([path = '', host = '']) => ask(port, path, host)));
    child.kill('SIGTERM');
    await ended;
    rmSync(directory, { recursive: true });
    return got;
  };
  expect(await answers({ routes }, backend)).toEqual(['web', 'api', 'api', 'web', 'admin', 'web']);
  expect(await answers({ routes }, backend.slice(1))).toEqual(['404', 'api', 'api', '404', 'admin', '404']);
  await Promise.all(named.map((origin) => origin.close()));
});

/** What answers a request: an origin's name, or the status that is not 200. */
function ask(port: number, path: string, host: string): Promise<string> {
  return new Promise((resolve, reject) => {
    get({ port, host: '127.0.0.1', path, headers: { host } }, (response) => {
      response.on('data', (data: Buffer) =>
        resolve(response.statusCode === 200 ? `${data}` : `${response.statusCode}`),
      );
    }).on('error', reject);
  });
}

function writeConfig(situation: Situation): { readonly directory: string; readonly file: string } {
  const directory = mkdtempSync(join(tmpdir(), 'cantrip-haproxy-'));
  const file = join(directory, 'haproxy.cfg');
  writeFileSync(join(directory, 'servers'), '1\n');
  writeFileSync(
    file,
    (intentIn(haproxy, situation).files[CONFIG]?.content ?? '').replaceAll('/var/lib/haproxy', directory),
  );
  return { directory, file };
}

test('it is healthy when a request gets through to the application, at the path the application names', () => {
  expect(intentIn(haproxy, related([web])).health?.check).toEqual({
    kind: 'http',
    port: 80,
    path: '/health',
    expect: null,
  });
  expect(intentIn(haproxy, related([api])).health).toBeNull();
});

test('it publishes itself as HTTP: balancers can stand before each other', () => {
  expect(intentIn(haproxy, related([web], { port: 81 })).publish).toEqual([
    { endpoint: 'website', relation: null, scope: 'unit', data: { port: 81, health: '/health' } },
  ]);
});

test('the script is one a shell can read', () => {
  const script = haproxyScript({ config: '/x', state: '/y' });
  expect(execFileSync('sh', ['-n', '-c', script]).toString()).toBe('');
  expect(haproxy.install({}).files['/usr/local/sbin/cantrip-haproxy']).toMatchObject({ mode: '0755' });
});
