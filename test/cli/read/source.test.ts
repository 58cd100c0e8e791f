import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type FoundSource, rereadSource, showPath } from '../../../cli/read/source.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cantrip-source-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function found(more: Partial<FoundSource> = {}): FoundSource {
  const file = join(folder, 'environment.yaml');
  return { file, text: 'environment: shop\n', name: null, isStored: false, ...more };
}

it.each([
  ['what stands in the file by now', 'environment: shop\napplications: {}\n', 'environment: shop\napplications: {}\n'],
  ['errors, too: they will be told', 'environment: shop\napplicatons: {}\n', 'environment: shop\napplicatons: {}\n'],
  ['nothing of another environment', 'environment: blog\n', 'environment: shop\n'],
  ['nothing that cannot be read', 'environment: [\n', 'environment: shop\n'],
])('read again: %s', (_title, present, expected) => {
  writeFileSync(join(folder, 'environment.yaml'), present);
  expect(rereadSource(found(), 'shop').text).toBe(expected);
});

it('read again: as it was when the file is gone', () => {
  expect(rereadSource(found(), 'shop')).toEqual(found());
  expect(rereadSource(found({ isStored: true }), 'shop')).toEqual(found({ isStored: true }));
});

it.each([
  ['shop/environment.yaml', 'shop/environment.yaml'],
  ['../environment.yaml', '../environment.yaml'],
  ['../../environment.yaml', '/a/environment.yaml'],
])('%s is shown as %s', (near, shown) => {
  expect(showPath({ directory: '/a/b/c' }, join('/a/b/c', near))).toBe(shown);
});
