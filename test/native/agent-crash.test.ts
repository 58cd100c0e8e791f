import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AgentClient } from '../../providers/container/native/agent.ts';
import { AgentLab, groupsOf, isAlive, until } from './agent-lab.ts';

describe('after a crash of the agent', () => {
  let lab: AgentLab;
  beforeAll(async () => {
    lab = await AgentLab.open();
  });
  afterAll(() => lab.close());

  test('containers run on, and the next agent knows them and does everything with them', async () => {
    const { id, pid } = await lab.start({ network: await lab.nic(11), hostname: 'survivor' });
    const [before] = await lab.agent.list();
    await lab.killAgent();
    expect(isAlive(pid)).toBe(true);
    await lab.reopen();
    expect(await lab.agent.list()).toEqual([before]);
    expect(lab.probe(id, ['self']).output).toContain('hostname survivor');
    expect(lab.probe(id, ['ping', `${lab.network}.1`]).output).toBe('reply\n');
    await lab.agent.update(id, { cpuMillicores: 100, memoryBytes: 0, pids: 0, cpuWeight: 0 });
    expect(await lab.agent.stop(id, 2000)).toSatisfy((status) => status === 0 || status === null);
    await lab.agent.remove(id, { graceMs: 0, trash: [] });
    expect(groupsOf(id)).toEqual([]);
  });

  test('a container that ended meanwhile is known to have ended', async () => {
    const { id, pid } = await lab.start();
    await lab.killAgent();
    process.kill(pid, 'SIGKILL');
    await until(() => !isAlive(pid), 'the end of the container');
    await lab.reopen();
    expect(await lab.agent.list()).toMatchObject([{ id, state: 'exited' }]);
    await lab.agent.remove(id, { graceMs: 0, trash: [] });
  });

  test('an end that was seen is remembered with its status', async () => {
    const { id } = await lab.start();
    await lab.agent.stop(id, 1000);
    await lab.killAgent();
    await lab.reopen();
    expect(await lab.agent.list()).toMatchObject([{ id, state: 'exited', status: 0 }]);
    await lab.agent.remove(id, { graceMs: 0, trash: [] });
  });

  test.each([
    ['removed', 'remove'],
    ['started', 'start'],
  ] as const)('a half made container is cleaned up when it is %s', async (_, how) => {
    const config = lab.config();
    const { pid } = await lab.agent.start(config);
    await lab.killAgent();
    // As if the agent had died between the clone and the record.
    rmSync(join(lab.run, 'containers', config.id, 'record'));
    await lab.reopen();
    expect(await lab.agent.list()).toMatchObject([{ id: config.id, state: 'exited', pid: 0 }]);
    if (how === 'start') expect((await lab.agent.start(config)).pid).not.toBe(pid);
    expect(isAlive(pid)).toBe(how === 'remove');
    await lab.agent.remove(config.id, { graceMs: 0, trash: [] });
    await until(() => !isAlive(pid), 'the end of the old process');
    expect(groupsOf(config.id)).toEqual([]);
    expect(existsSync(join(lab.run, 'containers', config.id))).toBe(false);
  });

  test('a damaged record is no reason to fail', async () => {
    const config = lab.config();
    await lab.agent.start(config);
    await lab.killAgent();
    const record = join(lab.run, 'containers', config.id, 'record');
    const bytes = readFileSync(record);
    bytes[bytes.length - 1] = 0xff;
    writeFileSync(record, bytes);
    mkdirSync(join(lab.run, 'containers', 'not-an-id'), { recursive: true });
    await lab.reopen();
    expect(await lab.agent.list()).toMatchObject([{ id: config.id, state: 'exited', pid: 0 }]);
    await lab.agent.remove(config.id, { graceMs: 0, trash: [] });
    expect(groupsOf(config.id)).toEqual([]);
  });

  test('a process of the same number is not taken for the container', async () => {
    const { id, pid } = await lab.start();
    await lab.killAgent();
    const record = join(lab.run, 'containers', id, 'record');
    const foreign = spawn('sleep', ['60']);
    await once(foreign, 'spawn');
    forgePid(record, pid, foreign.pid ?? 0);
    await lab.reopen();
    expect(await lab.agent.list()).toMatchObject([{ id, state: 'exited' }]);
    process.kill(pid, 'SIGKILL');
    await until(() => !isAlive(pid), 'the end of the container');
    await lab.agent.remove(id, { graceMs: 0, trash: [] });
    expect(isAlive(foreign.pid ?? 0)).toBe(true);
    foreign.kill();
  });
});

describe('of several agents that start at once', () => {
  test('one wins, and all who asked get on', async () => {
    const lab = await AgentLab.open();
    await lab.killAgent();
    const clients = await Promise.all(
      Array.from({ length: 8 }, () => AgentClient.open({ program: lab.program, runDirectory: lab.run })),
    );
    const pids = await Promise.all(clients.map(async (client) => (await client.hello()).pid));
    expect(new Set(pids).size).toBe(1);
    for (const client of clients) client.close();
    await lab.close();
  });
});

const CRC_AT = 12;
const HEADER = 16;

/** Writes another process number into the record, with the right checksum. */
function forgePid(record: string, from: number, to: number): void {
  const bytes = readFileSync(record);
  const wanted = Buffer.alloc(8);
  wanted.writeBigUInt64LE(BigInt(from));
  bytes.writeBigUInt64LE(BigInt(to), bytes.indexOf(wanted, HEADER));
  bytes.writeUInt32LE(crc32(bytes.subarray(HEADER)), CRC_AT);
  writeFileSync(record, bytes);
}

function crc32(bytes: Uint8Array): number {
  let crc = 0xffff_ffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb8_8320 : 0);
  }
  return ~crc >>> 0;
}
