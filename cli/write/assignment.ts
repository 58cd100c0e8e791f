import { parse } from 'yaml';
import { flowYaml } from '../../model/edit-yaml-text.ts';
import type { Json } from '../../model/json.ts';
import { UsageError } from '../output/fault.ts';

/** `key=value` as typed. */
export interface Assignment {
  readonly key: string;
  readonly value: string;
}

/** Splits at the first `=`; a text without one, or without a key, is refused. */
export function parseAssignment(text: string, what: string, example: string): Assignment {
  const at = text.indexOf('=');
  if (at < 1) throw new UsageError(`${what} ${JSON.stringify(text)} is no assignment`, `for example ${example}`);
  return { key: text.slice(0, at), value: text.slice(at + 1) };
}

/**
 * The value as YAML reads it on one line: numbers, true, lists; what is no YAML, and what would not be read back the
 * same, is text.
 */
export function parseOptionValue(text: string): Json {
  try {
    const value: unknown = parse(text, { schema: 'core', version: '1.2', logLevel: 'silent' });
    return text !== '' && isJson(value) && parseable(value) ? value : text;
  } catch {
    return text;
  }
}

function parseable(value: Json): boolean {
  return JSON.stringify(parse(flowYaml(value))) === JSON.stringify(value);
}

function isJson(value: unknown): value is Json {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return true;
  if (typeof value === 'number') return Number.isFinite(value);
  if (Array.isArray(value)) return value.every(isJson);
  return typeof value === 'object' && Object.values(value).every(isJson);
}

/** `deep.limit` as the path of an option. */
export function optionPath(key: string): readonly string[] {
  const path = key.split('.');
  if (path.some((part) => part === '')) throw new UsageError(`${JSON.stringify(key)} is not the name of an option`);
  return path;
}

const PORT = /^(?:(?:\d{1,3}\.){3}\d{1,3}:)?\d{1,5}$/;

/** `http=8080` or `http=127.0.0.1:8080`, as it is written in the file. */
export function parseExposure(text: string): { readonly port: string; readonly value: number | string } {
  const { key, value } = parseAssignment(text, 'exposure', 'http=8080');
  if (!PORT.test(value)) {
    throw new UsageError(
      `${JSON.stringify(value)} is not a port of the host`,
      'for example http=8080 or http=127.0.0.1:8080',
    );
  }
  return { port: key, value: /^\d+$/.test(value) ? Number(value) : value };
}
