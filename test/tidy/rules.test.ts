import { expect, test } from 'vitest';
import { importCycles, importsOf, wrongImports } from './imports.ts';
import { bannedCalls, brokenLinks, defaultExports, leftovers, longCFunctions, tooLong } from './rules.ts';

// The checker has tests: a rule that cannot fail protects nothing.

const file = (path: string, text: string) => ({ path, text });

test('imports are found in every form', () => {
  const text = [
    "import a from './a.ts';",
    "import type { B } from '../b.ts';",
    "export * from './c.ts';",
    "const d = await import('./d.ts');",
    'import {',
    '  e,',
    "} from 'e';",
    "import './f.ts';",
  ].join('\n');
  expect(importsOf(text)).toEqual(['./a.ts', '../b.ts', './c.ts', './d.ts', 'e', './f.ts']);
});

test.each([
  ['engine/plan.ts', "import { x } from '../providers/container/index.ts';", 'imports providers/container/index.ts'],
  ['model/a.ts', "import { x } from '../engine/plan.ts';", 'imports engine/plan.ts'],
  ['providers/a/b.ts', "import { x } from '../../controller/read/x.ts';", 'imports controller/read/x.ts'],
  ['cli/read/plan.ts', "import { x } from '../../controller/apply/x.ts';", 'imports controller/apply/x.ts'],
  ['engine/a.ts', "import { x } from 'node:fs';", 'engine is pure'],
  ['model/a.ts', "import { x } from 'commander';", 'model is pure'],
])('%s may not: %s', (path, text, fault) => {
  expect(wrongImports(file(path, text)).join()).toContain(fault);
});

test.each([
  ['engine/plan/order.ts', "import { x } from '../../model/plan.ts';"],
  ['model/parse.ts', "import { x } from 'yaml';"],
  ['cli/wire.ts', "import { x } from '../providers/index.ts';"],
])('%s may: %s', (path, text) => {
  expect(wrongImports(file(path, text))).toEqual([]);
});

test('cycles are named', () => {
  const files = [
    file('a/x.ts', "import './y.ts';"),
    file('a/y.ts', "import './z.ts';"),
    file('a/z.ts', "import './x.ts';"),
  ];
  expect(importCycles(files)).toEqual(['a/x.ts → a/y.ts → a/z.ts → a/x.ts']);
});

test.each([
  'const t = Date.now();',
  'a.sort((x, y) => x.localeCompare(y))',
  'Math.random()',
  'process.env.X',
  'new Date()',
])('pure folders may not say %s', (line) => {
  expect(bannedCalls(file('engine/a.ts', line))).toHaveLength(1);
  expect(bannedCalls(file('controller/apply/a.ts', line))).toEqual([]);
  expect(bannedCalls(file('engine/a.ts', `// ${line}`))).toEqual([]);
});

test('lengths', () => {
  expect(tooLong(file('a.ts', 'x\n'.repeat(400)))).toEqual([]);
  expect(tooLong(file('a.ts', 'x\n'.repeat(401)))).toHaveLength(1);
  expect(tooLong(file('a.c', `${'x'.repeat(121)}\n`))).toHaveLength(1);
  expect(longCFunctions(file('a.c', `int f(void) {\n${'  x();\n'.repeat(68)}}\n`))).toEqual([]);
  expect(longCFunctions(file('a.c', `int f(void) {\n${'  x();\n'.repeat(69)}}\n`))).toHaveLength(1);
});

test('leftovers, default exports, links', () => {
  expect(leftovers(file('a.ts', '// TODO later'))).toHaveLength(1);
  expect(defaultExports(file('engine/a.ts', 'export default 1;'))).toHaveLength(1);
  expect(defaultExports(file('charms/nginx/index.ts', 'export default 1;'))).toEqual([]);
  const page = file('docs/a.md', 'see [b](b.md), [c](../c.md#part), [web](https://example.org), `[not](a-link)`');
  expect(brokenLinks(page, (path) => path === 'c.md')).toEqual(['docs/a.md: link to b.md, which is not there']);
});
