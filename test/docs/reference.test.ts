import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { READ_CODES } from '../../controller/read/codes.ts';
import { ENGINE_CODES } from '../../engine/codes.ts';
import { CODE_FAMILIES, CODES } from '../../model/codes.ts';
import { parseEnvironment } from '../../model/environment-parse.ts';
import { environmentJsonSchema } from '../../model/environment-schema.ts';

// Generated pages are compared with what generates them; `npx vitest run --project unit test/docs -u` writes them anew.

const docs = fileURLToPath(new URL('../../docs/', import.meta.url));

it('docs/codes.md lists every code once, sorted', async () => {
  const codes = Object.entries({ ...CODES, ...ENGINE_CODES, ...READ_CODES }).sort(([a], [b]) => (a < b ? -1 : 1));
  const sections = Object.entries(CODE_FAMILIES).flatMap(([family, title]) => [
    `## ${title}`,
    '',
    '| code | meaning |',
    '|---|---|',
    ...codes.filter(([code]) => code.startsWith(family)).map(([code, meaning]) => `| \`${code}\` | ${meaning} |`),
    '',
  ]);
  const shown = sections.filter((line) => line.startsWith('| `')).length;
  expect(shown).toBe(codes.length);
  await expect(`${CODES_HEAD}\n${sections.join('\n')}`).toMatchFileSnapshot(`${docs}codes.md`);
});

const CODES_HEAD = `# Codes of diagnostics

What is wrong with what you wrote is told with its place, a code, a sentence and, where there is one, a hint. Codes
are stable: a fault keeps its code, and no code is ever given to another fault. \`cantrip validate --json\` prints them
for tools.
`;

it('docs/environment-keys.md lists every key', async () => {
  const schema = environmentJsonSchema() as unknown as Schema;
  const lines = rowsOf(schema, '').map(({ key, type, text }) => `| \`${key}\` | ${type} | ${text} |`);
  const table = ['| key | value | meaning |', '|---|---|---|', ...lines, ''].join('\n');
  await expect(`${KEYS_HEAD}\n${table}`).toMatchFileSnapshot(`${docs}environment-keys.md`);
});

const KEYS_HEAD = `# Keys of the environment file

Every key there is. How they work together is told in the [reference](environment-reference.md); the JSON Schema they
come from is [schema/environment.schema.json](../schema/environment.schema.json).
`;

it('schema/environment.schema.json is the schema of the code', () => {
  const written = readFileSync(new URL('../../schema/environment.schema.json', import.meta.url), 'utf8');
  expect(JSON.parse(written)).toEqual(environmentJsonSchema());
});

describe('blocks of YAML in docs/environment-reference.md', () => {
  const page = readFileSync(`${docs}environment-reference.md`, 'utf8');
  const blocks = [...page.matchAll(/^```yaml\n(.*?)^```/gms)].map((match) => match[1] as string);

  it('are there', () => expect(blocks.length).toBeGreaterThan(5));

  it.each(blocks.map((block, index) => [index + 1, block] as const))('number %i', (_number, block) => {
    const text = /^environment:/m.test(block) ? block : `environment: x\n${block}`;
    const options = { resolvePath: (path: string) => path, providers: ['container'] };
    expect(parseEnvironment(text, 'f', options).diagnostics).toEqual([]);
  });
});

interface Schema {
  readonly type?: string;
  readonly description?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema | boolean;
  readonly anyOf?: readonly Schema[];
}

interface Row {
  readonly key: string;
  readonly type: string;
  readonly text: string;
}

function rowsOf(schema: Schema, prefix: string): Row[] {
  const own = objectOf(schema);
  const rows = Object.entries(own.properties ?? {}).flatMap(([name, member]) => {
    const key = `${prefix}${name}`;
    const needed = own.required?.includes(name) ? 'required' : '';
    const text = [member.description ?? '', needed].filter((part) => part !== '').join(' · ');
    return [{ key, type: typeOf(member), text }, ...rowsOf(member, `${key}.`)];
  });
  const below = own.additionalProperties;
  return typeof below === 'object' ? [...rows, ...rowsOf(below, `${prefix}NAME.`)] : rows;
}

function objectOf(schema: Schema): Schema {
  return schema.anyOf?.find((one) => one.properties ?? one.additionalProperties) ?? schema;
}

function typeOf(schema: Schema): string {
  const { anyOf, type = 'any', minimum, maximum } = schema;
  if (anyOf !== undefined) {
    return [...new Set(anyOf.filter((one) => one.type !== 'null').map(typeOf))].join(' or ');
  }
  if (type === 'object') return 'map';
  if (type === 'array') return 'list';
  if (type === 'string') return 'text';
  return minimum === undefined ? type : `${type} ${minimum}–${maximum}`;
}
