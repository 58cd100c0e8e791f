import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import * as mirror from '../../../../providers/container/native/protocol.ts';

test('protocol.ts says what protocol.h says', () => {
  expect(ofTypeScript()).toEqual(ofHeader());
});

test('tags of a message or record are different', () => {
  for (const [group, tags] of Object.entries(mirror)) {
    expect(new Set(Object.values(tags)).size, group).toBe(Object.keys(tags).length);
  }
});

/** `EXEC_TTY` to 17. */
function ofHeader(): ReadonlyMap<string, number> {
  const source = readFileSync(new URL('../../../../native/common/protocol.h', import.meta.url), 'utf8');
  const members = source.replaceAll(/\/\*[\s\S]*?\*\//g, '').matchAll(/\b([A-Z][A-Z0-9_]*) = (\w+),/g);
  return sorted([...members].map(([, name = '', value]) => [name, Number(value)]));
}

function ofTypeScript(): ReadonlyMap<string, number> {
  return sorted(
    Object.entries(mirror).flatMap(([group, tags]) =>
      Object.entries(tags).map(([name, value]): [string, number] => [`${snake(group)}_${snake(name)}`, value]),
    ),
  );
}

function sorted(entries: readonly [string, number][]): ReadonlyMap<string, number> {
  return new Map([...entries].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function snake(camel: string): string {
  return camel.replaceAll(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
}
