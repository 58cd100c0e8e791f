import { chmod, mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { checkTarget } from '../../images/target.ts';
import { temporaryDirectory } from './temporary.ts';

let roots: string[];

beforeEach(async () => {
  const directory = await temporaryDirectory();
  roots = [join(directory, 'base'), join(directory, 'packages')];
  for (const path of ['base/srv', 'base/run', 'base/var', 'base/root', 'packages/var/www']) {
    await mkdir(join(directory, path), { recursive: true });
  }
  await chmod(join(directory, 'base/root'), 0o700);
  await symlink('/run', join(directory, 'base/var/run'));
});

test.each(['/srv/app', '/opt/new/app', '/var/www/site', '/app'])('%s is a good place', async (target) => {
  await expect(checkTarget(target, roots)).resolves.toBeUndefined();
});

test.each([
  ['/root/app', '/root'],
  ['/var/run/app', '/var/run'],
  ['/var/run/deep/app', '/var/run'],
])('%s is refused because of %s', async (target, parent) => {
  await expect(checkTarget(target, roots)).rejects.toThrow(`${parent} is not a plain directory`);
});
