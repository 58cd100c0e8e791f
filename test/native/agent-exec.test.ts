import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AgentLab, groupFile, until } from './agent-lab.ts';

describe('cantrip-exec', () => {
  let lab: AgentLab;
  let id: string;
  beforeAll(async () => {
    lab = await AgentLab.open();
    ({ id } = await lab.start());
  });
  afterAll(() => lab.close());

  test('ends with the status of the program', () => {
    expect(lab.probe(id, ['exit', '7']).status).toBe(7);
    expect(lab.probe(id, ['exit', '0']).status).toBe(0);
  });

  test('carries input and output of any size unchanged', () => {
    const bytes = randomBytes(3_000_000).toString('base64');
    const { status, output } = lab.probe(id, ['copy'], [], bytes);
    expect(status).toBe(0);
    expect(output === bytes).toBe(true);
  });

  test('becomes the user, the groups, the directory and the environment it is told to', () => {
    const options = ['--user', '1000:1001:27,33', '--directory', '/tmp', '--env', 'COLOUR=blue'];
    expect(lab.probe(id, ['self'], options).output).toContain('directory /tmp\nhostname box-1\nuid 1000\ngid 1001\n');
    expect(lab.probe(id, ['environment', 'COLOUR'], options).output).toBe('blue\n');
    expect(lab.probe(id, ['environment', 'HOME'], options).output).toBe('\n');
  });

  test('gives a terminal of the container with the size of its own, and never its own', () => {
    const words = (what: string) => [lab.execProgram(), '--run', lab.run, '--id', id, '--tty', '--', '/probe', what];
    expect(inTerminal(words('self'))).toContain('descriptors 0\r\n');
    expect(inTerminal(words('terminal'))).toContain('/dev/pts/0 33x77 foreground\r\n');
    expect(lab.probe(id, ['terminal']).output).toBe('none 0x0 background\n');
  });

  test.each([
    ['a program that does not exist', ['--', '/nowhere'], 125],
    ['a directory that does not exist', ['--directory', '/nowhere', '--', '/probe', 'self'], 125],
    ['no program', [], 125],
    ['a directory by descriptor', ['--directory', '/proc/self/fd/5', '--', '/probe', 'self'], 125],
  ])('refuses %s', (_, words, status) => {
    const result = spawnSync(lab.execProgram(), ['--run', lab.run, '--id', id, ...words]);
    expect(result.status).toBe(status);
    expect(result.stderr.toString()).not.toBe('');
  });

  test('refuses a container that does not run', () => {
    expect(lab.probe('0123456789abcdef', ['self'])).toMatchObject({
      status: 125,
      complaints: expect.stringContaining('does not run'),
    });
  });

  test('passes signals on, and hangs up when it is killed itself', async () => {
    const signalled = lab.probeBeside(id, ['sleep']);
    await until(() => members() === 2, 'the program to run');
    signalled.kill('SIGTERM');
    expect(await once(signalled, 'exit')).toEqual([143, null]);
    const killed = lab.probeBeside(id, ['sleep']);
    await until(() => members() === 2, 'the program to run');
    killed.kill('SIGKILL');
    await until(() => members() === 1, 'the end of the program');
  });

  test('leaves no process unreaped', async () => {
    for (let i = 0; i < 20; i++) lab.probe(id, ['exit', '0']);
    const { pid } = await lab.agent.hello();
    expect(childrenOf(pid)).toEqual([expect.any(String)]);
  });

  function members(): number {
    return groupFile(id, 'pids', 'cgroup.procs').split('\n').length;
  }
});

/** What the command prints on a terminal of 33 lines and 77 columns. */
function inTerminal(command: readonly string[]): string {
  const line = `stty rows 33 cols 77; ${command.join(' ')}`;
  return spawnSync('script', ['-qec', line, '/dev/null'], { input: '' }).stdout.toString();
}

function childrenOf(pid: number): readonly string[] {
  return spawnSync('ps', ['-o', 'pid=', '--ppid', String(pid)])
    .stdout.toString()
    .trim()
    .split('\n');
}
