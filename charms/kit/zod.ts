/**
 * The part of zod whose values are plain JSON. Options and relation data cross between engine and charm as JSON, so a
 * schema that could produce a Date or a Map has no place here; and a short list keeps a bundled charm small.
 */
export type { core, infer, input, output, ZodObject, ZodType } from 'zod';
export {
  array,
  boolean,
  discriminatedUnion,
  email,
  enum,
  int,
  ipv4,
  literal,
  nullable,
  number,
  object,
  optional,
  record,
  strictObject,
  string,
  toJSONSchema,
  union,
  url,
} from 'zod';
