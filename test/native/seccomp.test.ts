import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { buildFixture } from './agent-lab.ts';

test.each([1, 2, 3, 4, 5])('compiled filters do what their policies say (seed %i)', (seed) => {
  const lines = execFileSync(buildFixture('seccomp'), [String(seed)])
    .toString()
    .trim()
    .split('\n');
  expect(lines).toEqual([expect.stringMatching(/^\d{6,} compared$/)]);
});
