import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { builtInCharms } from '../../charms/index.ts';
import type { CharmMetadata, EndpointSpec } from '../../model/charm.ts';
import type { JsonObject } from '../../model/json.ts';

/**
 * docs/charms.md is written from what the charms say of themselves: `npx vitest run test/charms/reference.test.ts -u`.
 */
const file = fileURLToPath(new URL('../../docs/charms.md', import.meta.url));

test('the reference of the built-in charms is what they say', async () => {
  const charms = await Promise.all(builtInCharms.map(({ load }) => load()));
  const sections = charms.flatMap(({ metadata }) => charmSection(metadata));
  await expect(`${[...INTRODUCTION, ...sections].join('\n')}\n`).toMatchFileSnapshot(file);
});

const INTRODUCTION = [
  '# Built-in charms',
  '',
  'Written by a test from the charms themselves. `cantrip config APPLICATION` shows the same with the values in use;',
  '[write-a-charm.md](write-a-charm.md) tells how to make your own.',
];

function charmSection(charm: CharmMetadata): string[] {
  return [
    '',
    `## ${charm.name}`,
    '',
    `${charm.summary}. ${charm.description}`,
    '',
    '| endpoint | role | interface |',
    '|---|---|---|',
    ...charm.endpoints.map(endpointRow),
    '',
    '| option | type | default | |',
    '|---|---|---|---|',
    ...Object.entries(charm.options.properties as JsonObject).map(([name, schema]) =>
      optionRow(name, schema as JsonObject),
    ),
    ...list(
      'Storage',
      charm.storage.map(({ name, path, summary }) => `\`${name}\` at \`${path}\`: ${summary}`),
    ),
    ...list(
      'Resources',
      charm.resources.map(({ name, target, summary, optional }) => {
        return `\`${name}\` at \`${target}\`${optional ? ' (optional)' : ''}: ${summary}`;
      }),
    ),
    ...list(
      'Ports that can be exposed',
      charm.ports.map((port) => `\`${port}\``),
    ),
  ];
}

function endpointRow({ name, role, interface: contract, limit, optional }: EndpointSpec): string {
  const extent = [
    ...(role === 'requires' && optional ? ['optional'] : []),
    ...(limit === null ? [] : [`at most ${limit}`]),
  ];
  return `| \`${name}\` | ${role}${extent.length === 0 ? '' : ` (${extent.join(', ')})`} | ${contract} |`;
}

function optionRow(name: string, schema: JsonObject): string {
  const type = schema.enum === undefined ? String(schema.type) : (schema.enum as readonly string[]).join(', ');
  const fallback = schema.default === undefined ? '' : `\`${JSON.stringify(schema.default)}\``;
  return `| \`${name}\` | ${type} | ${fallback} | ${String(schema.description ?? '')} |`;
}

function list(title: string, items: readonly string[]): string[] {
  return items.length === 0 ? [] : ['', `${title}: ${items.join('; ')}.`];
}

test('every option says what it is for', async () => {
  const charms = await Promise.all(builtInCharms.map(({ load }) => load()));
  const silent = charms.flatMap(({ metadata }) =>
    Object.entries(metadata.options.properties as JsonObject)
      .filter(([, schema]) => (schema as JsonObject).description === undefined)
      .map(([name]) => `${metadata.name} ${name}`),
  );
  expect(silent).toEqual([]);
});
