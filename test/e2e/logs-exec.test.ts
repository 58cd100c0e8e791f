import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PROGRAM, runProgram, startProgram } from './lib/command.ts';
import { processesIn } from './lib/host.ts';
import { eventually } from './lib/until.ts';
import { workspaceOf } from './lib/workspace.ts';

// Looking into units: what they write, and what runs in them at one's wish.

const api = workspaceOf('site-and-api');
beforeAll(() => {
  // Every request is a line; `/flood` writes a lot of them.
  api.change(
    /const known = /,
    `if (request.url === '/flood') for (let at = 0; at < 800; at += 1) console.log('flood', at, 'x'.repeat(4000));
  else console.log('asked for', request.url);
  const known = `,
    'api/server.js',
  );
  api.succeed('up', api.file);
});
afterAll(() => api.remove());

/** Of 3.2 MB each: together more than is kept. */
const ROUNDS = 10;

const machineOf = (unit: string): string => api.status().units.find(({ name }) => name === unit)?.machine?.id ?? '';
/** Asks one unit, from inside it. */
const ask = (unit: string, path: string): void => {
  api.succeed(
    'exec',
    unit,
    '--',
    'node',
    '-e',
    `fetch('http://127.0.0.1:3000${path}').then((answer) => answer.text())`,
  );
};

