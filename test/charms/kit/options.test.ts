import { expect, test } from 'vitest';
import { charm, intent, z } from '../../../charms/kit/index.ts';
import type { JsonObject } from '../../../model/json.ts';

const subject = charm(
  {
    name: 'subject',
    summary: '',
    options: z.object({
      balance: z.enum(['roundrobin', 'leastconn']).default('roundrobin'),
      port: z.int().min(1).max(65535).default(80),
      name: z.string().min(1).optional(),
      size: z
        .string()
        .regex(/^\d+M$/, "must be a size like '10M'")
        .optional(),
      routes: z.record(z.string(), z.strictObject({ path: z.string() })).default({}),
      limits: z.strictObject({ connect: z.string().default('1s'), soft: z.boolean().optional() }).prefault({}),
      value: z.union([z.string(), z.number()]).optional(),
    }),
  },
  () => intent({}),
);

test('defaults are filled in', () => {
  const options = { balance: 'roundrobin', port: 80, routes: {}, limits: { connect: '1s' } };
  expect(subject.checkOptions({})).toEqual({ kind: 'valid', options });
  expect(subject.checkOptions({ port: 8080, limits: { soft: true } })).toEqual({
    kind: 'valid',
    options: { ...options, port: 8080, limits: { connect: '1s', soft: true } },
  });
});

const names = ['balance', 'limits', 'name', 'port', 'routes', 'size', 'value'];

test.each<[string, JsonObject, readonly (string | number)[], string, readonly string[]]>([
  ['unknown name', { balence: 'x' }, ['balence'], `is not an option: there are ${names.join(', ')}`, names],
  [
    'unknown name inside',
    { limits: { conect: '1s' } },
    ['limits', 'conect'],
    'is not an option: there are connect, soft',
    ['connect', 'soft'],
  ],
  [
    'unknown name in a map',
    { routes: { api: { pth: '/', path: '/' } } },
    ['routes', 'api', 'pth'],
    'is not an option: there are path',
    ['path'],
  ],
  [
    'one of',
    { balance: 'random' },
    ['balance'],
    'must be "roundrobin" or "leastconn", not "random"',
    ['roundrobin', 'leastconn'],
  ],
  ['type', { port: 'http' }, ['port'], 'must be a number, not "http"', []],
  ['whole number', { port: 1.5 }, ['port'], 'must be a whole number, not 1.5', []],
  ['too small', { port: 0 }, ['port'], 'must be at least 1, not 0', []],
  ['too big', { port: 70_000 }, ['port'], 'must be at most 65535, not 70000', []],
  ['empty', { name: '' }, ['name'], 'must be a text that is not empty, not ""', []],
  ['pattern', { size: '10' }, ['size'], 'must be a size like \'10M\', not "10"', []],
  ['missing', { routes: { api: {} } }, ['routes', 'api', 'path'], 'is missing: it must be a string', []],
  ['union', { value: true }, ['value'], 'must be a string or a number, not true', []],
  ['list for a map', { routes: [] }, ['routes'], 'must be a map, not []', []],
])('fault: %s', (_name, options, path, message, expected) => {
  expect(subject.checkOptions(options)).toEqual({ kind: 'invalid', faults: [{ path, message, expected }] });
});

test('every fault is told at once', () => {
  const result = subject.checkOptions({ port: 0, balance: 'x', nme: '' });
  expect(result.kind === 'invalid' && result.faults.map((fault) => fault.path.join('.')).sort()).toEqual([
    'balance',
    'nme',
    'port',
  ]);
});

test('a charm without options says so', () => {
  const bare = charm({ name: 'bare', summary: '' }, () => intent({}));
  expect(bare.checkOptions({ x: 1 })).toMatchObject({ faults: [{ message: 'is not an option: there are none' }] });
});
