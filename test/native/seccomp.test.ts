import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { compileFixture } from './agent-lab.ts';

let directory: string;
let program: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'cantrip-seccomp-'));
  program = compileFixture('seccomp.c', directory, [
    'agent/seccomp_compile.c',
    'agent/seccomp_policy.c',
    'common/error.c',
  ]);
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

test.each([1, 2, 3, 4, 5])('compiled filters do what their policies say (seed %i)', (seed) => {
  const lines = execFileSync(program, [String(seed)])
    .toString()
    .trim()
    .split('\n');
  expect(lines).toEqual([expect.stringMatching(/^\d{6,} compared$/)]);
});
