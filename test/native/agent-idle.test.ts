import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AgentClient } from '../../providers/container/native/agent.ts';
import { AgentLab, isAlive, until } from './agent-lab.ts';

describe('an agent that is to end when nobody needs it for a second', () => {
  let lab: AgentLab;
  beforeAll(async () => {
    lab = await AgentLab.open();
  });
  afterAll(() => lab.close());

  /** Its pid; nobody is connected afterwards. */
  async function restart(): Promise<number> {
    await lab.agent.shutdown();
    execFileSync(lab.program, ['--run', lab.run, '--idle', '1']);
    const client = await AgentClient.open({ program: '/nowhere', runDirectory: lab.run });
    lab.agent = client;
    return (await client.hello()).pid;
  }

  test('ends when it has nothing to do, and leaves no socket', async () => {
    const pid = await restart();
    lab.agent.close();
    await until(() => !isAlive(pid), 'the end of the agent');
    expect(existsSync(join(lab.run, 'agent.sock'))).toBe(false);
    await lab.reopen();
  });

  test('stays for a client', async () => {
    const pid = await restart();
    await sleep(2000);
    expect((await lab.agent.hello()).pid).toBe(pid);
  });

  test('stays for a container', async () => {
    const pid = await restart();
    const { id } = await lab.start();
    lab.agent.close();
    await sleep(2000);
    expect(isAlive(pid)).toBe(true);
    await lab.reopen();
    await lab.agent.remove(id, { graceMs: 0, trash: [] });
  });
});
