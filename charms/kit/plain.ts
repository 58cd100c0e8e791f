import type { Json, JsonObject } from '../../model/json.ts';

/** What is wrong with a value that should be plain JSON, and where. */
export interface PlainFault {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

/** First thing in a value that JSON cannot hold; null when it is plain. Members that are undefined count as absent. */
export function findUnplain(value: unknown, path: readonly (string | number)[] = []): PlainFault | null {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return null;
  if (typeof value === 'number') return Number.isFinite(value) ? null : { path, message: `${value} is not JSON` };
  if (typeof value !== 'object') return { path, message: `a ${typeof value} is not JSON` };
  if (Array.isArray(value))
    return firstOf(
      value.map((item, index) => [index, item] as const),
      path,
    );
  if (!isPlainObject(value)) return { path, message: 'only plain objects are JSON' };
  return firstOf(
    Object.entries(value).filter(([, member]) => member !== undefined),
    path,
  );
}

function firstOf(entries: readonly (readonly [string | number, unknown])[], path: readonly (string | number)[]) {
  for (const [key, member] of entries) {
    const fault = findUnplain(member, [...path, key]);
    if (fault !== null) return fault;
  }
  return null;
}

/** A record as a literal makes it, also one from another realm (a charm's compartment has its own Object). */
export function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** Copy without undefined members, frozen all the way down. The value was found plain. */
export function plainCopy(value: JsonObject): JsonObject {
  return copy(value) as JsonObject;
}

function copy(value: Json): Json {
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return Object.freeze(value.map(copy));
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  return Object.freeze(Object.fromEntries(members.map(([key, member]) => [key, copy(member)])));
}

/** Freezes plain data all the way down. What is frozen already is taken to be so throughout. */
export function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  Object.freeze(value);
  for (const member of Object.values(value)) deepFreeze(member);
  return value;
}
