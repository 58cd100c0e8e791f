import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { AgentClient } from '../../../../providers/container/native/agent.ts';

// What the client does with a real agent stands in test/native/agent-*.test.ts.
describe('an agent that cannot be had', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'cantrip-agent-client-'));
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  test.each([
    ['does not exist', '/nowhere/cantrip-agent', /ENOENT/],
    ['fails', '/bin/false', /it ended with code 1/],
    ['ends without answering', '/bin/true', /it does not answer/],
  ])('is named when its program %s', async (_, program, message) => {
    await expect(AgentClient.open({ program, runDirectory: join(directory, 'run') })).rejects.toMatchObject({
      name: 'NativeError',
      stage: 'agent',
      object: program,
      message: expect.stringMatching(message),
    });
  });

  test('is not started by who only looks for it', async () => {
    expect(await AgentClient.find(join(directory, 'run'))).toBe(undefined);
  });
});
