import { describe, expect, test } from 'vitest';
import { findAccount } from '../../../providers/container/accounts.ts';
import { blot } from '../../../providers/container/contents.ts';
import { describeExit, exitStatus } from '../../../providers/container/exit-status.ts';
import { hostsFile } from '../../../providers/container/hosts.ts';
import { containerId, hardwareAddress } from '../../../providers/container/identity.ts';
import { mergeLogLines, parseLogLines } from '../../../providers/container/log-lines.ts';
import { resolverFile, usableResolver } from '../../../providers/container/resolver.ts';
import { gatewayOf, networkOf, overlaps, withPrefix } from '../../../providers/container/subnet.ts';

test('a hosts file has the loopback, then a line for each address of each name', () => {
  expect(hostsFile({ web: ['10.1.0.3', '10.1.0.4'], db: ['10.1.0.2'] }).split('\n')).toEqual([
    '127.0.0.1 localhost',
    '::1 localhost ip6-localhost ip6-loopback',
    '10.1.0.2 db',
    '10.1.0.3 web',
    '10.1.0.4 web',
    '',
  ]);
});

describe('resolver', () => {
  test.each<[string, readonly string[], readonly string[], string | null]>([
    ['servers as they are', ['nameserver 192.0.2.1\nnameserver 192.0.2.2'], ['192.0.2.1', '192.0.2.2'], null],
    ['a stub on the loopback: those behind it', ['nameserver 127.0.0.53', 'nameserver 192.0.2.9'], ['192.0.2.9'], null],
    ['a loopback server beside another', ['nameserver 127.0.0.1\nnameserver 192.0.2.1'], ['192.0.2.1'], null],
    ['IPv6 is not spoken', ['nameserver 2001:db8::1', 'nameserver fe80::1%eth0'], [], null],
    ['search', ['search a.test b.test\nnameserver 192.0.2.1'], ['192.0.2.1'], 'a.test b.test'],
    ['the last of search and domain', ['domain a.test\nsearch b.test\nnameserver 192.0.2.1'], ['192.0.2.1'], 'b.test'],
    ['comments and nothing else', ['# none\n; none', ''], [], null],
  ])('%s', (_case, texts, servers, search) => {
    expect(usableResolver(texts)).toEqual({ servers, search });
  });

  test('the file', () => {
    const settings = { servers: ['192.0.2.1'], search: 'a.test' };
    expect(resolverFile(settings)).toBe('nameserver 192.0.2.1\nsearch a.test\noptions timeout:2 attempts:2\n');
    expect(resolverFile({ servers: [], search: null })).not.toContain('nameserver ');
  });
});

describe('subnets', () => {
  test('gateway, prefix, network', () => {
    expect(gatewayOf('10.87.12.0/24')).toBe('10.87.12.1');
    expect(withPrefix('10.87.12.9', '10.87.12.0/24')).toBe('10.87.12.9/24');
    expect(networkOf('192.168.77.200', 20)).toBe('192.168.64.0/20');
    expect(networkOf('192.168.77.200', 0)).toBe('0.0.0.0/0');
    expect(hardwareAddress('10.87.12.9')).toBe('02:63:0a:57:0c:09');
  });

  test.each([
    ['10.1.0.0/24', '10.1.0.0/24', true],
    ['10.1.0.0/16', '10.1.77.0/24', true],
    ['10.1.77.0/24', '10.1.0.0/16', true],
    ['10.1.0.0/24', '10.1.1.0/24', false],
    ['0.0.0.0/0', '10.1.1.0/24', true],
  ])('%s and %s overlap: %s', (a, b, expected) => {
    expect(overlaps(a, b)).toBe(expected);
  });
});

test('a container id is neutral, and new for each generation', () => {
  const unit = { environment: 'shop', unit: 'web/0' };
  expect(containerId(unit, 'a')).toMatch(/^[0-9a-f]{16}$/);
  expect(containerId(unit, 'a')).toBe(containerId(unit, 'a'));
  expect(containerId(unit, 'b')).not.toBe(containerId(unit, 'a'));
});

describe('log lines', () => {
  const source = { unit: 'web/0', service: 'web' };
  test('are taken apart; a foreign line is left out', () => {
    const text = [
      '2026-11-24T15:04:05.123Z o hello world',
      'rubbish',
      '2026-11-24T15:04:06.000Z e ',
      '2026-11-24T15:04:07.000Z i restarted',
      '',
    ].join('\n');
    expect(parseLogLines(text, source).map(({ stream, text: words }) => [stream, words])).toEqual([
      ['output', 'hello world'],
      ['error', ''],
      ['supervisor', 'restarted'],
    ]);
    expect(parseLogLines(text, source)[0]?.timeMs).toBe(Date.UTC(2026, 10, 24, 15, 4, 5, 123));
  });

  test('are merged by time, those of one service in their order', () => {
    const at = (timeMs: number, text: string) => ({ ...source, timeMs, stream: 'output' as const, text });
    const merged = mergeLogLines([
      [at(1, 'a'), at(3, 'b'), at(3, 'c')],
      [at(2, 'x'), at(3, 'y')],
    ]);
    expect(merged.map((line) => line.text).join('')).toBe('axbcy');
  });
});

describe('accounts', () => {
  const passwd = 'root:x:0:0:root:/root:/bin/bash\npostgres:x:101:104:,,,:/var/lib/postgresql:/bin/bash\n';
  const group = 'root:x:0:\nadm:x:4:syslog,postgres\nssl-cert:x:105:postgres\npostgres:x:104:\n';
  test.each<[string, ReturnType<typeof findAccount>]>([
    ['root', { uid: 0, gid: 0, groups: [], home: '/root' }],
    ['postgres', { uid: 101, gid: 104, groups: [4, 105], home: '/var/lib/postgresql' }],
    ['101', { uid: 101, gid: 104, groups: [4, 105], home: '/var/lib/postgresql' }],
    ['postgres:adm', { uid: 101, gid: 4, groups: [105], home: '/var/lib/postgresql' }],
    ['7000:7001', { uid: 7000, gid: 7001, groups: [], home: '/' }],
    ['7000', { uid: 7000, gid: 0, groups: [], home: '/' }],
    ['nobody-there', null],
    ['root:nobody-there', null],
    ['4294967295', null],
    ['', null],
  ])('%s', (user, account) => {
    expect(findAccount(user, passwd, group)).toEqual(account);
  });
});

test.each([
  [0, 0, 'ended with status 0'],
  [3 << 8, 3, 'ended with status 3'],
  [9, 137, 'was killed by SIGKILL'],
  [11 | 0x80, 139, 'was killed by SIGSEGV'],
])('wait status %i', (status, code, words) => {
  expect(exitStatus(status)).toBe(code);
  expect(describeExit(status)).toBe(words);
});

test('values of secrets are blotted out of output', () => {
  const secrets = new Map([
    ['db/password', 'hunter22'],
    ['db/short', 'a'],
  ]);
  expect(blot('psql: password hunter22 was a mistake, hunter22', secrets)).toBe(
    'psql: password ***** was a mistake, *****',
  );
});
