import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { builtInCharms } from '../../charms/index.ts';
import * as interfaces from '../../charms/interfaces/index.ts';
import type { Interface } from '../../charms/kit/index.ts';
import { intentIn, viewOf } from '../../charms/kit/testing.ts';
import { canonicalJson, type JsonObject } from '../../model/json.ts';

/** What must hold for every charm that comes with Cantrip; a new one is in it by its line in the list. */
const folder = fileURLToPath(new URL('../../charms/', import.meta.url));
const names = builtInCharms.map((charm) => charm.name);

test('the list is sorted and names every folder with a charm', () => {
  const folders = readdirSync(folder).filter(
    (name) => name !== 'kit' && name !== 'interfaces' && existsSync(`${folder}${name}/index.ts`),
  );
  expect(names).toEqual(folders.sort());
});

test('every interface stands in its own file, in order', () => {
  const defined: readonly Interface[] = Object.values(interfaces);
  const files = readdirSync(`${folder}interfaces`).filter((name) => name !== 'index.ts');
  expect(defined.map((each) => `${each.name}.ts`)).toEqual(files.sort());
});

test.each(builtInCharms)('$name is what it says, in plain JSON', async ({ name, load }) => {
  const charm = await load();
  expect(charm.metadata.name).toBe(name);
  expect(JSON.parse(JSON.stringify(charm.metadata))).toEqual(charm.metadata);
  expect(charm.metadata.summary).not.toBe('');
  expect(charm.metadata.description).not.toBe('');
});

test.each(builtInCharms)('$name answers without any option or relation, and twice the same', async ({ load }) => {
  const charm = await load();
  const first = intentIn(charm);
  const again = charm.evaluate(JSON.parse(JSON.stringify(viewOf(charm))));
  expect(again.kind === 'intent' && canonicalJson(again.intent as unknown as JsonObject)).toBe(
    canonicalJson(first as unknown as JsonObject),
  );
  expect(Object.isFrozen(first) && Object.isFrozen(first.services)).toBe(true);
});

test.each(builtInCharms)('$name installs by commands a shell can read', async ({ load }) => {
  const { commands, files } = (await load()).install({});
  const scripts = Object.values(files)
    .filter((file) => file.content.startsWith('#!/bin/sh'))
    .map((file) => file.content);
  for (const script of [...commands, ...scripts]) expect(execFileSync('sh', ['-n', '-c', script]).toString()).toBe('');
});
