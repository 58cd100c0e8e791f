import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AgentLab, groupFile, groupsOf, isAlive, until } from './agent-lab.ts';

describe('a container of the agent', () => {
  let lab: AgentLab;
  beforeAll(async () => {
    lab = await AgentLab.open();
  });
  afterAll(() => lab.close());

  test('starts, is listed, and leaves nothing behind when it is removed', async () => {
    const config = lab.config();
    const { pid, already, timings } = await lab.agent.start(config);
    expect(already).toBe(false);
    expect(timings.map((timing) => timing.stage)).toContain('overlay');
    expect(await lab.agent.list()).toMatchObject([{ id: config.id, state: 'running', pid, status: null, oomKills: 0 }]);
    expect(groupsOf(config.id)).toEqual(['cpu', 'cpuacct', 'devices', 'memory', 'pids']);

    await lab.agent.remove(config.id, { graceMs: 0, trash: [join(lab.directory, 'containers', config.id)] });
    expect(isAlive(pid)).toBe(false);
    expect(await lab.agent.list()).toEqual([]);
    expect(groupsOf(config.id)).toEqual([]);
    expect(existsSync(join(lab.run, 'containers', config.id))).toBe(false);
    await until(() => readdirSync(join(lab.directory, 'containers')).length === 0, 'the trash to be empty');
  });

  test('is started once however often that is asked', async () => {
    const config = lab.config();
    const first = await lab.agent.start(config);
    expect(await lab.agent.start(config)).toMatchObject({ pid: first.pid, already: true });
    await lab.agent.remove(config.id, { graceMs: 0, trash: [] });
  });

  test('ends by itself when asked to, and by force when it does not', async () => {
    const polite = await lab.start();
    expect(await lab.agent.stop(polite.id, 5000)).toBe(0);
    const { id, pid } = await lab.start();
    process.kill(pid, 'SIGSTOP');
    expect(await lab.agent.stop(id, 50)).toBe(9);
    for (const gone of [polite.id, id]) await lab.agent.remove(gone, { graceMs: 0, trash: [] });
  });

  test('hears of its end however early that is asked', async () => {
    for (let i = 0; i < 20; i++) {
      const config = lab.config();
      const [, status] = await Promise.all([lab.agent.start(config), lab.agent.stop(config.id, 5000)]);
      expect(status).toBe(0);
      await lab.agent.remove(config.id, { graceMs: 0, trash: [] });
    }
  });

  test('can be stopped, waited for and removed when it is gone already', async () => {
    const { id } = await lab.start();
    const waiting = lab.agent.wait(id);
    await lab.agent.stop(id, 1000);
    expect(await waiting).toBe(0);
    expect(await lab.agent.stop(id, 1000)).toBe(0);
    await lab.agent.remove(id, { graceMs: 0, trash: [] });
    await lab.agent.remove(id, { graceMs: 0, trash: [] });
    expect(await lab.agent.stop(id, 0)).toBe(null);
  });

  test('is known to have ended when its process 1 is killed, and can be started again', async () => {
    const config = lab.config();
    const { pid } = await lab.agent.start(config);
    const ended = lab.agent.wait(config.id);
    process.kill(pid, 'SIGKILL');
    expect(await ended).toBe(9);
    expect(await lab.agent.list()).toMatchObject([{ id: config.id, state: 'exited', status: 9 }]);
    const again = await lab.agent.start(config);
    expect(again.already).toBe(false);
    expect(lab.probe(config.id, ['exit', '0']).status).toBe(0);
    await lab.agent.remove(config.id, { graceMs: 0, trash: [] });
  });

  test('keeps what it wrote over a stop', async () => {
    const config = lab.config();
    await lab.agent.start(config);
    writeFileSync(join(config.upper, 'kept'), 'yes');
    await lab.agent.stop(config.id, 1000);
    await lab.agent.start(config);
    expect(lab.probe(config.id, ['size', '/kept']).output).toBe('3\n');
    await lab.agent.remove(config.id, { graceMs: 0, trash: [] });
  });

  test('has the limits it was given, can be given others, and has a process limit in any case', async () => {
    const { id } = await lab.start({
      limits: { cpuMillicores: 500, memoryBytes: 64 << 20, pids: 50, cpuWeight: 200 },
    });
    const limits = () => [
      groupFile(id, 'cpu', 'cpu.cfs_quota_us'),
      groupFile(id, 'cpu', 'cpu.shares'),
      groupFile(id, 'memory', 'memory.limit_in_bytes'),
      groupFile(id, 'pids', 'pids.max'),
    ];
    expect(limits()).toEqual(['50000', '2048', `${64 << 20}`, '50']);
    await lab.agent.update(id, { cpuMillicores: 1500, memoryBytes: 96 << 20, pids: 60, cpuWeight: 0 });
    expect(limits()).toEqual(['150000', '1024', `${96 << 20}`, '60']);
    await lab.agent.update(id, { cpuMillicores: 0, memoryBytes: 0, pids: 0, cpuWeight: 0 });
    expect(limits()).toEqual(['-1', '1024', expect.stringMatching(/^9223372036854/), '4096']);
    await lab.agent.remove(id, { graceMs: 0, trash: [] });
  });

  test('cannot fork or fill the memory beyond its limits, and the kills are counted', async () => {
    const { id } = await lab.start({ limits: { cpuMillicores: 0, memoryBytes: 8 << 20, pids: 20, cpuWeight: 0 } });
    expect(lab.probe(id, ['forks']).output).toMatch(/^1[0-9] EAGAIN\n$/);
    await until(() => groupFile(id, 'pids', 'pids.current') === '1', 'the end of the forks');
    expect(lab.probe(id, ['memory'])).toMatchObject({ status: 137, complaints: '' });
    expect((await lab.agent.list())[0]?.oomKills).toBe(1);
    await lab.agent.remove(id, { graceMs: 0, trash: [] });
  });

  test('sees its volumes, read-only where asked', async () => {
    const shared = join(lab.directory, 'shared');
    mkdirSync(join(shared, 'inner'), { recursive: true });
    writeFileSync(join(shared, 'file'), 'hello');
    const mounts = [
      { source: shared, target: '/made/on/the/way', readOnly: false, optional: false },
      { source: join(shared, 'file'), target: '/etc/one', readOnly: true, optional: false },
      { source: join(shared, 'inner'), target: '/made/on/the/way/inner', readOnly: true, optional: false },
      { source: join(shared, 'absent'), target: '/absent', readOnly: true, optional: true },
    ];
    const { id, pid } = await lab.start({ mounts });
    expect(lab.probe(id, ['size', '/made/on/the/way/file']).output).toBe('5\n');
    expect(lab.probe(id, ['size', '/etc/one']).output).toBe('5\n');
    expect(lab.probe(id, ['size', '/absent']).output).toBe('-1\n');
    const table = readFileSync(`/proc/${pid}/mountinfo`, 'utf8');
    expect(table).toMatch(/ \/made\/on\/the\/way rw,nosuid,nodev/);
    expect(table).toMatch(/ \/etc\/one ro,nosuid,nodev/);
    await lab.agent.remove(id, { graceMs: 0, trash: [] });
  });

  test.each([
    ['a target of the runtime', { mounts: [{ source: '/tmp', target: '/proc/x', readOnly: true, optional: false }] }],
    [
      'a source that does not exist',
      { mounts: [{ source: '/nowhere', target: '/x', readOnly: true, optional: false }] },
    ],
    ['a layer that does not exist', { layers: ['/nowhere'] }],
    ['no layer', { layers: [] }],
    [
      'a bridge that does not exist',
      { network: { bridge: 'nobridge', address: '10.0.0.2/24', gateway: '10.0.0.1', mac: '02:00:00:00:00:09' } },
    ],
    ['an init that does not exist', { init: '/nowhere' }],
    ['an init that cannot be executed', { init: '/etc/passwd' }],
    ['an id that is none', { id: '../../../../etc' }],
    ['no host name', { hostname: '' }],
  ])('with %s is refused and leaves nothing', async (_, changes) => {
    const config = lab.config(changes);
    await expect(lab.agent.start(config)).rejects.toMatchObject({ name: 'NativeError' });
    expect(await lab.agent.list()).toEqual([]);
    expect(groupsOf(config.id.replaceAll('/', '_'))).toEqual([]);
    expect(readdirSync(join(lab.run, 'containers'))).toEqual([]);
    expect(readdirSync('/sys/class/net').join(' ')).not.toContain(`c${config.id.slice(0, 8)}`);
  });

  test('is the same to many requests at once', async () => {
    const configs = Array.from({ length: 12 }, () => lab.config());
    const started = await Promise.all(configs.map((config) => lab.agent.start(config)));
    expect(new Set(started.map(({ pid }) => pid)).size).toBe(12);
    expect((await lab.agent.list()).length).toBe(12);
    await Promise.all(configs.map(({ id }) => lab.agent.remove(id, { graceMs: 1000, trash: [] })));
    expect(await lab.agent.list()).toEqual([]);
  });
});
