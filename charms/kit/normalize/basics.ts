import { sortedEntries } from '../../../model/order.ts';
import { refuse } from '../fault.ts';

const ACCOUNT = /^[a-z_][a-z0-9_-]*$|^\d+$/;

/** An absolute path in its one spelling, so that equal files have equal names. */
export function absolutePath(path: string, at: string): string {
  const clean = path.startsWith('/') && !path.includes('\0') && path.length > 1 && !/\/(\.{0,2}\/|\.{0,2}$)/.test(path);
  return clean ? path : refuse(at, `must be an absolute path without '.', '..' and '//', not '${path}'`);
}

export function octalMode(mode: string, path: string): string {
  return /^0?[0-7]{3,4}$/.test(mode) ? mode.padStart(4, '0') : refuse(path, `must be octal like '0644', not '${mode}'`);
}

/** A user or group, by name or number. */
export function account(name: string, path: string): string {
  return ACCOUNT.test(name) ? name : refuse(path, `must be the name or number of an account, not '${name}'`);
}

export function portNumber(port: number, path: string): number {
  return Number.isInteger(port) && port >= 1 && port <= 65535
    ? port
    : refuse(path, `must be a port, 1 to 65535, not ${port}`);
}

export function signalName(name: string, path: string): string {
  return /^SIG[A-Z0-9+-]+$/.test(name) ? name : refuse(path, `must be a signal's name like 'SIGTERM', not '${name}'`);
}

/** Environment of a process: names as programs expect them, values as texts. Sorted. */
export function environmentOf(
  environment: Readonly<Record<string, string | number | boolean>>,
  path: string,
): Readonly<Record<string, string>> {
  const entries = sortedEntries(environment).map(([name, value]): [string, string] => {
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) refuse(`${path}.${name}`, `must be named with letters, digits and '_'`);
    const text = String(value);
    return text.includes('\0') ? refuse(`${path}.${name}`, 'holds a NUL character') : [name, text];
  });
  return Object.fromEntries(entries);
}

/** Names that must be among the known ones; sorted, each once. */
export function namesAmong(names: readonly string[], known: readonly string[], path: string): readonly string[] {
  const stranger = names.find((name) => !known.includes(name));
  if (stranger === undefined) return [...new Set(names)].sort();
  return refuse(path, `names '${stranger}', which the intent does not have: there is ${known.join(', ') || 'nothing'}`);
}

/** A record's values mapped, keys sorted. */
export function mapRecord<A, B>(
  record: Readonly<Record<string, A>>,
  map: (value: A, key: string) => B,
): Record<string, B> {
  return Object.fromEntries(sortedEntries(record).map(([key, value]) => [key, map(value, key)]));
}

/** Refuses members that nobody reads: a mistyped name must not pass for a setting. */
export function onlyKnown(value: object, known: readonly string[], path: string): void {
  const stranger = Object.keys(value).find((key) => !known.includes(key));
  if (stranger !== undefined)
    refuse(path === '' ? stranger : `${path}.${stranger}`, `is not known here: there are ${known.join(', ')}`);
}
