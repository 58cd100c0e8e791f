import { execFile, spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, createServer, get, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { haproxyConfig } from '../../../charms/haproxy/config.ts';
import haproxy from '../../../charms/haproxy/index.ts';
import { type HaproxyOptions, options } from '../../../charms/haproxy/options.ts';
import { haproxyScript } from '../../../charms/haproxy/script.ts';
import type { JsonObject } from '../../../model/json.ts';
import { freePort, waitFor } from '../programs.ts';

const run = promisify(execFile);

/** A server that answers its name, 3 ms later. */
export interface Origin {
  readonly name: string;
  readonly port: number;
  readonly requests: () => number;
  readonly close: () => Promise<void>;
}

export async function startOrigin(name: string): Promise<Origin> {
  let requests = 0;
  const server = createServer((request, response) => {
    if (request.url === '/health') return void response.end('ok');
    requests += 1;
    setTimeout(() => response.end(name), 3);
  });
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { name, port, requests: () => requests, close: () => closeServer(server) };
}

async function closeServer(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeAllConnections();
  await closed;
}

/** A real HAProxy, run by the charm's script with the charm's file, in a directory of its own. */
export interface Rig {
  readonly port: number;
  readonly set: (origins: readonly Origin[], changes?: JsonObject) => Promise<void>;
  readonly ask: (command: string) => Promise<string>;
  readonly stop: () => Promise<void>;
}

export async function startHaproxy(origins: readonly Origin[]): Promise<Rig> {
  const directory = mkdtempSync(join(tmpdir(), 'cantrip-haproxy-'));
  chmodSync(directory, 0o755);
  const paths = { config: join(directory, 'haproxy.cfg'), state: directory };
  const script = join(directory, 'script');
  writeFileSync(script, haproxyScript(paths), { mode: 0o755 });
  const port = await freePort();
  const write = (to: readonly Origin[], changes: JsonObject) => {
    writeFileSync(paths.config, configFor(to, { port, drain: 5, ...changes }, directory));
  };
  write(origins, {});
  const child = spawn(script, ['start'], { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  child.stdout.on('data', (data: Buffer) => (output += data));
  child.stderr.on('data', (data: Buffer) => (output += data));
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  await waitFor(
    () => answer(port),
    () => `haproxy to answer:\n${output}`,
  );
  return {
    port,
    set: async (to, changes = {}) => {
      write(to, changes);
      await run(script, ['reload', '5']);
    },
    ask: async (command) =>
      (await run('sh', ['-c', `echo '${command}' | socat stdio unix-connect:${directory}/admin.sock`])).stdout,
    stop: async () => {
      child.kill('SIGTERM');
      await ended;
      rmSync(directory, { recursive: true });
    },
  };
}

function configFor(origins: readonly Origin[], given: JsonObject, state: string): string {
  const checked = haproxy.checkOptions(given);
  if (checked.kind === 'invalid') throw new Error(JSON.stringify(checked.faults));
  const units = origins.map(({ name, port }) => {
    return { name, hostname: name, address: '127.0.0.1', data: { port, health: '/health' } };
  });
  const backend = {
    id: 'web:http lb:backend',
    application: 'web',
    remoteEndpoint: 'http',
    data: null,
    units,
    pending: [],
  };
  const parsed: HaproxyOptions = options.parse(checked.options);
  return haproxyConfig({ options: parsed, backends: [backend], fallback: backend, threads: 2, state });
}

async function answer(port: number): Promise<boolean> {
  return (await fetch(`http://127.0.0.1:${port}/`).catch(() => null)) !== null;
}

/** Requests without pause on kept connections until stopped; every failure is counted. */
export function startLoad(port: number, clients: number) {
  const agent = new Agent({ keepAlive: true, maxSockets: clients });
  const seen = { answers: 0, connections: new Set<unknown>(), errors: [] as string[] };
  let going = true;
  const client = async () => {
    while (going) await once(port, agent, seen);
  };
  const done = Promise.all(Array.from({ length: clients }, client));
  return {
    seen,
    stop: async () => {
      going = false;
      await done;
      agent.destroy();
    },
  };
}

function once(port: number, agent: Agent, seen: { answers: number; connections: Set<unknown>; errors: string[] }) {
  return new Promise<void>((resolve) => {
    const request = get({ port, host: '127.0.0.1', agent, path: '/' }, (response) => {
      response.resume().on('end', () => {
        if (response.statusCode === 200) seen.answers += 1;
        else seen.errors.push(`status ${response.statusCode}`);
        resolve();
      });
    });
    request.on('socket', (socket) => seen.connections.add(socket));
    request.on('error', (error) => {
      seen.errors.push(error.message);
      resolve();
    });
  });
}
