import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createServer as createTcpServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import type { InitCheck } from '../../providers/container/native/init-types.ts';
import { command, execCheck, type InitContainer, service, startInit, stopInits, until } from './init-container.ts';

const cleanups: (() => void)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) cleanup();
  await stopInits();
});

const pace = { intervalMs: 20, timeoutMs: 300, failures: 3 } as const;

async function seen(init: InitContainer): Promise<string> {
  const { services } = await init.client.list();
  return services.map(({ state, message }) => (message === '' ? state : `${state}: ${message}`)).join();
}

async function sees(init: InitContainer, wanted: string): Promise<void> {
  let last = '';
  const holds = async () => {
    last = await seen(init);
    return last === wanted;
  };
  await until(holds, wanted).catch((error: Error) => {
    throw new Error(`${error.message}; last seen: ${last}`);
  });
}

/** A web server on a free port; `answer` changes what it says. */
async function webServer(): Promise<{ port: number; answer: { status: number; delayMs: number }; seen: string[] }> {
  const answer = { status: 200, delayMs: 0 };
  const requests: string[] = [];
  const server = createServer((request, response) => {
    const { method, url, httpVersion, headers } = request;
    requests.push(`${method} ${url} HTTP/${httpVersion} host=${headers.host} connection=${headers.connection}`);
    setTimeout(() => response.writeHead(answer.status).end('body\n'), answer.delayMs);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanups.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return { port: (server.address() as AddressInfo).port, answer, seen: requests };
}

test('tcp: starting while refused, ready when accepted, unhealthy when refused again, and back', async () => {
  const init = await startInit();
  const server = createTcpServer((socket) => socket.destroy());
  const listen = (port: number) => new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  await listen(0);
  const { port } = server.address() as AddressInfo;
  const close = () => new Promise<void>((resolve) => server.close(() => resolve()));
  await close();
  await init.client.setService(service('db', 'exec sleep 1000', { check: { kind: 'tcp', port, ...pace } }));
  await sees(init, `starting: tcp ${port}: connection refused`);
  await listen(port);
  await sees(init, 'ready');
  await close();
  await sees(init, `unhealthy: tcp ${port}: connection refused`);
  await listen(port);
  await sees(init, 'ready');
  await close();
  expect(init.log('db').slice(1, 4)).toEqual(['i ready', `i unhealthy: tcp ${port}: connection refused`, 'i ready']);
});

test('http: any 2xx or 3xx, unhealthy after failures in a row, and back at the first success', async () => {
  const init = await startInit();
  const web = await webServer();
  const check: InitCheck = { kind: 'http', port: web.port, path: '/health?full=1', expect: null, ...pace };
  await init.client.setService(service('web', 'exec sleep 1000', { check }));
  await sees(init, 'ready');
  expect(web.seen[0]).toBe(`GET /health?full=1 HTTP/1.1 host=127.0.0.1:${web.port} connection=close`);
  web.answer.status = 503;
  await sees(init, `unhealthy: http 127.0.0.1:${web.port}/health?full=1: 503`);
  web.answer.status = 302;
  await sees(init, 'ready');
});

test('http: an expected status and a host header', async () => {
  const init = await startInit();
  const web = await webServer();
  const check: InitCheck = { kind: 'http', port: web.port, path: '/', expect: 401, host: 'shop.test', ...pace };
  await init.client.setService(service('web', 'exec sleep 1000', { check }));
  await sees(init, `starting: http 127.0.0.1:${web.port}/: 200`);
  web.answer.status = 401;
  await sees(init, 'ready');
  expect(web.seen[0]).toContain('host=shop.test');
});

test('http: a server that does not answer in time', async () => {
  const init = await startInit();
  const web = await webServer();
  web.answer.delayMs = 2000;
  const check: InitCheck = { kind: 'http', port: web.port, path: '/', expect: null, ...pace, timeoutMs: 50 };
  await init.client.setService(service('web', 'exec sleep 1000', { check }));
  await sees(init, `starting: http 127.0.0.1:${web.port}/: timed out`);
});

test.each([
  ['SSH-2.0-OpenSSH_9.2\r\n', 'no HTTP answer'],
  ['HTTP/1.1', 'closed without an answer'],
  ['', 'closed without an answer'],
])('http: an answer of %j is %s', async (answer, reason) => {
  const init = await startInit();
  const server = createTcpServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', () => socket.end(answer));
  });
  cleanups.push(() => server.close());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const check: InitCheck = { kind: 'http', port, path: '/', expect: null, ...pace };
  await init.client.setService(service('web', 'exec sleep 1000', { check }));
  await sees(init, `starting: http 127.0.0.1:${port}/: ${reason}`);
});

