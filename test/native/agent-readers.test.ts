import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { buildFixture } from './agent-lab.ts';

test.each([1, 2, 3])('readers of requests take damaged frames under the sanitizers (seed %i)', (seed) => {
  const { status, stdout, stderr } = spawnSync(buildFixture('fuzz'), [String(seed)], { encoding: 'utf8' });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(Number(stdout.split(' ')[0])).toBeGreaterThan(1000);
});
