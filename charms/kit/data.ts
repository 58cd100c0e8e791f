import type { JsonObject } from '../../model/json.ts';
import { describeIssues } from './issues.ts';
import { deepFreeze, findUnplain, type PlainFault, plainCopy } from './plain.ts';
import type * as z from './zod.ts';

export type DataResult =
  | { readonly kind: 'valid'; readonly data: JsonObject }
  | { readonly kind: 'invalid'; readonly fault: PlainFault };

/**
 * Relation data read by a schema. The same published object is seen by every unit at the far end, so what it was read
 * as is remembered; fields the reader does not know are dropped, so that a publisher may be newer than its readers.
 */
export function readData(schema: z.ZodObject, data: JsonObject): DataResult {
  const known = memory.get(schema) ?? new WeakMap<JsonObject, DataResult>();
  memory.set(schema, known);
  const before = known.get(data);
  if (before !== undefined) return before;
  const result = parse(schema, data);
  known.set(data, result);
  return result;
}

const memory = new WeakMap<z.ZodObject, WeakMap<JsonObject, DataResult>>();

function parse(schema: z.ZodObject, data: JsonObject): DataResult {
  const parsed = schema.safeParse(data);
  if (parsed.success) return { kind: 'valid', data: deepFreeze(parsed.data) as JsonObject };
  return { kind: 'invalid', fault: firstFault(parsed.error, data) };
}

/** Data on their way out: every field must be known and the result plain JSON. */
export function writeData(schema: z.ZodObject, data: unknown): DataResult {
  const parsed = strict(schema).safeParse(data);
  if (!parsed.success) return { kind: 'invalid', fault: firstFault(parsed.error, data) };
  const fault = findUnplain(parsed.data);
  return fault === null ? { kind: 'valid', data: plainCopy(parsed.data as JsonObject) } : { kind: 'invalid', fault };
}

function strict(schema: z.ZodObject): z.ZodObject {
  const known = strictSchemas.get(schema) ?? schema.strict();
  strictSchemas.set(schema, known);
  return known;
}

const strictSchemas = new WeakMap<z.ZodObject, z.ZodObject>();

function firstFault(error: Parameters<typeof describe>[0], data: unknown): PlainFault {
  return describe(error, data)[0] ?? { path: [], message: 'does not fit' };
}

function describe(error: { readonly issues: Parameters<typeof describeIssues>[0] }, data: unknown) {
  return describeIssues(error.issues, data);
}