describe('logs', () => {
  test('shows all units in the order of time, and no more of each than is asked for', () => {
    ask('api/1', '/first');
    ask('api/0', '/second');
    const lines = api
      .succeed('logs', 'api')
      .stdout.trim()
      .split('\n')
      .filter((line) => /first|second/.test(line));
    expect(lines).toEqual([
      expect.stringMatching(/^\S+ api\/1 app +asked for \/first$/),
      expect.stringMatching(/^\S+ api\/0 app +asked for \/second$/),
    ]);
    expect(api.succeed('logs', 'api', '-n', '1').stdout.trim().split('\n')).toHaveLength(2);
    const [line = ''] = api.succeed('logs', 'api/0', '-n', '1', '--json').stdout.split('\n');
    expect(JSON.parse(line)).toMatchObject({ unit: 'api/0', service: 'app' });
  });

  test('follows all units at once, until Ctrl-C', async () => {
    const following = api.start('logs', 'api', '-f', '-n', '0');
    await sleep(500);
    for (const [unit, path] of [
      ['api/0', '/third'],
      ['api/1', '/fourth'],
      ['api/0', '/fifth'],
    ] as const) {
      ask(unit, path);
      await eventually(() => expect(following.written().stdout).toContain(path));
    }
    following.kill('SIGINT');
    const { stdout } = await following.ended;
    const asked = stdout
      .split('\n')
      .flatMap((line) => /(api\/\d) app +asked for (\/(?:third|fourth|fifth))/.exec(line)?.slice(1).join(' ') ?? []);
    expect(asked).toEqual(['api/0 /third', 'api/1 /fourth', 'api/0 /fifth']);
  });

  test('are bounded: older ones go, a follower misses nothing that is new', async () => {
    const directory = join(api.site.stateDirectory, 'containers', machineOf('api/0'), 'logs');
    const following = api.start('logs', 'api/0', '-f', '-n', '0');
    await sleep(500);
    const floods = () => following.written().stdout.match(/ flood \d+ /g)?.length ?? 0;
    for (let time = 1; time <= ROUNDS; time += 1) {
      ask('api/0', '/flood');
      await eventually(() => expect(floods()).toBe(800 * time));
    }
    ask('api/0', '/last');
    await eventually(() => expect(following.written().stdout).toContain('asked for /last'));
    following.kill('SIGINT');
    await following.ended;
    const bytes = readdirSync(directory).map((name) => statSync(join(directory, name)).size);
    expect(bytes.length).toBeGreaterThan(1);
    expect(bytes.reduce((total, size) => total + size, 0)).toBeLessThan(ROUNDS * 3_200_000);
    const kept = api.succeed('logs', 'api/0').stdout;
    expect(kept).toContain('asked for /last');
    expect(kept, 'the first lines have gone').not.toContain('asked for /second');
  });

  test('refuses strangers with a suggestion', () => {
    const { status, stderr } = api.cantrip('logs', 'apo');
    expect(status).toBe(2);
    expect(stderr).toMatch(/no unit or application apo[\s\S]*did you mean "?api/);
  });
});

describe('exec', () => {
  test('passes input, output, complaints and the exit status through, each where it belongs', () => {
    const where = { directory: api.folder, variables: api.site.variables };
    const words = [PROGRAM, 'exec', 'api/0', '--', 'sh', '-c', 'cat; echo complaint >&2; exit 7'];
    const input = 'zwölf\n'.repeat(50_000);
    expect(runProgram(words, where, input)).toEqual({ status: 7, stdout: input, stderr: 'complaint\n' });
  });

  test('runs as another user, elsewhere, with variables', () => {
    const { stdout } = api.succeed(
      ...['exec', 'api/0', '-u', 'app', '-C', '/srv/app', '--variable', 'GREETING=hello world'],
      ...['--', 'sh', '-c', 'id -un; pwd; echo "$GREETING"; hostname'],
    );
    expect(stdout.split('\n')).toEqual(['app', '/srv/app', 'hello world', 'api-0', '']);
  });

  test('says so when there is no such program, unit or user', () => {
    const started = api.cantrip('exec', 'api/0', '--', 'no-such-program');
    expect(started).toMatchObject({ status: 125, stderr: expect.stringContaining('No such file') });
    expect(api.cantrip('exec', 'api/9', '--', 'true')).toMatchObject({ status: 2, stdout: '' });
    expect(api.cantrip('exec', 'api/0', '-u', 'nobody-at-all', '--', 'true').status).toBe(1);
  });

  test('gives a terminal when there is one, and its size', async () => {
    const asked = `sh -c 'tty; stty size; read line; echo "read $line"'`;
    const typed = `stty rows 33 cols 101; exec ${PROGRAM} exec api/0 -- ${asked}`;
    const where = { directory: api.folder, variables: { ...api.site.variables, SHELL: '/bin/sh' } };
    const terminal = startProgram(['script', '-qec', typed, '/dev/null'], where);
    await eventually(() => expect(terminal.written().stdout).toMatch(/\/dev\/pts\/\d+\r\n33 101\r\n/));
    terminal.write('something\r');
    expect(await terminal.ended).toMatchObject({ status: 0, stdout: expect.stringContaining('read something\r\n') });
    const { stdout } = api.cantrip('exec', 'api/0', '--', 'tty');
    expect(stdout).toBe('not a tty\n');
  });

  test('carries a signal to the program, and ends as it does', async () => {
    const running = api.start(
      'exec',
      'api/0',
      '--',
      'sh',
      '-c',
      'trap "echo caught; exit 9" TERM INT; echo up; while :; do sleep 0.05; done',
    );
    await eventually(() => expect(running.written().stdout).toBe('up\n'));
    running.kill('SIGTERM');
    expect(await running.ended).toMatchObject({ status: 9, stdout: 'up\ncaught\n' });
  });

  test('leaves nothing in the unit when it is killed', async () => {
    const before = processesIn(machineOf('api/0'));
    const running = api.start('exec', 'api/0', '--', 'sleep', '1000');
    await eventually(() => expect(processesIn(machineOf('api/0')).length).toBe(before.length + 1));
    running.kill('SIGKILL');
    await running.ended;
    await eventually(() => expect(processesIn(machineOf('api/0'))).toEqual(before));
  });
});

describe('Ctrl-C', () => {
  test('while up is at work ends it with 130 and says how to go on, and that works', async () => {
    api.succeed('down', api.file, '--yes');
    const running = api.start('up', api.file);
    await eventually(() => expect(running.written().stderr).toContain('network made'));
    running.kill('SIGINT');
    const { status, stderr } = await running.ended;
    expect(status).toBe(130);
    expect(stderr).toMatch(/interrupted after \d+ operations?: cantrip up environment\.yaml goes on from here\n$/);
    expect(existsSync(join(api.site.stateDirectory, 'environments', api.name))).toBe(true);
    api.succeed('up', 'environment.yaml');
    expect(api.status().units.map(({ status: { kind } }) => kind)).toEqual(['active', 'active', 'active']);
  });
});
