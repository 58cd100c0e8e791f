import { describe, expect, test } from 'vitest';
import { directoryRecipe, installRecipes, layerKey } from '../../images/keys.ts';
import type { ImageSpec, InstallSpec } from '../../model/image.ts';

const kinds = (install: Partial<InstallSpec>): string[] => recipes(install).map(({ kind }) => kind);
const topKey = (install: Partial<InstallSpec>, base = 'debian/12', architecture = 'amd64'): string =>
  layerKey(recipes(install, base, architecture).at(-1) ?? unreachable());

const file = (content: string, mode = '0644') => ({ '/etc/a.conf': { content, mode } });

describe('layers of an install', () => {
  test.each<[string, Partial<InstallSpec>, string[]]>([
    ['nothing', {}, ['base']],
    ['packages', { packages: ['socat'] }, ['base', 'packages']],
    ['only files', { files: file('x') }, ['base', 'packages']],
    ['only commands', { commands: ['true'] }, ['base', 'commands']],
    ['everything', { packages: ['socat'], files: file('x'), commands: ['true'] }, ['base', 'packages', 'commands']],
  ])('%s', (_what, install, expected) => {
    expect(kinds(install)).toEqual(expected);
  });
});

describe('keys', () => {
  test.each<[string, Partial<InstallSpec>, Partial<InstallSpec>]>([
    ['order of packages', { packages: ['b', 'a'] }, { packages: ['a', 'b'] }],
    ['a package named twice', { packages: ['a', 'a'] }, { packages: ['a'] }],
    ['order of files', { files: { '/a': f('1'), '/b': f('2') } }, { files: { '/b': f('2'), '/a': f('1') } }],
  ])('%s does not matter', (_what, one, other) => {
    expect(topKey(one)).toBe(topKey(other));
  });

  test.each<[string, Partial<InstallSpec>, Partial<InstallSpec>]>([
    ['packages', { packages: ['a'] }, { packages: ['b'] }],
    ['content of a file', { files: file('1') }, { files: file('2') }],
    ['mode of a file', { files: file('1', '0644') }, { files: file('1', '0600') }],
    ['order of commands', { commands: ['a', 'b'] }, { commands: ['b', 'a'] }],
    ['packages below the same commands', { packages: ['a'], commands: ['c'] }, { packages: ['b'], commands: ['c'] }],
  ])('%s matters', (_what, one, other) => {
    expect(topKey(one)).not.toBe(topKey(other));
  });

  test('base and architecture matter, all the way up', () => {
    const install = { packages: ['a'], commands: ['c'] };
    const keys = [topKey(install), topKey(install, 'debian/13'), topKey(install, 'debian/12', 'arm64')];
    expect(new Set(keys).size).toBe(3);
  });

  test('charms that differ in their commands share the packages', () => {
    const [one, other] = [['x'], ['y']].map((commands) => recipes({ packages: ['a'], commands }).map(layerKey));
    expect(one?.slice(0, 2)).toEqual(other?.slice(0, 2));
    expect(one?.[2]).not.toBe(other?.[2]);
  });

  test('a directory is known by content and target, wherever it came from', () => {
    const key = (source: string, target: string, digest: string): string =>
      layerKey(directoryRecipe({ name: 'app', source, target, digest, dependencies: null }));
    expect(key('/home/a', '/srv/app', 'd1')).toBe(key('/home/b', '/srv/app', 'd1'));
    expect(key('/home/a', '/srv/app', 'd1')).not.toBe(key('/home/a', '/srv/site', 'd1'));
    expect(key('/home/a', '/srv/app', 'd1')).not.toBe(key('/home/a', '/srv/app', 'd2'));
  });
});

function recipes(install: Partial<InstallSpec>, base = 'debian/12', architecture = 'amd64') {
  const whole: InstallSpec = { packages: [], commands: [], files: {}, ...install };
  const image: ImageSpec = { key: 'unused', base, install: whole, directories: [] };
  return installRecipes(image, architecture);
}

function f(content: string) {
  return { content, mode: '0644' };
}

function unreachable(): never {
  throw new Error('an install always has a base');
}
