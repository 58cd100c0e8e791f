import type { OptionFault, OptionsResult } from '../../model/charm.ts';
import type { Json, JsonObject } from '../../model/json.ts';
import { describeIssues } from './issues.ts';
import { findUnplain, isPlainObject, plainCopy } from './plain.ts';
import type * as z from './zod.ts';

/** Options checked by the charm's schema, or every fault in them. `jsonSchema` is the same schema as data. */
export function checkOptions(schema: z.ZodObject, jsonSchema: JsonObject, options: JsonObject): OptionsResult {
  const parsed = schema.safeParse(options);
  if (!parsed.success) {
    const faults = describeIssues(parsed.error.issues, options).map((fault) => withNames(fault, jsonSchema));
    return { kind: 'invalid', faults };
  }
  const unplain = findUnplain(parsed.data);
  if (unplain !== null) return { kind: 'invalid', faults: [{ ...unplain, expected: [] }] };
  return { kind: 'valid', options: plainCopy(parsed.data as JsonObject) };
}

/** An unknown name gets the names that are known beside it. */
function withNames(fault: OptionFault, jsonSchema: JsonObject): OptionFault {
  if (fault.message !== 'is not known here') return fault;
  const names = namesAt(jsonSchema, fault.path.slice(0, -1));
  const expected = names.length === 0 ? 'there are none' : `there are ${names.join(', ')}`;
  return { ...fault, message: `is not an option: ${expected}`, expected: names };
}

/** Names of the properties that a JSON Schema knows at a path, sorted. */
function namesAt(schema: Json | undefined, path: readonly (string | number)[]): string[] {
  if (!isPlainObject(schema)) return [];
  const { properties, items, additionalProperties } = schema as JsonObject;
  const [part, ...rest] = path;
  if (part === undefined) return isPlainObject(properties) ? Object.keys(properties).sort() : [];
  if (typeof part === 'number') return namesAt(items, rest);
  return namesAt((properties as JsonObject | undefined)?.[part] ?? additionalProperties, rest);
}
