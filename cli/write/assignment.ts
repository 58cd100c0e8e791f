import { readPlain } from '../../model/edit-change.ts';
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

/** What may be more than text: numbers, true and false, and what opens a bracket or quote. */
const STRUCTURED = /^(?:[[{"']|[-+]?\.?\d|true$|false$)/;

/**
 * The value as YAML reads it where that is plainly meant: numbers, true, lists, maps in braces. Everything else is
 * text.
 */
export function parseOptionValue(text: string): Json {
  if (text === 'null') return null;
  const value = STRUCTURED.test(text) ? readPlain(text) : null;
  const isBlock = value !== null && typeof value === 'object' && !/^[[{]/.test(text);
  return value === null || isBlock ? text : value;
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
