import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import {
  APPLICATION_KEYS,
  CONSTRAINT_KEYS,
  DEFAULTS_KEYS,
  ENVIRONMENT_KEYS,
  EXPOSE_KEYS,
} from '../../model/environment-keys.ts';
import { parseEnvironment } from '../../model/environment-parse.ts';
import { environmentJsonSchema } from '../../model/environment-schema.ts';

const validate = new Ajv({ strict: false }).compile(environmentJsonSchema());
const OPTIONS = { resolvePath: (path: string) => path, providers: ['container'] };

const application = (line: string) => `environment: a\napplications: {web: {charm: x, ${line}}, db: {charm: y}}\n`;

/** Documents whose faults a schema can see: parser and schema must agree on every one of them. */
const DOCUMENTS: readonly (readonly ['right' | 'wrong', string])[] = [
  ['right', 'environment: a'],
  ['right', 'environment: a\napplications:\nrelations:\ndefaults:\n'],
  ['right', 'environment: a\ndefaults: {provider: container, image: debian/12}'],
  ['right', application('units: 0')],
  ['right', application('options: {a: {b: [1, null, true]}}')],
  ['right', application('options:')],
  ['right', application('constraints: {cpu: 0.5, memory: 1.5G, pids: 10}')],
  ['right', application('constraints: {cpu: 500m}')],
  ['right', application('storage: {data: 2Gi}, resources: {app: ./app}')],
  ['right', application('expose: {http: 8080, a: "8081", b: "127.0.0.1:8082", c: {port: 8083, address: 10.0.0.1}}')],
  ['right', `${application('units: 1')}relations: [[web, db], [web:a_b, db:c]]`],
  ['wrong', 'applications: {}'],
  ['wrong', 'environment: A'],
  ['wrong', 'environment: a--b'],
  ['wrong', 'environment: a-1'],
  ['wrong', `environment: ${'a'.repeat(51)}`],
  ['wrong', 'environment: 5'],
  ['wrong', 'environment: a\nvariables: {}'],
  ['wrong', 'environment: a\ndefaults: {colour: red}'],
  ['wrong', 'environment: a\ndefaults: {image: debian}'],
  ['wrong', 'environment: a\napplications: [web]'],
  ['wrong', 'environment: a\napplications: {Web: {charm: x}}'],
  ['wrong', 'environment: a\napplications: {web: {units: 1}}'],
  ['wrong', 'environment: a\napplications: {web: {charm: "a b"}}'],
  ['wrong', 'environment: a\napplications: {web: {charm: "npm:x"}}'],
  ['wrong', application('units: two')],
  ['wrong', application('units: "2"')],
  ['wrong', application('units: -1')],
  ['wrong', application('units: 1.5')],
  ['wrong', application('units: 100001')],
  ['wrong', application('rollout: {}')],
  ['wrong', application('options: [a]')],
  ['wrong', application('constraints: {cpu: fast}')],
  ['wrong', application('constraints: {cpu: 0}')],
  ['wrong', application('constraints: {memory: 512}')],
  ['wrong', application('constraints: {memory: 512MB}')],
  ['wrong', application('constraints: {pids: 0}')],
  ['wrong', application('constraints: {mem: 1G}')],
  ['wrong', application('storage: {data: 5}')],
  ['wrong', application('storage: {Data: 5G}')],
  ['wrong', application('resources: {app: ""}')],
  ['wrong', application('resources: {app: 5}')],
  ['wrong', application('expose: 8080')],
  ['wrong', application('expose: {http: 0}')],
  ['wrong', application('expose: {http: "a:80"}')],
  ['wrong', application('expose: {http: {address: 10.0.0.1}}')],
  ['wrong', application('expose: {http: {port: 80, adress: 10.0.0.1}}')],
  ['wrong', 'environment: a\nrelations: {web: db}'],
  ['wrong', `${application('units: 1')}relations: [[web]]`],
  ['wrong', `${application('units: 1')}relations: ["web db"]`],
  ['wrong', `${application('units: 1')}relations: [["web:a b", db]]`],
];

describe('parser and schema agree', () => {
  it.each(DOCUMENTS)('%s: %s', (kind, text) => {
    const accepted = kind === 'right';
    expect(parseEnvironment(text, 'f', OPTIONS).diagnostics.length === 0).toBe(accepted);
    expect(validate(parse(text))).toBe(accepted);
  });

  it('on the keys of every level', () => {
    const schema = environmentJsonSchema() as unknown as Schema;
    const app = member(schema, 'applications', 'additionalProperties');
    expect(keys(schema)).toEqual(ENVIRONMENT_KEYS.known);
    expect(keys(member(schema, 'defaults'))).toEqual(DEFAULTS_KEYS.known);
    expect(keys(app)).toEqual(APPLICATION_KEYS.known);
    expect(keys(member(app, 'constraints'))).toEqual(CONSTRAINT_KEYS.known);
    expect(keys(member(member(app, 'expose', 'additionalProperties')))).toEqual(EXPOSE_KEYS.known);
  });
});

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema;
  readonly anyOf?: readonly Schema[];
}

/** The object among the alternatives of a member, or of the schema itself. */
function member(schema: Schema, key?: string, below?: 'additionalProperties'): Schema {
  const own = key === undefined ? schema : (schema.properties?.[key] as Schema);
  const object = own.anyOf?.find((one) => one.properties ?? one.additionalProperties) ?? own;
  return below === undefined ? object : (object[below] as Schema);
}

function keys(schema: Schema): string[] {
  return Object.keys(schema.properties ?? {}).sort();
}
