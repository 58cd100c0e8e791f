import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { RouteSpec } from '../../../model/desired.ts';
import { ENVIRONMENTS, freePort, type Lab, openLab, until } from './lab.ts';
import { connectFault, get, removeAll, shell, startUnit, startWeb, WEB } from './world.ts';

let lab: Lab;
beforeAll(async () => {
  lab = await openLab();
});
afterEach(async () => {
  for (const environment of ENVIRONMENTS) await removeAll(lab.provider, environment);
  await until(() => lab.leftovers().length === 0, 'an empty host').catch(() => undefined);
  expect(lab.leftovers()).toEqual([]);
});
afterAll(() => lab.close());

const LEFT = '10.214.21.0/24';
const RIGHT = '10.214.22.0/24';
const LEFT_WEB = { 'web/0': '10.214.21.2', 'web/1': '10.214.21.3' };
const UNIT = { environment: 'left', unit: 'web/0' };

function route(port: number, units: readonly (keyof typeof LEFT_WEB)[], address: string | null = null): RouteSpec {
  const targets = units.map((unit) => ({ unit, address: LEFT_WEB[unit], port: 80 }));
  return { environment: 'left', id: 'web:http', application: 'web', host: { port, address }, targets };
}

describe('network', () => {
  test('names resolve to all units of an application and to each, localhost included', async () => {
    await startWeb(lab, 'left', LEFT, LEFT_WEB);
    const inside = (script: string): Promise<string> => shell(lab, 'left', 'web/0', script);
    expect(await inside('getent ahostsv4 web | awk \'$2 == "STREAM" {print $1}\' | sort')).toBe(
      '10.214.21.2\n10.214.21.3',
    );
    expect(await inside('getent hosts web-1')).toMatch(/^10\.214\.21\.3 /);
    expect(await inside('getent hosts "$(cat /proc/sys/kernel/hostname)"')).toMatch(/^10\.214\.21\.2 /);
    expect(await inside('getent ahostsv4 localhost | head -n 1')).toMatch(/^127\.0\.0\.1 /);
  });

  test('a running container sees names that were added later', async () => {
    await startWeb(lab, 'left', LEFT, LEFT_WEB);
    await lab.provider.ensureNames('left', { db: ['10.214.21.9'] });
    expect(await shell(lab, 'left', 'web/0', 'getent hosts db')).toMatch(/^10\.214\.21\.9 /);
    await expect(shell(lab, 'left', 'web/0', 'getent hosts web-1')).rejects.toThrow();
  });

  test('neighbours are reached, other environments and the host are not', async () => {
    await startWeb(lab, 'left', LEFT, LEFT_WEB);
    await startWeb(lab, 'right', RIGHT, { 'web/0': '10.214.22.2' });
    const reaches = (address: string, port: number): Promise<string> =>
      shell(lab, 'left', 'web/0', `timeout 1 bash -c 'echo > /dev/tcp/${address}/${port}' 2>&1 && echo yes || echo no`);
    const listening = await freePort();
    const server = (await import('node:net')).createServer().listen(listening, '0.0.0.0');
    try {
      expect(await reaches('10.214.21.3', 80)).toBe('yes');
      expect(await reaches('10.214.22.2', 80)).toMatch(/no$/);
      expect(await reaches('10.214.21.1', listening)).toMatch(/refused[\s\S]*no$/);
      expect(await reaches('127.0.0.1', listening)).toMatch(/refused[\s\S]*no$/);
      expect(await connectFault('10.214.22.2', 80)).toBeNull();
    } finally {
      server.close();
    }
  });

  test('a network that somebody took apart is seen as missing, and mended', async () => {
    await startWeb(lab, 'left', LEFT, { 'web/0': '10.214.21.2' });
    const port = await freePort();
    await lab.provider.ensureRoute(route(port, ['web/0']));
    expect((await lab.provider.observe('left')).network).not.toBeNull();
    await lab.flushRules('left');
    expect((await lab.provider.observe('left')).network).toBeNull();
    await lab.provider.ensureNetwork({ environment: 'left', subnet: LEFT });
    expect((await lab.provider.observe('left')).network).not.toBeNull();
    expect(await get('127.0.0.1', port)).toBe('web-0');
  });
});

