import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AgentClient } from '../../providers/container/native/agent.ts';
import { AgentLab } from './agent-lab.ts';

/** Where this host has its unified hierarchy, if it has one. */
const unified = readFileSync('/proc/mounts', 'utf8').match(/^\S+ (\S+) cgroup2 /m)?.[1];

describe.skipIf(unified === undefined)('where only the unified hierarchy of control groups is mounted', () => {
  let lab: AgentLab;
  beforeAll(async () => {
    lab = await AgentLab.open();
    await lab.agent.shutdown();
    const hideOthers = 'umount -a -t cgroup && exec "$0" --run "$1"';
    execFileSync('unshare', ['--mount', 'sh', '-c', hideOthers, lab.program, lab.run]);
    lab.agent = await AgentClient.open({ program: lab.program, runDirectory: lab.run });
  });
  afterAll(() => lab.close());

  test('a container is born in its group, and the group goes with it', async () => {
    const { id, pid } = await lab.start();
    expect(readFileSync(`/proc/${pid}/cgroup`, 'utf8')).toMatch(new RegExp(`^0::/cantrip/${id}$`, 'm'));
    expect(lab.probe(id, ['exit', '0']).status).toBe(0);
    expect(readFileSync(`/proc/${pid}/mountinfo`, 'utf8')).toMatch(/ \/sys\/fs\/cgroup ro,.* - cgroup2 /);
    expect(existsSync(`${unified}/cantrip/${id}`)).toBe(true);
    await lab.agent.remove(id, { graceMs: 0, trash: [] });
    expect(existsSync(`${unified}/cantrip/${id}`)).toBe(false);
  });

  test('the kernel program lets a builder open what it may and nothing else', async () => {
    const { id } = await lab.start({ builder: true });
    expect(lab.probe(id, ['device', '1', '3']).output).toBe('made ok, opened ok\n');
    expect(lab.probe(id, ['device', '1', '11']).output).toBe('made EPERM, opened ENOENT\n');
    await lab.agent.remove(id, { graceMs: 0, trash: [] });
  });

  test('a limit without a controller is a warning', async () => {
    const missing = readdirSync(unified ?? '').includes('memory.stat') ? [] : ['memory'];
    const { id, warnings } = await lab.start({
      limits: { cpuMillicores: 0, memoryBytes: 64 << 20, pids: 0, cpuWeight: 0 },
    });
    expect(warnings.map((warning) => warning.split(' ')[0])).toEqual(missing);
    await lab.agent.remove(id, { graceMs: 0, trash: [] });
  });
});
