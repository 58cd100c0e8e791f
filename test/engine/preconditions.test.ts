import { describe, expect, it } from 'vitest';
import { holds } from '../../engine/preconditions.ts';
import type { Precondition } from '../../model/plan.ts';
import { deployed } from './support/bench.ts';
import { SHOP } from './support/shop.ts';

const { observed } = deployed(SHOP);
const [image = ''] = observed.providers.container?.images ?? [];

describe('preconditions in the shop', () => {
  it.each<[string, Precondition, string | null]>([
    ['absent and is not there', { kind: 'machine-absent', unit: 'web/9' }, null],
    ['absent and is there', { kind: 'machine-absent', unit: 'web/0' }, 'web/0 has a machine already: of web/0'],
    ['present', { kind: 'machine-present', unit: 'web/0', id: null }, null],
    ['present, this one', { kind: 'machine-present', unit: 'web/0', id: 'of web/0' }, null],
    ['present, another', { kind: 'machine-present', unit: 'web/0', id: 'x' }, 'web/0 has another machine: of web/0'],
    ['present and gone', { kind: 'machine-present', unit: 'web/9', id: null }, 'web/9 has no machine'],
    ['image', { kind: 'image-present', key: image }, null],
    ['no image', { kind: 'image-present', key: 'abc' }, 'image abc is not there'],
    ['storage', { kind: 'storage-present', id: 'db/0/data' }, null],
    ['no storage', { kind: 'storage-present', id: 'db/1/data' }, 'storage db/1/data is not there'],
    ['storage in use', { kind: 'storage-unused', id: 'db/0/data' }, 'storage db/0/data is used by db/0'],
    ['storage not in use', { kind: 'storage-unused', id: 'db/1/data' }, null],
    ['enough are ready', { kind: 'units-ready', units: ['web/0', 'web/1'], atLeast: 2 }, null],
    ['too few are ready', { kind: 'units-ready', units: ['web/0', 'web/9'], atLeast: 2 }, '1 of 2 units are ready'],
  ])('%s', (_name, precondition, expected) => {
    expect(holds(precondition, observed, 'container')).toBe(expected);
  });

  it('look at the world of the operation only', () => {
    expect(holds({ kind: 'machine-absent', unit: 'web/0' }, observed, 'cloud')).toBe(null);
  });
});