describe('published ports', () => {
  test('take turns on 127.0.0.1, on the host and from inside, and a change takes effect at once', async () => {
    await startWeb(lab, 'left', LEFT, LEFT_WEB);
    const port = await freePort();
    await lab.provider.ensureRoute(route(port, ['web/0', 'web/1']));
    const answers: string[] = [];
    for (let count = 0; count < 6; count += 1) answers.push(await get('127.0.0.1', port));
    expect(answers.slice(0, 2).sort()).toEqual(['web-0', 'web-1']);
    expect(answers.slice(2)).toEqual([...answers.slice(0, 2), ...answers.slice(0, 2)]);
    expect(await get('10.214.21.1', port)).toMatch(/^web-[01]$/);
    const own = `exec 3<>/dev/tcp/10.214.21.1/${port}; echo -e 'GET / HTTP/1.0\\r\\n\\r' >&3; tail -n 1 <&3`;
    for (const unit of ['web/0', 'web/1']) expect(await shell(lab, 'left', unit, own)).toMatch(/^web-[01]$/);
    await lab.provider.ensureRoute(route(port, ['web/1']));
    for (let count = 0; count < 3; count += 1) expect(await get('127.0.0.1', port)).toBe('web-1');
    await lab.provider.ensureRoute(route(port, []));
    expect(await connectFault('127.0.0.1', port)).toBe('ECONNREFUSED');
  });

  test('a connection under way stays where it began', async () => {
    await startWeb(lab, 'left', LEFT, LEFT_WEB);
    const port = await freePort();
    await lab.provider.ensureRoute(route(port, ['web/0']));
    const { connect } = await import('node:net');
    const socket = connect(port, '127.0.0.1');
    await new Promise((resolve) => socket.once('connect', resolve));
    await lab.provider.ensureRoute(route(port, ['web/1']));
    socket.write('GET / HTTP/1.0\r\n\r\n');
    const answer = await new Promise((resolve) => socket.once('data', (data) => resolve(String(data))));
    expect(answer).toMatch(/web-0$/);
    socket.destroy();
  });

  test('a taken port is refused with its holder, and a held one cannot be taken', async () => {
    await startWeb(lab, 'left', LEFT, { 'web/0': '10.214.21.2' });
    const { createServer } = await import('node:net');
    const taken = await freePort();
    const server = createServer().listen(taken, '127.0.0.1');
    try {
      await until(async () => (await connectFault('127.0.0.1', taken)) === null, 'the server');
      const used = (await lab.provider.observe('left')).host.portsInUse.find(({ port }) => port === taken);
      expect(used).toMatchObject({ address: '127.0.0.1', holder: expect.stringContaining(`(pid ${process.pid})`) });
      await expect(lab.provider.ensureRoute(route(taken, ['web/0']))).rejects.toMatchObject({
        message: expect.stringContaining(`(pid ${process.pid}) has it`),
        retryable: false,
      });
      expect((await lab.provider.observe('left')).routes).toEqual([]);
    } finally {
      server.close();
    }
    const port = await freePort();
    await lab.provider.ensureRoute(route(port, ['web/0']));
    const thief = createServer();
    const fault = await new Promise<NodeJS.ErrnoException>((resolve) => thief.once('error', resolve).listen(port));
    expect(fault.code).toBe('EADDRINUSE');
    const other: RouteSpec = { ...route(port, []), environment: 'right', id: 'other:http' };
    await expect(lab.provider.ensureRoute(other)).rejects.toMatchObject({
      message: expect.stringContaining('environment left has it'),
    });
  });
});