test('exec: exit status with the last line, as its user, unhealthy and back', async () => {
  const init = await startInit();
  const flag = join(init.directory, 'healthy');
  const check = execCheck(`echo first; test -e ${flag} && exit 0; echo no flag for $(id -un); exit 2`, {
    user: 'nobody',
  } as object);
  await init.client.setService(service('web', 'exec sleep 1000', { check }));
  await sees(init, 'starting: exec sh: exit 2: no flag for nobody');
  await init.client.run(command(`touch ${flag}`));
  await sees(init, 'ready');
  await init.client.run(command(`rm ${flag}`));
  await sees(init, 'unhealthy: exec sh: exit 2: no flag for nobody');
  await init.client.run(command(`touch ${flag}`));
  await sees(init, 'ready');
});

test('exec: a program that hangs is killed with its children, and one that is missing says so', async () => {
  const init = await startInit();
  await init.client.setService(
    service('web', 'exec sleep 1000', { check: execCheck('sleep 4323', { timeoutMs: 60 }) }),
  );
  await sees(init, 'starting: exec sh: timed out');
  await init.client.setService(
    service('web', 'exec sleep 999', { check: { ...execCheck(''), command: ['/no/check'] } as InitCheck }),
  );
  await sees(init, 'starting: exec /no/check: exec: No such file or directory');
  const { output } = await init.client.run({ ...command(''), arguments: ['ps', '-eo', 'args'] });
  expect(output.toString()).not.toContain('sleep 4323');
});

test('one failure less than the limit does not make a ready service unhealthy', async () => {
  const init = await startInit();
  const count = join(init.directory, 'count');
  const script = `n=$(cat ${count} 2>/dev/null || echo 0); echo $((n + 1)) > ${count}; test $((n % 3)) = 0`;
  await init.client.setService(
    service('web', 'exec sleep 1000', { check: execCheck(script, { failures: 3, intervalMs: 5 }) }),
  );
  await until(() => init.log('web').includes('i ready'), 'the first success');
  await until(async () => Number((await init.client.readFiles([count]))[0]?.content) > 20, 'twenty probes');
  expect(init.log('web').filter((line) => line.startsWith('i unhealthy'))).toEqual([]);
});

test('before the first success probes come every 20 ms at first, and slowly less often', async () => {
  const init = await startInit();
  const times = join(init.directory, 'times');
  const check = execCheck(`date +%s%N >> ${times}; exit 1`);
  await init.client.setService(service('web', 'exec sleep 1000', { check }));
  const read = async () =>
    String((await init.client.readFiles([times]))[0]?.content)
      .trimEnd()
      .split('\n');
  await until(async () => (await read()).length > 16, 'sixteen probes');
  const at = (await read()).map((ns) => Number(BigInt(ns) / 1_000_000n));
  const gaps = at.slice(1).map((ms, index) => ms - (at[index] ?? 0));
  expect(gaps[0]).toBeGreaterThanOrEqual(19);
  expect(gaps[0]).toBeLessThan(80);
  expect(gaps[15]).toBeGreaterThanOrEqual(59);
  expect(gaps[15]).toBeLessThan(200);
});

test('the health of the unit is awaited with its services, and can be taken away', async () => {
  const init = await startInit();
  const flag = join(init.directory, 'healthy');
  await init.client.setService(service('web', 'exec sleep 1000'));
  await init.client.setHealth(execCheck(`test -e ${flag}`));
  expect(await init.client.await([], 150)).toMatchObject({
    result: 'deadline',
    health: { state: 'starting', message: 'exec sh: exit 1' },
  });
  await init.client.run(command(`touch ${flag}`));
  expect(await init.client.await([], 2000)).toMatchObject({ result: 'ready', health: { state: 'ready', message: '' } });
  await init.client.run(command(`rm ${flag}`));
  await until(async () => (await init.client.list()).health?.state === 'unhealthy', 'its loss');
  await init.client.setHealth(null);
  expect(await init.client.await([], 2000)).toMatchObject({ result: 'ready', health: null });
});

test.each([
  ['a port', { kind: 'tcp', port: 0, ...pace }, 'check port'],
  ['a path with a line break', { kind: 'http', port: 80, path: '/\r\nX: y', expect: null, ...pace }, 'check path'],
  ['a program', { kind: 'exec', command: [], user: '', ...pace }, 'check argument'],
] as const)('a check without a proper %s is refused', async (_, check, object) => {
  const init = await startInit();
  await expect(init.client.setService(service('web', 'true', { check }))).rejects.toThrow(`request '${object}'`);
  await expect(init.client.setHealth(check)).rejects.toThrow(`request '${object}'`);
});
