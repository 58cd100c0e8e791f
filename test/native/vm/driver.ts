// Runs in the virtual machine, as the only program: what an agent does on that machine's kernel. Prints a line
// `SAW name value` for each thing it saw; the test outside compares.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { AgentClient, type ContainerConfig } from '../../../providers/container/native/agent.ts';

const RUN = '/run/cantrip';
const LIMITS = { cpuMillicores: 500, memoryBytes: 32 << 20, pids: 40, cpuWeight: 200 };
const NO_LIMITS = { cpuMillicores: 0, memoryBytes: 0, pids: 0, cpuWeight: 0 };

await main().catch((error: unknown) => saw('failure', String(error)));

async function main(): Promise<void> {
  let agent = await openAgent();
  await agent.ensureBridge({ name: 'br0', address: '10.9.0.1/24', mac: '02:00:00:00:00:01' });
  const [one, two, builder] = [config(11), config(12), { ...config(13), builder: true }];
  const started = await agent.start(one);
  saw('warnings', started.warnings);
  await agent.start(two);
  await agent.start(builder);
  sawLimits(one.id, 'limit');
  saw('group', readFileSync(`/proc/${started.pid}/cgroup`, 'utf8').trim().split('/').at(-1) === one.id);
  saw('upper layer', probe(one.id, 'size', '/one'));
  saw('own limits inside', probe(one.id, 'size', '/sys/fs/cgroup/memory.max'));
  saw('host', probe(one.id, 'ping', '10.9.0.1'));
  saw('neighbour', probe(two.id, 'ping', '10.9.0.11'));
  saw('device allowed', probe(builder.id, 'device', '1', '3'));
  saw('device refused', probe(builder.id, 'device', '1', '11'));
  saw('forks', /^3\d EAGAIN$/.test(probe(one.id, 'forks')));
  probe(one.id, 'memory');
  saw('kills', (await agent.list()).find(({ id }) => id === one.id)?.oomKills);
  await agent.update(one.id, NO_LIMITS);
  sawLimits(one.id, 'lifted');
  for (const line of probe(one.id, 'attempts').split('\n')) saw('attempt', line);

  process.kill((await agent.hello()).pid, 'SIGKILL');
  await sleep(500);
  agent = await openAgent();
  saw('found again', (await agent.list()).filter(({ state }) => state === 'running').length);
  for (const { id } of await agent.list()) await agent.remove(id, { graceMs: 5000, trash: [`/srv/files/${id}`] });
  await sleep(1500);
  saw('left', [
    ...readdirSync('/sys/class/net').filter((name) => name.startsWith('c')),
    ...readdirSync('/srv/files'),
    ...[one, two, builder].filter(({ id }) => existsSync(`/sys/fs/cgroup/cantrip/${id}`)),
  ]);
  await agent.removeBridge('br0');
  await agent.shutdown();
}

function openAgent(): Promise<AgentClient> {
  return AgentClient.open({ program: '/opt/cantrip-agent', runDirectory: RUN });
}

function config(last: number): ContainerConfig {
  const id = `00000000000000${last}`;
  return {
    id,
    hostname: `box-${last}`,
    layers: ['/srv/base', '/srv/one'],
    upper: `/srv/files/${id}/upper`,
    work: `/srv/files/${id}/work`,
    mounts: [],
    network: { bridge: 'br0', address: `10.9.0.${last}/24`, gateway: '10.9.0.1', mac: `02:00:00:00:01:${last}` },
    limits: LIMITS,
    init: '/opt/init',
    logs: `/srv/files/${id}/logs`,
    builder: false,
  };
}

function sawLimits(id: string, name: string): void {
  for (const file of ['cpu.max', 'cpu.weight', 'memory.max', 'pids.max']) {
    saw(`${name} ${file}`, readFileSync(`/sys/fs/cgroup/cantrip/${id}/${file}`, 'utf8').trim());
  }
}

function probe(id: string, ...words: string[]): string {
  const { stdout, stderr } = spawnSync('/opt/cantrip-exec', ['--run', RUN, '--id', id, '--', '/probe', ...words]);
  return `${stdout}${stderr}`.trim();
}

function saw(name: string, value: unknown): void {
  console.log(`SAW ${JSON.stringify([name, value])}`);
}
