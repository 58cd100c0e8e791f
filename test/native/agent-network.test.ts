import { execFileSync, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, openSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AgentLab, until } from './agent-lab.ts';

const EADDRINUSE = 98;

describe("an environment's bridge", () => {
  let lab: AgentLab;
  beforeAll(async () => {
    lab = await AgentLab.open();
  });
  afterAll(() => lab.close());

  test('joins containers with each other and with the host', async () => {
    const one = await lab.start({ network: await lab.nic(11) });
    const two = await lab.start({ network: await lab.nic(12) });
    expect(lab.probe(one.id, ['ping', `${lab.network}.12`]).output).toBe('reply\n');
    expect(lab.probe(two.id, ['ping', `${lab.network}.11`]).output).toBe('reply\n');
    expect(lab.probe(two.id, ['ping', `${lab.network}.1`]).output).toBe('reply\n');
    expect(lab.probe(two.id, ['ping', '127.0.0.1']).output).toBe('reply\n');
    const server = lab.probeBeside(one.id, ['serve', '80'], ['--user', '1000:1000']);
    await once(server.stdout, 'data');
    expect(lab.probe(two.id, ['fetch', `${lab.network}.11`, '80']).output).toBe('hello\n');
    for (const { id } of [one, two]) await lab.agent.remove(id, { graceMs: 0, trash: [] });
  });

  test('lets what comes from a container go back to it', async () => {
    const { id } = await lab.start({ network: await lab.nic(15) });
    const link = readdirSync('/sys/class/net').find((name) => name.startsWith(`c${id.slice(0, 8)}`));
    expect(readFileSync(`/sys/class/net/${link}/brport/hairpin_mode`, 'utf8')).toBe('1\n');
    await lab.agent.remove(id, { graceMs: 0, trash: [] });
  });

  test('is left by a container that is removed or started again, though something keeps its namespace', async () => {
    const config = lab.config({ network: await lab.nic(16) });
    const links = () => readdirSync('/sys/class/net').filter((name) => name.startsWith(`c${config.id.slice(0, 8)}`));
    const { pid } = await lab.agent.start(config);
    const first = openSync(`/proc/${pid}/ns/net`, 'r');
    const ended = lab.agent.wait(config.id);
    process.kill(pid, 'SIGKILL');
    await ended;
    const again = await lab.agent.start(config);
    const second = openSync(`/proc/${again.pid}/ns/net`, 'r');
    expect(links()).toHaveLength(1);
    await lab.agent.remove(config.id, { graceMs: 0, trash: [] });
    await until(() => links().length === 0, 'the link to go');
    for (const namespace of [first, second]) closeSync(namespace);
  });

  test('keeps the link of a container that comes back under its id before the old one is tidied away', async () => {
    const config = lab.config({ network: await lab.nic(17) });
    const links = () => readdirSync('/sys/class/net').filter((name) => name.startsWith(`c${config.id.slice(0, 8)}`));
    const { pid } = await lab.agent.start(config);
    const kept = openSync(`/proc/${pid}/ns/net`, 'r');
    await lab.agent.remove(config.id, { graceMs: 0, trash: [] });
    await lab.agent.start(config);
    await sleep(600);
    expect(links()).toHaveLength(1);
    closeSync(kept);
    await lab.agent.remove(config.id, { graceMs: 0, trash: [] });
    await until(() => links().length === 0, 'the link to go');
  });

  test('gives the NIC its address, its MAC, its index and a default route', async () => {
    const { id, pid } = await lab.start({ network: await lab.nic(13) });
    const inside = (...words: string[]) =>
      execFileSync('nsenter', ['-t', String(pid), '-n', 'ip', ...words]).toString();
    expect(inside('-o', 'address', 'show', 'eth0')).toContain(`${lab.network}.13/24 brd ${lab.network}.255`);
    expect(inside('-o', 'link', 'show', 'eth0')).toMatch(/^2: eth0@.*link\/ether 02:00:00:00:01:0d/);
    expect(inside('route')).toContain(`default via ${lab.network}.1 dev eth0`);
    await lab.agent.remove(id, { graceMs: 0, trash: [] });
  });

  test('takes an address again at once when its container has gone', async () => {
    const network = await lab.nic(14);
    for (let i = 0; i < 5; i++) {
      const { id } = await lab.start({ network });
      expect(lab.probe(id, ['ping', `${lab.network}.1`]).output).toBe('reply\n');
      await lab.agent.remove(id, { graceMs: 0, trash: [] });
    }
  });

  test('is made once, corrected, and removed with all its ports', async () => {
    const name = `${lab.bridge}x`;
    const make = (last: number) =>
      lab.agent.ensureBridge({ name, address: `${lab.network}.${last}/28`, mac: '02:00:00:00:02:01' });
    await make(241);
    await make(241);
    expect(execFileSync('ip', ['-o', '-4', 'address', 'show', name]).toString()).toContain(`${lab.network}.241/28`);
    expect(readFileSync(`/proc/sys/net/ipv4/conf/${name}/route_localnet`, 'utf8')).toBe('1\n');
    expect(readFileSync('/proc/sys/net/ipv4/ip_forward', 'utf8')).toBe('1\n');
    expect(execFileSync('ip', ['-o', '-6', 'address', 'show', name]).toString()).toBe('');
    await lab.agent.removeBridge(name);
    await lab.agent.removeBridge(name);
    expect(spawnSync('ip', ['link', 'show', name]).status).not.toBe(0);
  });

  test("is never somebody else's link", async () => {
    await expect(lab.agent.removeBridge('lo')).rejects.toMatchObject({ stage: 'bridge' });
    await expect(
      lab.agent.ensureBridge({ name: 'lo', address: '10.255.255.1/30', mac: '02:00:00:00:02:01' }),
    ).rejects.toMatchObject({ stage: 'bridge' });
    await expect(lab.agent.removeBridge('../lo')).rejects.toMatchObject({ stage: 'request' });
  });

  test('leaves no link on the host when its containers have gone', async () => {
    const { id } = await lab.start({ network: await lab.nic(15) });
    expect(links()).toContain(`c${id.slice(0, 8)}`);
    await lab.agent.remove(id, { graceMs: 0, trash: [] });
    await until(() => !links().includes(`c${id.slice(0, 8)}`), 'the end of the link');
  });

  test('changes hosts files in place, so that containers see the change', async () => {
    const path = join(lab.directory, 'hosts');
    writeFileSync(path, '127.0.0.1 localhost\n');
    const { ino } = statSync(path);
    const mounts = [{ source: path, target: '/etc/hosts', readOnly: true, optional: false }];
    const { id } = await lab.start({ mounts });
    await lab.agent.writeHosts(path, `${lab.network}.11 db\n`);
    expect(statSync(path).ino).toBe(ino);
    expect(lab.probe(id, ['size', '/etc/hosts']).output).toBe(`${`${lab.network}.11 db\n`.length}\n`);
    await lab.agent.remove(id, { graceMs: 0, trash: [] });
  });
});

