import { expect, test } from 'vitest';
import { parseUris } from '../../../images/apt/archive.ts';

test('names and sizes of packages are read from what apt prints', () => {
  expect(
    parseUris([
      'Reading package lists...',
      "'http://deb.debian.org/x/socat_1.7.4.4-2_amd64.deb' socat_1.7.4.4-2_amd64.deb 375068 MD5Sum:0f",
      "'http://deb.debian.org/x/mount_2.38_amd64.deb' mount_1%3a2.38_amd64.deb 134000 SHA256:aa",
      'After this operation, 1 MB of additional disk space will be used.',
    ]),
  ).toEqual([
    { name: 'socat_1.7.4.4-2_amd64.deb', size: 375068 },
    { name: 'mount_1%3a2.38_amd64.deb', size: 134000 },
  ]);
});
