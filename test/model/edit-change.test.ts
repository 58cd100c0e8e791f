import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { changeJson, changeText, readPlain } from '../../model/edit-change.ts';
import type { Change } from '../../model/edit-splice.ts';

describe('any change to any layout', () => {
  const name = fc.constantFrom('a', 'b', 'web', 'db', 'lb');
  const scalar = fc.oneof(
    fc.string({ maxLength: 8 }),
    fc.string({ unit: 'binary', maxLength: 4 }),
    fc.constantFrom(
      'yes',
      'null',
      '1.5',
      '~',
      '- a',
      'a: b',
      '#',
      '',
      ' x',
      'a #b',
      `\${x}`,
      '2026-01-01',
      './app',
      '..',
      '0x1f',
    ),
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
  );
  const options = fc.dictionary(
    name,
    fc.oneof(scalar, fc.dictionary(name, scalar, { maxKeys: 2 }), fc.array(scalar, { maxLength: 2 })),
    { maxKeys: 3 },
  );
  const spec = fc.record(
    { charm: name, units: fc.nat(9), options, expose: fc.dictionary(name, fc.nat(9), { maxKeys: 2 }) },
    { requiredKeys: ['charm'] },
  );
  const model = fc.record(
    {
      environment: name,
      applications: fc.dictionary(name, spec, { maxKeys: 3 }),
      relations: fc.array(fc.tuple(name, name), { maxLength: 3 }),
    },
    { requiredKeys: ['environment'] },
  );
  const change = fc.oneof(
    fc.record({ kind: fc.constant('set' as const), path: fc.tuple(fc.constant('applications'), name), value: spec }),
    fc.record({
      kind: fc.constant('set' as const),
      path: fc.tuple(fc.constant('applications'), name, fc.constant('units')),
      value: fc.nat(9),
    }),
    fc.record({
      kind: fc.constant('set' as const),
      path: fc.tuple(fc.constant('applications'), name, fc.constant('options'), name),
      value: scalar,
    }),
    fc.record({
      kind: fc.constant('set' as const),
      path: fc.tuple(fc.constant('applications'), name, fc.constant('options'), name, name),
      value: scalar,
    }),
    fc.record({ kind: fc.constant('append' as const), path: fc.constant(['relations']), value: fc.tuple(name, name) }),
    fc.record({
      kind: fc.constant('remove' as const),
      path: fc.oneof(
        fc.tuple(fc.constant('applications'), name),
        fc.tuple(fc.constant('applications'), name, fc.constant('options'), name),
        fc.tuple(fc.constant('relations'), fc.nat(2)),
      ),
    }),
  );
  const layout = fc.record({
    flowBelow: fc.nat(4),
    step: fc.constantFrom(2, 3, 4),
    comments: fc.boolean(),
    spaced: fc.boolean(),
    newline: fc.constantFrom('\n', '\r\n'),
    last: fc.boolean(),
    flush: fc.boolean(),
  });

  it('gives exactly the changed data, and keeps every comment that does not stand inside what was removed', () => {
    let possible = 0;
    let done = 0;
    fc.assert(
      fc.property(model, change, layout, (data, wanted, style) => {
        const text = write(data, style);
        const before = readPlain(text);
        expect(before).toEqual(JSON.parse(JSON.stringify(data)));
        if (!isPossible(before, wanted as Change)) return;
        possible += 1;
        const after = changeText(text, wanted as Change);
        if (after === null) return;
        done += 1;
        const intended = changeJson(before, wanted as Change);
        expect(withoutEmpty(readPlain(after))).toEqual(withoutEmpty(intended));
        const old = wanted.path.reduce((node, key) => node?.[key], before as never as Nested | undefined);
        if (wanted.kind === 'remove' || (wanted.kind === 'set' && typeof old === 'object')) return;
        for (const comment of text.match(/# \d+/g) ?? []) expect(after).toContain(comment);
      }),
      { numRuns: 3000, seed: 7 },
    );
    expect(done / possible).toBeGreaterThan(0.99);
  });
});

interface Nested {
  readonly [key: string | number]: Nested;
}

interface Layout {
  readonly flowBelow: number;
  readonly step: number;
  readonly comments: boolean;
  readonly spaced: boolean;
  readonly newline: string;
  readonly last: boolean;
  readonly flush: boolean;
}

/** A writer of YAML in many styles, made for this test only. */
function write(data: unknown, style: Layout): string {
  let count = 0;
  const comment = () => (style.comments ? `  # ${++count}` : '');
  const lines = (value: unknown, depth: number, indent: string): string[] => {
    const members = Array.isArray(value) ? value : Object.entries(value as object);
    return members.flatMap((member) => {
      const [head, inner] = Array.isArray(value) ? ['-', member] : [`${JSON.stringify(member[0])}:`, member[1]];
      const isBlock = inner !== null && typeof inner === 'object' && Object.keys(inner).length > 0;
      const gap = style.spaced && depth < 2 ? [''] : [];
      if (!isBlock || depth >= style.flowBelow || Array.isArray(value)) {
        return [...gap, `${indent}${head} ${JSON.stringify(inner)}${comment()}`];
      }
      const deeper = style.flush && Array.isArray(inner) ? indent : indent + ' '.repeat(style.step);
      return [...gap, `${indent}${head}${comment()}`, ...lines(inner, depth + 1, deeper)];
    });
  };
  if (style.flowBelow === 0) return JSON.stringify(data);
  return lines(data, 0, '').join(style.newline) + (style.last ? style.newline : '');
}

/** Sets go through maps or nothing, removals find what they remove. */
function isPossible(root: unknown, change: Change): boolean {
  let node = root;
  for (const [index, key] of change.path.entries()) {
    const isLast = index === change.path.length - 1;
    if (node === undefined || node === null) return change.kind !== 'remove' && index <= 1;
    if (typeof key === 'number' ? !Array.isArray(node) : typeof node !== 'object' || Array.isArray(node)) return false;
    const next = (node as Record<string | number, unknown>)[key];
    if (next === undefined && (change.kind === 'remove' || (!isLast && index === 1))) return false;
    node = next;
  }
  return true;
}

function withoutEmpty(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value), (key, member) =>
    (key === 'options' || key === 'expose') && member !== null && Object.keys(member).length === 0 ? undefined : member,
  );
}
