import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AgentLab, groupsOf, isAlive, until } from './agent-lab.ts';

describe('an agent that is killed at any moment', () => {
  let lab: AgentLab;
  beforeAll(async () => {
    lab = await AgentLab.open();
  });
  afterAll(() => lab.close());

  test.each(Array.from({ length: 24 }, (_, index) => index))(
    'leaves nothing that cannot be cleaned up (%i)',
    async (index) => {
      const network = await lab.nic(20 + index);
      const configs = [lab.config({ network }), lab.config(), lab.config()];
      const before = lab.agent;
      const { pid } = await before.hello();
      // Whatever was under way may have happened or not.
      const requests = configs.map((config) => before.start(config).catch(() => null));
      const stops = configs.map(({ id }) => before.remove(id, { graceMs: 0, trash: [] }).catch(() => null));
      await sleep(index * 0.4);
      process.kill(pid, 'SIGKILL');
      await Promise.all([...requests, ...stops]);
      await until(() => !isAlive(pid), 'the end of the agent');
      await lab.reopen();

      if (index % 2 === 0) for (const config of configs) await lab.agent.start(config);
      for (const { id } of configs) await lab.agent.remove(id, { graceMs: 0, trash: [] });
      expect(await lab.agent.list()).toEqual([]);
      expect(readdirSync(`${lab.run}/containers`)).toEqual([]);
      for (const { id } of configs) {
        expect(groupsOf(id)).toEqual([]);
        await until(() => !links().includes(`c${id.slice(0, 8)}`), 'the end of the link');
      }
    },
  );
});

test('hundreds of containers later the agent holds no more than before', async () => {
  const lab = await AgentLab.open();
  const { pid } = await lab.agent.hello();
  const network = await lab.nic(11);
  const cycle = async () => {
    const { id } = await lab.start({ network });
    lab.probe(id, ['exit', '0']);
    await lab.agent.remove(id, { graceMs: 0, trash: [`${lab.directory}/containers/${id}`] });
  };
  for (let i = 0; i < 20; i++) await cycle();
  const [descriptors, memory] = [readdirSync(`/proc/${pid}/fd`).length, dataOf(pid)];
  for (let i = 0; i < 200; i++) await cycle();
  // What is on its way at one of the two moments may differ; a leak would be hundreds.
  expect(readdirSync(`/proc/${pid}/fd`).length).toBeLessThanOrEqual(descriptors + 2);
  expect(dataOf(pid) - memory).toBeLessThan(64);
  expect(dataOf(pid)).toBeLessThan(2048);
  await lab.close();
});

/** Names of the host's links. */
function links(): string {
  return readdirSync('/sys/class/net').join(' ');
}

/** Private memory of the process, kilobytes. */
function dataOf(pid: number): number {
  return Number(readFileSync(`/proc/${pid}/status`, 'utf8').match(/RssAnon:\s+(\d+)/)?.[1]);
}