describe('machines', () => {
  test('a killed process 1 is seen and told, and the machine starts again with what was in it', async () => {
    await startWeb(lab, 'left', LEFT, { 'web/0': '10.214.21.2' });
    await shell(lab, 'left', 'web/0', 'echo kept > /root/note');
    await lab.signalInit('left', 'web/0', 'SIGKILL');
    await until(async () => (await lab.provider.observe('left')).machines[0]?.state === 'stopped', 'the end');
    const [stopped] = (await lab.provider.observe('left')).machines;
    expect(stopped?.message).toBe('its process 1 was killed by SIGKILL');
    expect(stopped?.services).toEqual({});
    await startUnit(lab.again(), lab.spec('left', 'web/0', { address: '10.214.21.2' }));
    const [started] = (await lab.provider.observe('left')).machines;
    expect(started).toMatchObject({ id: stopped?.id, state: 'running', services: { web: { state: 'ready' } } });
    expect(await shell(lab, 'left', 'web/0', 'cat /root/note')).toBe('kept');
    expect(await get('10.214.21.2', 80)).toBe('web-0');
  });

  test('a process 1 that does not answer is told as broken, and can be removed', async () => {
    await startWeb(lab, 'left', LEFT, { 'web/0': '10.214.21.2' });
    await lab.signalInit('left', 'web/0', 'SIGSTOP');
    const [machine] = (await lab.provider.observe('left')).machines;
    expect(machine).toMatchObject({ state: 'broken', message: 'its process 1 does not answer', services: {} });
    await lab.provider.removeMachine(UNIT, 100);
    expect((await lab.provider.observe('left')).machines).toEqual([]);
  });

  test('work in a machine that does not run says so', async () => {
    await startWeb(lab, 'left', LEFT, {});
    lab.labelOnly(lab.spec('left', 'web/0'));
    await expect(lab.provider.restartService(UNIT, 'web', 'c2')).rejects.toMatchObject({
      message: 'restart service web of web/0: its machine does not run',
    });
  });

  test('a killed agent touches nothing, and the next call goes on', async () => {
    await startWeb(lab, 'left', LEFT, { 'web/0': '10.214.21.2' });
    const port = await freePort();
    await lab.provider.ensureRoute(route(port, ['web/0']));
    const before = await lab.provider.observe('left');
    await lab.killAgent();
    expect(await get('127.0.0.1', port)).toBe('web-0');
    const after = await lab.again().observe('left');
    expect({ ...after, host: null }).toEqual({ ...before, host: null });
    const began = performance.now();
    await lab.provider.removeMachine(UNIT, 5000);
    expect(performance.now() - began).toBeLessThan(4000);
  });

  test('what a crash left half made is seen, finished by the next ensure, and removed by a remove', async () => {
    const spec = lab.spec('left', 'web/0', { address: '10.214.21.2' });
    await startWeb(lab, 'left', LEFT, {});
    for (const finish of [true, false]) {
      lab.labelOnly(spec);
      const [half] = (await lab.provider.observe('left')).machines;
      expect(half).toMatchObject({
        unit: 'web/0',
        state: 'stopped',
        spec,
        message: expect.stringMatching(/never started/),
      });
      if (finish) {
        await lab.provider.ensureMachine(spec);
        expect((await lab.provider.observe('left')).machines).toMatchObject([{ id: half?.id, state: 'running' }]);
      }
      await lab.provider.removeMachine(spec, 0);
      expect((await lab.provider.observe('left')).machines).toEqual([]);
    }
  });

  test('storage holds what was written, for the next machine of the unit, too', async () => {
    const data = { id: 'web/0/data', unit: 'web/0', name: 'data', path: '/srv/data', bytes: null };
    const spec = lab.spec('left', 'web/0', { address: '10.214.21.2', storage: [data] });
    await startWeb(lab, 'left', LEFT, {});
    await lab.provider.ensureStorage('left', data);
    await lab.provider.ensureMachine(spec);
    await shell(lab, 'left', 'web/0', 'echo precious > /srv/data/row; echo gone > /srv/other');
    await lab.provider.removeMachine(spec, 0);
    await lab.provider.ensureMachine(spec);
    expect(await shell(lab, 'left', 'web/0', 'cat /srv/data/row; ls /srv')).toBe('precious\ndata');
  });

  test('limits hold, and change while it runs', async () => {
    await startWeb(lab, 'left', LEFT, { 'web/0': '10.214.21.2' });
    await lab.provider.resizeMachine(UNIT, { cpuMillicores: 250, memoryBytes: 64 * 1024 * 1024, pids: 20 });
    const forks = 'for n in $(seq 40); do sleep 0.3 & done 2>&1; true';
    expect(await shell(lab, 'left', 'web/0', forks)).toMatch(/Resource temporarily unavailable/);
    const tooLow = lab.provider.resizeMachine(UNIT, { cpuMillicores: null, memoryBytes: 4096, pids: null });
    await expect(tooLow).rejects.toMatchObject({ retryable: true, target: 'web/0' });
    const [machine] = (await lab.provider.observe('left')).machines;
    expect(machine?.spec.limits).toEqual({ cpuMillicores: 250, memoryBytes: 64 * 1024 * 1024, pids: 20 });
  });
});

