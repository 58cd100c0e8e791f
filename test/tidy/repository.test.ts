import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { ROOT, repositoryFiles } from './files.ts';
import { importCycles, wrongImports } from './imports.ts';
import { bannedCalls, brokenLinks, defaultExports, leftovers, longCFunctions, tooLong } from './rules.ts';

// The repository checks its own rules (docs/style.md). Each failure names the file, the line and what to do.

const files = repositoryFiles();
const sources = files.filter((file) => /\.ts$/.test(file.path));

test('imports go the way DESIGN section 3 says', () => {
  expect(sources.flatMap(wrongImports)).toEqual([]);
});

test('no import cycles', () => {
  expect(importCycles(sources)).toEqual([]);
});

test('the core names no time, chance, locale or process', () => {
  expect(files.flatMap(bannedCalls)).toEqual([]);
});

test('files, lines and C functions stay short', () => {
  expect(files.flatMap((file) => [...tooLong(file), ...longCFunctions(file)])).toEqual([]);
});

test('nothing is left for later', () => {
  expect(files.flatMap(leftovers)).toEqual([]);
});

test('exports are named', () => {
  expect(sources.flatMap(defaultExports)).toEqual([]);
});

test('links in documents lead somewhere', () => {
  expect(files.flatMap((file) => brokenLinks(file, (path) => existsSync(`${ROOT}/${path}`)))).toEqual([]);
});
