import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { networkInterfaces } from 'node:os';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { get, getTimes } from './lib/http.ts';
import { openSite } from './lib/workspace.ts';

// A port of the host belongs to one at a time, and whoever loses is told who has it.

const site = openSite();
const api = site.copy('site-and-api', { name: 'api' });
const other = site.copy('hello', { name: 'other' });
afterAll(() => site.remove());

async function listen(port: number, address: string): Promise<Server> {
  const server = createServer().listen(port, address);
  await once(server, 'listening');
  return server;
}

async function close(server: Server): Promise<void> {
  server.close();
  await once(server, 'close');
}

beforeAll(() => {
  api.succeed('up', api.file);
});

test('a port that a program listens on is refused in the plan and by up, naming the program', async () => {
  for (const address of ['0.0.0.0', '127.0.0.1']) {
    const server = await listen(other.port, address);
    const refusals = ['plan', 'up'].map((verb) => other.cantrip(verb, other.file));
    await close(server);
    for (const { status, stderr } of refusals) {
      expect(status).toBe(2);
      expect(stderr).toMatch(/environment\.yaml:8:14: error E2301: /);
      expect(stderr).toContain(`(pid ${process.pid})`);
    }
  }
  expect(other.status().units.map(({ machine }) => machine)).toEqual([null]);
});

test('a port that another environment publishes is refused, naming the environment', async () => {
  other.change(`http: ${other.port}`, `http: ${api.port}`);
  for (const verb of ['plan', 'up']) {
    const { status, stderr } = other.cantrip(verb, other.file);
    expect({ verb, status }).toEqual({ verb, status: 2 });
    expect(stderr).toMatch(/error E2301: .*environment "?api\b/);
  }
  other.change(`http: ${api.port}`, `http: ${other.port}`);
  other.succeed('up', other.file);
  expect((await get(other.url)).status).toBe(200);
});

test('nobody can take a port that is published', async () => {
  for (const address of ['0.0.0.0', '127.0.0.1', '::']) {
    await expect(listen(api.port, address), address).rejects.toThrow('EADDRINUSE');
  }
});

test('a published port answers on every address of the host, and to containers, its own among them', async () => {
  const addresses = Object.values(networkInterfaces())
    .flatMap((list) => list ?? [])
    .filter(({ family, internal }) => family === 'IPv4' && !internal)
    .map(({ address }) => address);
  for (const address of ['127.0.0.1', '127.8.8.8', ...addresses]) {
    expect((await get(`http://${address}:${api.port}/`)).status, address).toBe(200);
  }
  const front = api.status().units.find(({ name }) => name === 'front/0')?.machine?.address ?? '';
  const gateway = front.replace(/\d+$/, '1');
  for (const [workspace, unit] of [
    [api, 'front/0'],
    [api, 'api/0'],
    [other, 'site/0'],
  ] as const) {
    const ask = `exec 3<>/dev/tcp/${gateway}/${api.port}; printf 'GET / HTTP/1.0\\r\\n\\r\\n' >&3; head -n 1 <&3`;
    const { stdout } = workspace.succeed('exec', unit, '--', 'timeout', '5', 'bash', '-c', ask);
    expect(stdout, unit).toMatch(/^HTTP\/1\.[01] 200/);
  }
});

test('a published port is shared evenly by the units', async () => {
  const port = api.port + 8000;
  api.succeed('expose', 'api', `http=${port}`, '-f', api.file);
  api.succeed('scale', 'api', '3', '-f', api.file);
  const answers = await getTimes(`http://127.0.0.1:${port}/api/time`, 12);
  const units = answers.map(({ text }) => JSON.parse(text).unit).sort();
  expect(units).toEqual(['api-0', 'api-1', 'api-2'].flatMap((unit) => Array.from({ length: 4 }, () => unit)));
  api.succeed('unexpose', 'api', '-f', api.file);
  await expect(get(`http://127.0.0.1:${port}/`)).rejects.toThrow('ECONNREFUSED');
  await close(await listen(port, '0.0.0.0'));
});
