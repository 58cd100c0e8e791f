import { describe, expect, test } from 'vitest';
import { debianEntries, debianSuites, sourceLine, suiteOf } from '../../../images/apt/sources.ts';

const lines = (path: string, text: string): string[] =>
  debianEntries([{ path, text }], 'bookworm').map((entry) => sourceLine(entry));

describe('one-line entries', () => {
  test.each([
    ['deb http://deb.debian.org/debian bookworm main'],
    ['deb http://deb.debian.org/debian/ bookworm-updates main contrib non-free non-free-firmware'],
    ['deb http://security.debian.org/debian-security bookworm-security main'],
    ['deb http://ftp.de.debian.org/debian bookworm main'],
    ['deb http://user:secret@deb.debian.org:8080/debian bookworm main'],
    ['deb http://mirrors.example.edu/debian bookworm main'],
    ['deb http://mirror.example.net/pub/debian/ bookworm main'],
    ['deb http://cache.lan:3142/deb.debian.org/debian bookworm main'],
    ['deb http://snapshot.debian.org/archive/debian/20250520T000000Z bookworm main'],
    ['deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://artifacts.lan/any/name bookworm main'],
    ['deb [arch=amd64 trusted=yes] http://deb.debian.org/debian bookworm main'],
  ])('%s is taken as it is', (line) => {
    expect(lines('/etc/apt/sources.list', `${line}\n`)).toEqual([line]);
  });

  test.each([
    ['sources', 'deb-src http://deb.debian.org/debian bookworm main'],
    ['a comment', '# deb http://deb.debian.org/debian bookworm main'],
    ['another suite', 'deb http://deb.debian.org/debian trixie main'],
    ['backports', 'deb http://deb.debian.org/debian bookworm-backports main'],
    ['a disc', 'deb cdrom:[Debian GNU/Linux 12]/ bookworm main'],
    ['another key', 'deb [signed-by=/etc/apt/keyrings/x.gpg] http://mirror.example.net/debian bookworm main'],
    ['Docker', 'deb https://download.docker.com/linux/debian bookworm stable'],
    ['nginx', 'deb http://nginx.org/packages/debian bookworm nginx'],
    ['VirtualBox', 'deb https://download.virtualbox.org/virtualbox/debian bookworm contrib'],
    ['PostgreSQL', 'deb http://apt.postgresql.org/pub/repos/apt bookworm main'],
    ['a forge', 'deb https://packages.gitlab.com/runner/gitlab-runner/debian bookworm main'],
    ['a host that only looks like it', 'deb http://notdebian.org/x bookworm main'],
    ['a flat archive', 'deb http://deb.debian.org/debian ./'],
  ])('%s is passed over', (_what, line) => {
    expect(lines('/etc/apt/sources.list', line)).toEqual([]);
  });

  test('a comment at the end and spaces do not count', () => {
    const text = '  deb   http://deb.debian.org/debian\tbookworm  main # the archive\n';
    expect(lines('/etc/apt/sources.list', text)).toEqual(['deb http://deb.debian.org/debian bookworm main']);
  });
});

describe('stanzas', () => {
  const stanza = (fields: string): string[] => lines('/etc/apt/sources.list.d/debian.sources', fields);

  test('suites and addresses are multiplied, unwanted suites left out', () => {
    const signed = '[signed-by=/usr/share/keyrings/debian-archive-keyring.gpg]';
    expect(
      stanza(
        [
          'Types: deb deb-src',
          '# a comment between',
          'URIs: http://deb.debian.org/debian http://ftp.debian.org/debian',
          'Suites: bookworm bookworm-updates bookworm-backports',
          'Components: main',
          ' contrib',
          'Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg',
        ].join('\n'),
      ),
    ).toEqual([
      `deb ${signed} http://deb.debian.org/debian bookworm main contrib`,
      `deb ${signed} http://deb.debian.org/debian bookworm-updates main contrib`,
      `deb ${signed} http://ftp.debian.org/debian bookworm main contrib`,
      `deb ${signed} http://ftp.debian.org/debian bookworm-updates main contrib`,
    ]);
  });

  const archive = 'URIs: http://deb.debian.org/debian\nSuites: bookworm\nComponents: main';
  test.each([
    ['only sources', `Types: deb-src\n${archive}`],
    ['a disabled one', `Types: deb\nEnabled: no\n${archive}`],
    ['a key of its own', `Types: deb\n${archive}\nSigned-By:\n -----BEGIN PGP PUBLIC KEY BLOCK-----\n .\n mQINBF\n`],
    ['another vendor', 'Types: deb\nURIs: https://deb.nodesource.com/node_20.x\nSuites: nodistro\nComponents: main'],
  ])('%s is passed over', (_what, text) => {
    expect(stanza(text)).toEqual([]);
  });

  test('stanzas are apart from each other', () => {
    expect(stanza(`Types: deb\n${archive}\nEnabled: no\n \n\nTypes: deb\n${archive}\nArchitectures: amd64\n`)).toEqual([
      'deb [arch=amd64] http://deb.debian.org/debian bookworm main',
    ]);
  });
});

test('the same entry in two files is taken once', () => {
  const text = 'deb http://deb.debian.org/debian bookworm main\n';
  const files = [
    { path: '/etc/apt/sources.list', text },
    { path: '/etc/apt/sources.list.d/x.list', text },
  ];
  expect(debianEntries(files, 'bookworm')).toHaveLength(1);
});

test('suites on offer, for messages', () => {
  const text = ['bookworm', 'bookworm-security', 'trixie'].map(
    (suite) => `deb http://deb.debian.org/debian ${suite} main`,
  );
  expect(debianSuites([{ path: '/etc/apt/sources.list', text: text.join('\n') }])).toEqual(['bookworm', 'trixie']);
});

test.each([
  ['debian/12', 'bookworm'],
  ['debian/13', 'trixie'],
  ['debian/sid', 'sid'],
  ['debian/99', null],
  ['debian', null],
  ['debian/12.5', null],
  ['debian/../etc', null],
  ['ubuntu/24.04', null],
])('base %s is suite %s', (base, suite) => {
  expect(suiteOf(base)).toBe(suite);
});