describe('in a unit', () => {
  test('files have the content, mode and owner asked for; secrets are in them and nowhere on the host', async () => {
    await startWeb(lab, 'left', LEFT, { 'web/0': '10.214.21.2' });
    const file = { content: 'key {{secret:web/key}}\n', mode: '0640', owner: 'www-data', group: '33', secrets: {} };
    await lab.provider.writeFiles(UNIT, {
      files: { '/srv/app/conf': file },
      directories: { '/srv/app': { mode: '0711', owner: 'root', group: 'www-data' } },
      removed: [],
      secrets: new Map([['web/key', 'hunter22']]),
    });
    const seen = await shell(lab, 'left', 'web/0', "stat -c '%a %U %G' /srv/app /srv/app/conf; cat /srv/app/conf");
    expect(seen).toBe('711 root www-data\n640 www-data www-data\nkey hunter22');
    expect(lab.recorded(UNIT)).toContain('{{secret:web/key}}');
    expect(lab.recorded(UNIT)).not.toContain('hunter22');
  });

  test('logs of all services come by time and follow on', async () => {
    await startWeb(lab, 'left', LEFT, { 'web/0': '10.214.21.2' });
    const ticker = {
      ...WEB,
      ready: null,
      command: ['/bin/bash', '-c', 'for n in $(seq 30); do echo tick $n; sleep 0.05; done; exec sleep 60'],
    };
    const request = { name: 'ticker', service: ticker, digest: 'd1', configuration: '', secrets: new Map() };
    await lab.provider.ensureService(UNIT, request);
    const stop = new AbortController();
    const seen: string[] = [];
    for await (const line of lab.provider.logs(UNIT, { services: [], tail: null, follow: true, signal: stop.signal })) {
      if (line.service === 'web' || line.stream === 'output') seen.push(`${line.service}: ${line.text}`);
      if (line.text === 'tick 30') stop.abort();
    }
    expect(seen.filter((line) => line.startsWith('ticker'))).toEqual(
      Array.from({ length: 30 }, (_, n) => `ticker: tick ${n + 1}`),
    );
    expect(seen).toContain('web: listening');
    const last: string[] = [];
    const options = { services: ['ticker'], tail: 2, follow: false, signal: stop.signal };
    for await (const line of lab.provider.logs(UNIT, options)) last.push(line.text);
    expect(last).toEqual(['tick 29', 'tick 30']);
  });

  test('who follows goes over to the next machine of the unit', async () => {
    await startWeb(lab, 'left', LEFT, { 'web/0': '10.214.21.2' });
    const stop = new AbortController();
    const seen: string[] = [];
    for await (const line of lab.provider.logs(UNIT, {
      services: ['web'],
      tail: null,
      follow: true,
      signal: stop.signal,
    })) {
      if (line.stream !== 'output') continue;
      seen.push(line.text);
      if (seen.length === 2) stop.abort();
      else {
        await lab.provider.removeMachine(UNIT, 1000);
        await startUnit(lab.provider, lab.spec('left', 'web/0', { address: '10.214.21.2' }));
      }
    }
    expect(seen).toEqual(['listening', 'listening']);
  });

  test('a link in the place of a log leads nowhere', async () => {
    await startWeb(lab, 'left', LEFT, { 'web/0': '10.214.21.2' });
    lab.plantLink(UNIT, 'evil', '/etc/passwd');
    const seen: string[] = [];
    const options = { services: ['evil'], tail: null, follow: false, signal: new AbortController().signal };
    for await (const line of lab.provider.logs(UNIT, options)) seen.push(line.text);
    expect(seen).toEqual([]);
  });
});
