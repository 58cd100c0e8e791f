import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { intentIn, type RelationSituation, type Situation } from '../../../charms/kit/testing.ts';
import nginx from '../../../charms/nginx/index.ts';
import { freePort, waitFor } from '../programs.ts';

const CONFIG = '/etc/nginx/nginx.conf';

const web = {
  with: 'web:http',
  units: { 0: { data: { port: 3000, health: '/health' } }, 1: { data: { port: 3000 } } },
};
const api = { with: 'api:http', units: { 0: { data: { port: 4000 } } } };

const situations: readonly (readonly [string, Situation])[] = [
  ['site', {}],
  ['site-of-one-page', { options: { notFound: '/index.html', gzip: false, index: ['index.html', 'index.htm'] } }],
  ['proxy', { without: ['site'], relations: { backend: [web] } }],
  [
    'site-and-routes',
    {
      relations: { backend: [web, api] },
      options: { routes: { api: { path: '/api/' } }, accessLog: true },
      cpuMillicores: 500,
    },
  ],
  ['only-routes', { without: ['site'], relations: { backend: [api] }, options: { routes: { api: { path: '/api' } } } }],
  ['route-for-all', { relations: { backend: [api] }, options: { routes: { api: { path: '/' } } } }],
];

function configIn(situation: Situation): string {
  return intentIn(nginx, situation).files[CONFIG]?.content ?? '';
}

test.each(situations)('nginx.conf: %s', async (name, situation) => {
  await expect(configIn(situation)).toMatchFileSnapshot(`golden/${name}.conf`);
});

test.each<[string, Situation, string, string]>([
  ['neither site nor backend', { without: ['site'] }, 'blocked', "give it a resource 'site'"],
  ['no unit yet', { without: ['site'], relations: { backend: [{ with: 'web:http' }] } }, 'waiting', 'for a backend'],
  ['a site alone', {}, 'active', 'a site'],
  ['a site and a backend', { relations: { backend: [web] } }, 'active', 'a site, web'],
  ['two without a route', { relations: { backend: [web, api] } }, 'blocked', 'several applications'],
])('status with %s', (_name, situation, kind, message) => {
  const { status } = intentIn(nginx, situation);
  expect(status.kind).toBe(kind);
  expect(status.message).toContain(message);
});

test('a change is a reload that reads the file first', () => {
  expect(intentIn(nginx).services.nginx).toMatchObject({
    restartOn: [],
    reload: { kind: 'command', command: ['nginx', '-c', CONFIG, '-s', 'reload'] },
  });
});

/** The real nginx with the charm's file, its paths moved into a directory of the test. */
let directory: string;
let origins: readonly Server[] = [];

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'cantrip-nginx-'));
  execFileSync('chmod', ['755', directory]);
  mkdirSync(join(directory, 'site/docs'), { recursive: true });
  writeFileSync(join(directory, 'site/index.html'), 'home');
  writeFileSync(join(directory, 'site/docs/index.html'), 'docs');
  origins = await Promise.all(['web', 'api'].map(startOrigin));
});

afterAll(async () => {
  await Promise.all(origins.map((origin) => new Promise((resolve) => origin.close(resolve))));
  rmSync(directory, { recursive: true });
});

async function startOrigin(name: string): Promise<Server> {
  const server = createServer((request, response) => {
    response.end(`${name} ${request.url} ${request.headers['x-forwarded-for']}`);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

function relationTo(index: number, application: string): RelationSituation {
  const origin = origins[index] as Server;
  const { port } = origin.address() as AddressInfo;
  return { with: `${application}:http`, units: { 0: { address: '127.0.0.1', data: { port } } } };
}

function writeConfig(situation: Situation): string {
  const file = join(directory, 'nginx.conf');
  writeFileSync(
    file,
    configIn(situation)
      .replaceAll('/srv/site', join(directory, 'site'))
      .replaceAll('/run/nginx.pid', join(directory, 'pid')),
  );
  return file;
}

test.each(situations)('the real program reads it: %s', (_name, situation) => {
  const output = execFileSync('sh', ['-c', 'nginx -t -c "$1" 2>&1 | cat', 'sh', writeConfig(situation)]).toString();
  expect(output).toContain('test is successful');
  expect(output).not.toContain('[warn]');
});

test('serves the site, routes, and the rest; a reload takes over a new file', async () => {
  const port = await freePort();
  const get = async (path: string) => (await fetch(`http://127.0.0.1:${port}${path}`)).text();
  const both = {
    options: { port, routes: { api: { path: '/api' } } },
    relations: { backend: [relationTo(0, 'web'), relationTo(1, 'api')] },
  };
  const file = writeConfig(both);
  const child = spawn('nginx', ['-c', file], { stdio: 'ignore' });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  await waitFor(
    async () => (await fetch(`http://127.0.0.1:${port}/`).catch(() => null))?.ok ?? false,
    () => 'nginx',
  );
  const answers = await Promise.all(['/', '/docs/', '/other?a=1', '/api', '/api/time', '/apium'].map(get));
  expect(answers).toEqual([
    'home',
    'docs',
    'web /other?a=1 127.0.0.1',
    'api /api 127.0.0.1',
    'api /api/time 127.0.0.1',
    'web /apium 127.0.0.1',
  ]);
  writeConfig({ options: { port, notFound: '/index.html' } });
  execFileSync('nginx', ['-c', file, '-s', 'reload'], { stdio: 'ignore' });
  await expect.poll(() => get('/other')).toBe('home');
  child.kill('SIGQUIT');
  await ended;
});
