import type { Json, JsonObject } from './json.ts';

/** A value as YAML on one line. */
export function flowYaml(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(flowYaml).join(', ')}]`;
  if (value === null || typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (typeof value === 'string') return textYaml(value);
  const members = Object.entries(value as JsonObject).map(([key, member]) => `${textYaml(key)}: ${flowYaml(member)}`);
  return `{${members.join(', ')}}`;
}

/** Starts and goes on with letters, digits and what is harmless anywhere; a colon only before a letter or digit. */
const PLAIN = /^[A-Za-z_./](?:[A-Za-z0-9_./+@ -]|:(?=[A-Za-z0-9]))*$/;

/** Plain texts that YAML would read as something else. */
const RESERVED = /^(?:null|true|false|[.](?:nan|inf)|[.]\d.*|y|n|yes|no|on|off)$/i;

/** A text as YAML: plain where that is safe, also for readers of YAML 1.1, else in double quotes. */
export function textYaml(text: string): string {
  const plain = PLAIN.test(text) && !RESERVED.test(text) && text === text.trim() && !text.startsWith('..');
  return plain || isRelativePath(text) || QUANTITY.test(text) ? text : JSON.stringify(text);
}

/** `256M`, `500m`: digits that no reader takes for a number. */
const QUANTITY = /^\d+(?:\.\d+)?[KMGTm]i?$/;

function isRelativePath(text: string): boolean {
  return /^\.\.?\/[A-Za-z0-9_./-]*$/.test(text);
}
