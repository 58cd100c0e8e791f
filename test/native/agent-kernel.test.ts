import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { buildFixture, buildNative } from './agent-lab.ts';
import { runMachine } from './vm/machine.ts';

/**
 * A Debian kernel package to test on, fetched by `apt-get download linux-image-…-cloud-amd64`. The test needs
 * qemu-system-x86 and cpio as well, and takes a quarter of a minute.
 */
const kernelPackage = process.env.CANTRIP_TEST_KERNEL;

describe.skipIf(kernelPackage === undefined)('on another kernel (CANTRIP_TEST_KERNEL names its package)', () => {
  test('with the unified hierarchy containers are made, limited, isolated and removed as here', {
    timeout: 300_000,
  }, () => {
    const directory = mkdtempSync(join(tmpdir(), 'cantrip-kernel-'));
    try {
      const programs = {
        'cantrip-agent': buildNative('cantrip-agent'),
        'cantrip-exec': buildNative('cantrip-exec'),
        init: buildFixture('init'),
        'load-modules': buildFixture('load-modules'),
      };
      const probe = buildFixture('probe');
      const seen = runMachine({ kernelPackage: kernelPackage ?? '', directory, programs, probe });
      expect(seen.filter(([name]) => name !== 'attempt')).toEqual(EXPECTED);
      const attempts = seen.filter(([name]) => name === 'attempt').map(([, line]) => line);
      expect(attempts).toEqual(expect.arrayContaining(REFUSED));
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  });
});

const EXPECTED = [
  ['warnings', []],
  ['limit cpu.max', '50000 100000'],
  ['limit cpu.weight', '200'],
  ['limit memory.max', `${32 << 20}`],
  ['limit pids.max', '40'],
  ['group', true],
  ['upper layer', '3'],
  ['own limits inside', '9'],
  ['host', 'reply'],
  ['neighbour', 'reply'],
  ['device allowed', 'made ok, opened ok'],
  ['device refused', 'made EPERM, opened ENOENT'],
  ['forks', true],
  ['kills', 1],
  ['lifted cpu.max', 'max 100000'],
  ['lifted cpu.weight', '100'],
  ['lifted memory.max', 'max'],
  ['lifted pids.max', '4096'],
  ['found again', 3],
  ['left', []],
];

const REFUSED = [
  'mount EPERM',
  'unshare-user EPERM',
  'clone3 ENOSYS',
  'bpf EPERM',
  'x32 ENOSYS',
  'i386 killed',
  'socket-packet EPERM',
  'socket-vsock EPERM',
  'socket-vsock-disguised EPERM',
  'write-core-pattern EROFS',
];
