import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, test } from 'vitest';

let directory: string;
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'cantrip-forwarding-'));
  const module = join(import.meta.dirname, '../../../providers/container/forwarding.ts');
  await build({
    stdin: {
      contents: `
        import { allowForwarding, disallowForwarding } from ${JSON.stringify(module)};
        const act = { allow: allowForwarding, disallow: disallowForwarding }[process.argv[2]];
        await act('ct01234567');
        await act('ct01234567');`,
      resolveDir: directory,
    },
    bundle: true,
    platform: 'node',
    format: 'esm',
    outfile: join(directory, 'act.mjs'),
  });
});
afterAll(() => rmSync(directory, { recursive: true }));

/** Rules of a host of its own (a network namespace), after the steps. */
function rulesAfter(...steps: readonly string[]): readonly string[] {
  const script = steps.map((step) =>
    step.startsWith('iptables') ? step : `${process.execPath} ${directory}/act.mjs ${step}`,
  );
  const output = execFileSync('unshare', ['--net', 'sh', '-ec', [...script, 'iptables -S FORWARD'].join('\n')]);
  return output.toString('utf8').trim().split('\n');
}

const OURS = ['-i', '-o'].map((side) => `-A FORWARD ${side} ct01234567 -m comment --comment cantrip -j ACCEPT`);

test('a host that forwards is left alone', () => {
  expect(rulesAfter('allow')).toEqual(['-P FORWARD ACCEPT']);
});

test('a host that drops what it forwards lets the bridge through, once, until it goes', () => {
  const docker = ['iptables -P FORWARD DROP', 'iptables -A FORWARD -i docker0 -j ACCEPT'];
  const theirs = ['-P FORWARD DROP', '-A FORWARD -i docker0 -j ACCEPT'];
  expect([...rulesAfter(...docker, 'allow')].sort()).toEqual([...theirs, ...OURS].sort());
  expect(rulesAfter(...docker, 'allow', 'disallow')).toEqual(theirs);
});
