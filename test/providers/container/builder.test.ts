import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { BuilderJob } from '../../../model/builder.ts';
import { openBuilder } from '../../../providers/container/index.ts';
import { BASE_IMAGE } from './bring-up.ts';
import { type Lab, nativeDirectory, openLab } from './lab.ts';

let lab: Lab;
let scratch: string;
let job: BuilderJob;
const lines: string[] = [];

beforeEach(async () => {
  lab = await openLab();
  scratch = mkdtempSync('/var/tmp/cantrip-build-');
  lines.length = 0;
  for (const name of ['upper', 'work']) mkdirSync(join(scratch, name), { mode: 0o755 });
  await lab.provider.ensureImage(BASE_IMAGE, () => {});
  job = {
    id: '0123456789abcdef',
    layers: (await lab.images.layersOf(BASE_IMAGE.key)) ?? [],
    upper: join(scratch, 'upper'),
    work: join(scratch, 'work'),
    mounts: [{ source: import.meta.filename, target: '/run/given', readOnly: true }],
    environment: { GREETING: 'hello', PATH: '/usr/bin:/bin' },
    network: false,
    commands: [],
    onOutput: (line) => lines.push(line),
  };
});
afterEach(async () => {
  expect(lab.leftovers()).toEqual([]);
  expect((await (await lab.agent()).list()).map(({ id }) => id)).toEqual([]);
  rmSync(scratch, { recursive: true });
  await lab.close();
});

const build = (change: Partial<BuilderJob>): Promise<void> => {
  const { state, run } = lab;
  return openBuilder({ stateDirectory: state, runDirectory: run, nativeDirectory, log: () => {} })({
    ...job,
    ...change,
  });
};

test('what the commands write is the layer', async () => {
  const words = ['/bin/sh', '-c', 'echo "$GREETING" > /made; head -c 6 /run/given; echo; id -u'];
  await build({ commands: [words, ['/bin/sh', '-c', 'cat /made >> /made-too']] });
  expect(readFileSync(join(job.upper, 'made'), 'utf8')).toBe('hello\n');
  expect(readFileSync(join(job.upper, 'made-too'), 'utf8')).toBe('hello\n');
  expect(lines).toContain('import');
  expect(lines).toContain('0');
});

test('the first command that fails ends the job, and is told', async () => {
  const commands = [
    ['/bin/sh', '-c', 'echo last words; exit 3'],
    ['/bin/touch', '/never'],
  ];
  await expect(build({ commands })).rejects.toThrow(/exit 3.*ended with status 3/s);
  expect(lines).toEqual(['last words']);
});

test('without network there is the loopback only, with it a way out and a resolver file', async () => {
  const look = [
    [
      '/bin/sh',
      '-c',
      'tail -n +3 /proc/net/dev | cut -d: -f1; grep -c . /proc/net/route || true; cat /etc/resolv.conf',
    ],
  ];
  await build({ commands: look });
  expect(lines.join('\n')).not.toContain('eth0');
  lines.length = 0;
  await build({ commands: look, network: true });
  expect(lines.map((line) => line.trim())).toContain('eth0');
});

test('what a killed try left under the same id does not stand in the way', async () => {
  const agent = await lab.agent();
  const { layers, upper, work } = job;
  const limits = { cpuMillicores: 0, memoryBytes: 0, pids: 0, cpuWeight: 0 };
  const logs = join(scratch, 'logs');
  mkdirSync(logs);
  const init = join(nativeDirectory, 'cantrip-init');
  const config = { id: job.id, hostname: 'build', layers, upper, work, mounts: [], network: null, limits };
  await agent.start({ ...config, init, logs, builder: true });
  await build({ commands: [['/bin/touch', '/made']] });
  expect(readFileSync(join(job.upper, 'made'), 'utf8')).toBe('');
});