describe('a held port', () => {
  let lab: AgentLab;
  let port: number;
  const held = (owner: string, protocol: 'tcp' | 'udp' = 'tcp') => ({ owner, address: '127.0.0.1', port, protocol });

  beforeAll(async () => {
    lab = await AgentLab.open();
    mkdirSync(lab.run, { recursive: true });
    port = await freePort();
  });
  afterAll(() => lab.close());

  test('is refused to everybody else until it is released', async () => {
    await lab.agent.holdPort(held('shop'));
    await lab.agent.holdPort(held('shop'));
    expect(await bindOutcome(port)).toBe('EADDRINUSE');
    await expect(lab.agent.holdPort(held('other'))).rejects.toMatchObject({
      errno: EADDRINUSE,
      message: expect.stringContaining("'shop'"),
    });
    expect(await lab.agent.listPorts()).toEqual([held('shop')]);
    await lab.agent.releasePort(held('other'));
    expect(await bindOutcome(port)).toBe('EADDRINUSE');
    await lab.agent.releasePort(held('shop'));
    await lab.agent.releasePort(held('shop'));
    expect(await bindOutcome(port)).toBe('bound');
    expect(await lab.agent.listPorts()).toEqual([]);
  });

  test('is not given when somebody listens there', async () => {
    const server = createServer().listen(port, '127.0.0.1');
    await once(server, 'listening');
    await expect(lab.agent.holdPort(held('shop'))).rejects.toMatchObject({ errno: EADDRINUSE, stage: 'port' });
    expect(await lab.agent.listPorts()).toEqual([]);
    server.close();
    await once(server, 'close');
  });

  test('is one for each protocol, and goes with its owner', async () => {
    await lab.agent.holdPort(held('shop', 'udp'));
    await lab.agent.holdPort(held('shop'));
    await lab.agent.releasePorts('other');
    expect(await lab.agent.listPorts()).toHaveLength(2);
    await lab.agent.releasePorts('shop');
    expect(await lab.agent.listPorts()).toEqual([]);
  });

  test('is held again by the next agent', async () => {
    await lab.agent.holdPort(held('shop'));
    await lab.killAgent();
    expect(await bindOutcome(port)).toBe('bound');
    await lab.reopen();
    expect(await lab.agent.listPorts()).toEqual([held('shop')]);
    expect(await bindOutcome(port)).toBe('EADDRINUSE');
    await lab.agent.releasePorts('shop');
  });
});

function links(): string {
  return readdirSync('/sys/class/net').join(' ');
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** `bound`, or the code of the error. */
async function bindOutcome(port: number): Promise<string> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? 'unknown'));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve('bound')));
  });
}
