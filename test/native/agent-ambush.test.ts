import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, copyFileSync, mkdirSync, readdirSync, readlinkSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { AgentLab, buildFixture, until } from './agent-lab.ts';

interface End {
  readonly status: number | null;
  readonly complaint: string;
}

describe('a container whose root lies in wait for programs run there', () => {
  let lab: AgentLab;
  let id: string;
  beforeEach(async () => {
    lab = await AgentLab.open();
    ({ id } = await lab.start());
    copyFileSync(buildFixture('hunter'), join(lab.directory, 'base/hunter'));
    chmodSync(join(lab.directory, 'base/hunter'), 0o755);
  });
  afterEach(() => lab.close());

  test.each([
    ['stops them', ['stop', '/probe']],
    ['makes them wait for their file', ['lease', '/probe']],
  ])(
    '%s: the agent goes on, nothing of it can be reached, and the caller is told',
    async (_, words) => {
      const hunter = spawn(lab.execProgram(), ['--run', lab.run, '--id', id, '--', '/hunter', ...words]);
      let said = '';
      hunter.stdout.on('data', (data: Buffer) => {
        said += data.toString();
      });
      await until(() => said === 'waiting\n', 'the hunter');
      const end = run();
      await until(() => said.includes('memory'), 'its prey');
      const asked = performance.now();
      await lab.agent.hello();
      expect(performance.now() - asked).toBeLessThan(1000);
      expect(said).toBe('waiting\nmemory refused program refused\n');
      expect(await end).toEqual({ status: 125, complaint: expect.stringContaining('has not begun within') });
      hunter.kill('SIGKILL');
    },
    20_000,
  );

  test('whom a link makes execute the agent itself gets a copy that leads to no file of the host', async () => {
    symlinkSync('/proc/self/exe', join(lab.directory, 'base/innocent'));
    const { pid } = await lab.agent.hello();
    const result = spawnSync(lab.execProgram(), ['--run', lab.run, '--id', id, '--', '/innocent']);
    expect(result.stderr.toString()).toContain('usage: cantrip-agent');
    expect(readlinkSync(`/proc/${pid}/exe`)).toBe('/memfd:cantrip-agent (deleted)');
  });

  test('that left more directories in each other than a process can open is deleted all the same', async () => {
    const { pid } = await lab.agent.hello();
    expect(spawnSync('prlimit', ['--pid', String(pid), '--nofile=200']).status).toBe(0);
    const left = join(lab.directory, 'left', 'files');
    mkdirSync(left, { recursive: true });
    expect(spawnSync(buildFixture('hunter'), ['deep', '2000'], { cwd: left }).status).toBe(0);
    await lab.agent.remove(id, { graceMs: 0, trash: [left] });
    await until(() => readdirSync(dirname(left)).length === 0, 'the trash to be empty');
  });

  async function run(): Promise<End> {
    const program = lab.probeBeside(id, ['exit', '0']);
    let complaint = '';
    program.stderr.on('data', (data: Buffer) => {
      complaint += data.toString();
    });
    const [status] = (await once(program, 'close')) as [number | null];
    return { status, complaint };
  }
});
