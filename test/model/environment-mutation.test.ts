import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Node, Pair } from 'yaml';
import { isMap, isScalar, isSeq, parseDocument, visit } from 'yaml';
import { CODES } from '../../model/codes.ts';
import type { Diagnostic } from '../../model/diagnostic.ts';
import { parseEnvironment } from '../../model/environment-parse.ts';

const OPTIONS = { resolvePath: (path: string) => path, providers: ['container', 'simulated'] };

const EVERYTHING = `environment: shop
defaults: {provider: container, image: debian/12}
applications:
  db: {charm: postgresql, constraints: {memory: 512M}, storage: {data: 2G}}
  web:
    charm: ./charms/shop-web
    units: 2
    provider: container
    image: debian/12
    options: {greeting: hello, deep: {list: [1, two]}}
    constraints: {cpu: 0.5, memory: 256M, pids: 200}
    resources: {app: ./app}
  balancer:
    charm: haproxy
    expose: {http: {port: 8080, address: 127.0.0.1}}
relations:
  - [web:database, db:database]
  - [balancer:backend, web:http]
`;

const examples = fileURLToPath(new URL('../../examples/', import.meta.url));
const FILES: readonly (readonly [string, string])[] = [
  ['everything', EVERYTHING],
  ...readdirSync(examples, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => [entry.name, readFileSync(join(examples, entry.name, 'environment.yaml'), 'utf8')] as const),
];

function check(text: string): readonly Diagnostic[] {
  const { diagnostics } = parseEnvironment(text, 'f', OPTIONS);
  const lines = text.split('\n');
  for (const { code, place, message } of diagnostics) {
    expect(Object.keys(CODES)).toContain(code);
    expect(message).not.toBe('');
    const line = lines[(place?.line ?? 0) - 1];
    expect(line).toBeDefined();
    expect(place?.column).toBeLessThanOrEqual((line?.length ?? 0) + 1);
  }
  return diagnostics;
}

interface Span {
  readonly start: number;
  readonly end: number;
}

/** Keys, values and items of a file. */
function spans(text: string): Span[] {
  const found: Span[] = [];
  visit(parseDocument(text), {
    Node: (_key, node) => {
      if (node.range) found.push({ start: node.range[0], end: node.range[1] });
    },
  });
  return found;
}

describe.each(FILES)('%s', (_name, text) => {
  it('is fine', () => expect(check(text)).toEqual([]));

  it.each<[string, (part: string) => string]>([
    ['deleted', () => ''],
    ['doubled', (part) => part + part],
    ['as a list', (part) => `[${part}]`],
    ['as a map', (part) => `{x: ${part}}`],
    ['as a number', () => '-1'],
    ['as a huge number', () => '9'.repeat(400)],
    ['as text', () => '"two words"'],
    ['as nothing', () => 'null'],
    ['as true', () => 'true'],
    ['as a date', () => '2026-11-24'],
    ['as an alias', () => '*nothing'],
    ['with a tab', (part) => `\t${part}`],
    ['unclosed', (part) => `{${part}`],
    ['quoted badly', (part) => `"${part}`],
  ])('never throws and always names a place: every part %s', (_title, mutate) => {
    for (const { start, end } of spans(text)) {
      check(text.slice(0, start) + mutate(text.slice(start, end)) + text.slice(end));
    }
  });

  it('knows what was meant by a misspelt key or application', () => {
    const slips = namesOf(text).flatMap(({ span, word }) =>
      misspellings(word).map((slip) => ({ text: text.slice(0, span.start) + slip + text.slice(span.end), slip, word })),
    );
    const missed = slips.filter(({ text: mutated, slip, word }) => {
      const about = check(mutated).filter(({ message }) => message.includes(`"${slip}"`));
      return !about.some(({ hint }) => hint?.includes(`"${word}"`));
    });
    expect(slips.length).toBeGreaterThan(50);
    expect(missed.length / slips.length, JSON.stringify(missed.slice(0, 9).map(({ slip }) => slip))).toBeLessThan(0.05);
  });
});

/** Fixed keys, and applications where relations name them. Names of options and the like are the charm's. */
function namesOf(text: string): { span: Span; word: string }[] {
  const free = new Set(['options', 'storage', 'resources', 'expose', 'applications']);
  const found: { span: Span; word: string }[] = [];
  const add = (node: unknown, word: string) => {
    const range = (node as Node).range;
    if (range) found.push({ span: { start: range[0], end: range[0] + word.length }, word });
  };
  const walk = (node: unknown, isFree: boolean) => {
    if (!isMap(node)) return;
    for (const pair of node.items as Pair<Node, Node>[]) {
      const key = isScalar(pair.key) ? String(pair.key.value) : '';
      if (!isFree) add(pair.key, key);
      if (key === 'applications' && isMap(pair.value)) for (const app of pair.value.items) walk(app.value, false);
      else if (key === 'relations' && isSeq(pair.value)) pair.value.items.forEach(walkRelation);
      else if (!free.has(key) && !isFree) walk(pair.value, false);
    }
  };
  const walkRelation = (relation: unknown) => {
    for (const end of isSeq(relation) ? relation.items : []) {
      add(end, String(isScalar(end) ? end.value : '').split(':')[0] as string);
    }
  };
  walk(parseDocument(text).contents, false);
  return found;
}

/** One letter lost, doubled, replaced or swapped with its neighbour, at every place. */
function misspellings(word: string): string[] {
  const slips = [...word].flatMap((letter, at) => {
    const before = word.slice(0, at);
    const after = word.slice(at + 1);
    const swapped = after === '' ? word : before + after.slice(0, 1) + letter + after.slice(1);
    return [before + after, before + letter + letter + after, `${before}q${after}`, swapped];
  });
  return [...new Set(slips)].filter((slip) => slip !== word && /^[a-z]/.test(slip));
}

describe('any text', () => {
  it('gives diagnostics, never an exception', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
        check(text);
      }),
      { numRuns: 2000, seed: 3 },
    );
  });

  it('made of pieces of YAML gives diagnostics, never an exception', () => {
    const piece = fc.constantFrom(
      ...[
        'environment: a',
        'applications:',
        '  web:',
        '    charm: x',
        '\n',
        '\r\n',
        ' ',
        '- ',
        '{',
        '}',
        '[',
        ']',
        ': ',
      ],
      ...[
        ', ',
        '&a ',
        '*a',
        '!!map ',
        '!x ',
        '|',
        '>-',
        '"',
        "'",
        '#',
        '? ',
        '---',
        '...',
        '%YAML 1.1\n',
        '<<: *a',
        '\t',
      ],
      ...['relations:', 'null', '0x1f', '.nan', '1e999', '\uFEFF', '\u2028', '\0'],
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        check(pieces.join(''));
      }),
      { numRuns: 5000, seed: 5 },
    );
  });

  it('spliced into a right file gives diagnostics, never an exception', () => {
    fc.assert(
      fc.property(fc.nat(EVERYTHING.length), fc.string({ maxLength: 12 }), fc.nat(12), (at, junk, removed) => {
        check(EVERYTHING.slice(0, at) + junk + EVERYTHING.slice(at + removed));
      }),
      { numRuns: 2000, seed: 9 },
    );
  });
});
