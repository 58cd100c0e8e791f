import { expect, test } from 'vitest';
import { acquireSettings, builderConfiguration, fetchConfiguration } from '../../../images/apt/settings.ts';

const DUMP = `APT "";
Acquire "";
Acquire::Check-Valid-Until "false";
Acquire::http::Proxy "http://proxy.lan:3142";
Acquire::https::Verify-Peer "true";
Acquire::Languages "";
Acquire::Languages:: "none";
Acquire::CompressionTypes::xz "xz";
Acquire::GzipIndexes "true";
Acquire::IndexTargets::deb::Packages::MetaKey "main/Packages";
Acquire::Changelogs::AlwaysOnline "true";
APT::Update::Post-Invoke-Success:: "touch /somewhere";
DPkg::Post-Invoke:: "rm -f /var/cache/apt/archives/*.deb || true";
`;

test('only how archives are reached is taken from the machine', () => {
  expect(acquireSettings(DUMP)).toEqual([
    'Acquire::Check-Valid-Until "false";',
    'Acquire::http::Proxy "http://proxy.lan:3142";',
    'Acquire::https::Verify-Peer "true";',
  ]);
});

test('the machine may overrule our own settings of the same kind: its lines stand last', () => {
  const lines = builderConfiguration(['Acquire::Retries "9";']).trim().split('\n');
  expect(lines.at(-1)).toBe('Acquire::Retries "9";');
  expect(lines.indexOf('Acquire::Retries "3";')).toBeGreaterThan(-1);
});

test('fetching uses nothing below /etc/apt but keys and passwords', () => {
  const text = fetchConfiguration({ directory: '/state/apt', status: '/dev/null' }, []);
  for (const place of ['main', 'parts', 'preferences', 'preferencesparts', 'sourceparts']) {
    expect(text).toContain(`Dir::Etc::${place} "/dev/null";`);
  }
  expect(text).toContain('Dir::Etc::sourcelist "/state/apt/sources.list";');
  expect(text).not.toContain('/etc/apt');
});

test('a directory that would end the quotes is refused', () => {
  expect(() => fetchConfiguration({ directory: '/a"; X "', status: '/dev/null' }, [])).toThrow('apt cannot name');
});
