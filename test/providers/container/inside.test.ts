import { expect, test } from 'vitest';
import type { ObservedMachine } from '../../../model/observed.ts';
import { machineOf, type Sight } from '../../../providers/container/inside.ts';
import { BASE_IMAGE } from './bring-up.ts';

const PROBE = { check: { kind: 'tcp', port: 80 }, intervalMs: 1000, timeoutMs: 1000, failures: 3 } as const;
const SERVICE = {
  name: 'web',
  digest: 'd1',
  state: 'ready',
  pid: 9,
  sinceMs: 5,
  restarts: 2,
  lastExit: null,
  message: '',
};
const RUNNING = { id: 'a', state: 'running', pid: 7, status: null, startedMs: 1, oomKills: 0 } as const;
const EMPTY = { files: {}, directories: {}, commands: {}, services: {}, health: null };

function see(change: Partial<Sight>): ObservedMachine {
  const limits = { cpuMillicores: null, memoryBytes: null, pids: null };
  const names = { environment: 'left', unit: 'web/0', hostname: 'web-0' };
  const spec = { ...names, image: BASE_IMAGE, limits, storage: [], address: '10.1.0.2' };
  const inside = { services: [], health: null };
  return machineOf({ record: { id: 'a', spec }, manifest: EMPTY, outside: RUNNING, inside, ...change });
}

test.each<[string, Partial<Sight>, string, string]>([
  [
    'unknown to the agent',
    { outside: undefined, inside: null },
    'stopped',
    'it was never started, or not since the host was',
  ],
  ['running', {}, 'running', ''],
  ['silent', { inside: null }, 'broken', 'its process 1 does not answer'],
  [
    'ended',
    { outside: { ...RUNNING, state: 'exited', status: 0 }, inside: null },
    'stopped',
    'its process 1 ended with status 0',
  ],
  ['ended unseen', { outside: { ...RUNNING, state: 'exited' }, inside: null }, 'stopped', 'its process 1 has ended'],
  [
    'out of memory',
    { outside: { ...RUNNING, state: 'exited', status: 9, oomKills: 3 }, inside: null },
    'stopped',
    'its process 1 was killed by SIGKILL; 3 of its processes were killed because its memory was used up',
  ],
])('%s', (_case, sight, state, message) => {
  expect(see(sight)).toMatchObject({ state, message });
});

test.each([
  ['as recorded', 'd1', 'c1'],
  ['given anew, and not recorded yet', 'd0', ''],
])('the configuration of a service %s', (_case, recorded, configuration) => {
  const services = { web: { digest: recorded, configuration: 'c1', ready: null } };
  const seen = see({ manifest: { ...EMPTY, services }, inside: { services: [SERVICE], health: null } });
  expect(seen.services).toEqual({
    web: { digest: 'd1', configuration, state: 'ready', restarts: 2, message: '', sinceMs: 5 },
  });
});

test('what the manifest has and process 1 has not is not there', () => {
  const services = { web: { digest: 'd1', configuration: 'c1', ready: null } };
  expect(see({ manifest: { ...EMPTY, services } }).services).toEqual({});
});

const health = (state: string) => ({ services: [], health: { state, sinceMs: 1, message: 'm' } });
test.each<[string, Partial<Sight>, ObservedMachine['health']]>([
  ['none', {}, { digest: '', state: 'none', message: '' }],
  ['starting', { inside: health('starting') }, { digest: 'h', state: 'starting', message: 'm' }],
  ['passing', { inside: health('ready') }, { digest: 'h', state: 'passing', message: 'm' }],
  ['failing', { inside: health('unhealthy') }, { digest: 'h', state: 'failing', message: 'm' }],
  [
    'lost with a restart of process 1',
    { inside: { services: [], health: null } },
    { digest: '', state: 'none', message: '' },
  ],
])('health %s', (name, sight, expected) => {
  const manifest = name === 'none' ? EMPTY : { ...EMPTY, health: { digest: 'h', probe: PROBE } };
  expect(see({ manifest, ...sight }).health).toEqual(expected);
});
