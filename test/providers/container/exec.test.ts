import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Lab, openLab } from './lab.ts';
import { removeAll, shell, startWeb } from './world.ts';

const UNIT = { environment: 'left', unit: 'web/0' };
const REQUEST = { tty: false, user: null, directory: null, environment: {} };

let lab: Lab;
beforeAll(async () => {
  lab = await openLab();
  await startWeb(lab, 'left', '10.214.24.0/24', { 'web/0': '10.214.24.2' });
});
afterAll(async () => {
  await removeAll(lab.provider, 'left');
  await lab.close();
});

const run = (script: string, change: object = {}): Promise<number> =>
  lab.provider.exec(UNIT, { ...REQUEST, ...change, command: ['/bin/sh', '-c', script] });

test('a program in the unit ends with its own status', async () => {
  expect(await run('exit 0')).toBe(0);
  expect(await run('exit 7')).toBe(7);
  expect(await run('kill -TERM $$')).toBe(143);
});

test.each<[string, object, string]>([
  ['root, unless asked otherwise', {}, '0 0 0 / /root'],
  ['a user by name, with its groups and home', { user: 'www-data' }, '33 33 33 / /var/www'],
  ['a user and a group', { user: 'nobody:adm' }, '65534 4 4 / /nonexistent'],
  ['a directory', { directory: '/usr/share' }, '0 0 0 /usr/share /root'],
  ['an environment', { environment: { HOME: '/elsewhere' } }, '0 0 0 / /elsewhere'],
])('%s', async (_case, change, expected) => {
  await run('chmod 1777 /srv');
  const status = await run('echo $(id -u) $(id -g) $(id -G) $(pwd) $HOME > /srv/seen', change);
  expect(status).toBe(0);
  expect(await shell(lab, 'left', 'web/0', 'cat /srv/seen; rm /srv/seen')).toBe(expected);
});

test('a user who is not there is named', async () => {
  await expect(run('true', { user: 'ghost' })).rejects.toMatchObject({ message: expect.stringContaining("'ghost'") });
});
