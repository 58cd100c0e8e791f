import type { Code } from './codes.ts';
import type { Place } from './diagnostic.ts';
import type { KeyTable } from './environment-keys.ts';
import type { Located, LocatedEntry, LocatedMap } from './environment-tree.ts';
import { describe, quote } from './environment-tree.ts';
import { isName, MAX_NAME_LENGTH } from './names.ts';
import type { Report } from './report.ts';
import { didYouMean, suggestions } from './suggest.ts';

/**
 * Entries of a map with fixed keys, by key. Unknown keys are reported; one that can only be a slip is read as what
 * was meant.
 */
export function readKeys(map: LocatedMap, table: KeyTable, owner: Owner, report: Report): Map<string, LocatedEntry> {
  const entries = new Map<string, LocatedEntry>();
  const strangers: LocatedEntry[] = [];
  for (const entry of map.entries) {
    if (table.known.includes(entry.key)) entries.set(entry.key, entry);
    else strangers.push(entry);
  }
  for (const entry of strangers) {
    const meant = refuseKey(entry, table, owner, report);
    if (meant !== null && !entries.has(meant)) entries.set(meant, { ...entry, key: meant });
  }
  for (const key of table.required) {
    if (entries.has(key)) continue;
    report.error('E1102', owner.place, `${owner.name} lacks "${key}"`, owner.missingHint?.[key] ?? null);
  }
  return entries;
}

/** Whose keys are read: `application "web"`; the place is where its lack of a key is reported. */
export interface Owner {
  readonly name: string;
  readonly place: Place;
  readonly missingHint?: Readonly<Record<string, string>>;
}

/** Reports an unknown key; the one known key it can only be a slip of, or null. */
function refuseKey(entry: LocatedEntry, table: KeyTable, owner: Owner, report: Report): string | null {
  const { key, place } = entry;
  if (table.later.includes(key)) {
    report.error('E1104', place, `"${key}" in ${owner.name} is not supported yet`, 'remove it');
    return null;
  }
  const ours = table.elsewhere[key];
  const near = suggestions(key, table.known);
  const hint =
    didYouMean(key, table.known) ??
    (ours === undefined ? `known here: ${table.known.join(', ')}` : `the word here is "${ours}"`);
  report.error('E1101', place, `unknown key ${quote(key)} in ${owner.name}`, hint);
  return near.length === 1 ? (near[0] as string) : null;
}

/** The map, an empty one when nothing stands there, or null after a fault. `what` names it: `options of "web"`. */
export function readMap(node: Located, what: string, report: Report, hint: string | null = null): LocatedMap | null {
  if (node.kind === 'map') return node;
  if (node.kind === 'null') return { kind: 'map', place: node.place, entries: [] };
  report.error('E1103', node.place, `${what} must be a map, not ${describe(node)}`, hint);
  return null;
}

/** The text, or null after a fault. */
export function readText(node: Located, what: string, report: Report): string | null {
  if (node.kind === 'text') return expandText(node.value, node.place, report);
  const hint = node.kind === 'number' || node.kind === 'boolean' ? `put it in quotes if it is text` : null;
  report.error('E1103', node.place, `${what} must be text, not ${describe(node)}`, hint);
  return null;
}

const VARIABLE = /(?<!\$)\$\{([A-Za-z_][\w.-]*)\}/;

/** `${name}` is kept for variables, which later versions have; `$${` stands for a literal `${`. */
export function expandText(text: string, place: Place, report: Report): string {
  if (!text.includes('${')) return text;
  const variable = VARIABLE.exec(text);
  if (variable !== null) {
    const message = `variables are not supported yet: ${quote(variable[0])}`;
    report.error('E1104', place, message, 'write the value itself; a literal ${ is written $${');
  }
  return text.replaceAll('$${', '${');
}

export interface Range {
  readonly min: number;
  readonly max: number;
  /** `E1106` unless said otherwise. */
  readonly code?: Code;
  readonly hint?: string;
}

/** A whole number in a range, or null after a fault. */
export function readInteger(node: Located, what: string, range: Range, report: Report): number | null {
  const { min, max, code = 'E1106' } = range;
  if (node.kind !== 'number') {
    const quoted = node.kind === 'text' && /^\d+$/.test(node.value) ? 'remove the quotes' : (range.hint ?? null);
    report.error('E1103', node.place, `${what} must be a number, not ${describe(node)}`, quoted);
    return null;
  }
  if (!Number.isInteger(node.value) || node.value < min || node.value > max) {
    const message = `${what} must be a whole number from ${min} to ${max}, not ${node.source}`;
    report.error(code, node.place, message, range.hint ?? null);
    return null;
  }
  return node.value;
}

/** Reports a text that is no valid name of an environment or application. */
export function checkName(name: string, what: string, place: Place, report: Report): boolean {
  if (isName(name)) return true;
  report.error('E1105', place, `${quote(name)} is not a valid name of ${what}: ${nameFault(name)}`, nameHint(name));
  return false;
}

function nameFault(name: string): string {
  if (name === '') return 'it is empty';
  if (name.length > MAX_NAME_LENGTH) return `it has ${name.length} characters, at most ${MAX_NAME_LENGTH} fit`;
  if (!/^[a-z]/.test(name)) return 'it must begin with a lower-case letter';
  const stranger = /[^a-z0-9-]/u.exec(name);
  if (stranger !== null) return `${quote(stranger[0])} is not allowed, only a-z, 0-9 and -`;
  if (name.includes('--')) return 'it has two hyphens in a row';
  if (name.endsWith('-')) return 'it ends with a hyphen';
  return 'it ends with a hyphen and a number, as host names of units do';
}

function nameHint(name: string): string | null {
  const repaired = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/-(\d+)$/, '$1')
    .replace(/^[-0-9]+|-+$/g, '')
    .slice(0, MAX_NAME_LENGTH);
  return isName(repaired) ? `for example "${repaired}"` : null;
}

const CHARM_NAME = /^[a-z][a-z0-9]*(?:[-_][a-z0-9]+)*$/;

/** Names that charms give to endpoints, ports, storage and resources. */
export function isCharmName(text: string): boolean {
  return CHARM_NAME.test(text) && text.length <= 100;
}

/** Reports a key that no charm can have given as a name. */
export function checkCharmName(entry: LocatedEntry, what: string, report: Report): boolean {
  expandText(entry.key, entry.place, report);
  if (isCharmName(entry.key)) return true;
  const message = `${quote(entry.key)} in ${what} is not a name: only a-z, 0-9, - and _, beginning with a letter`;
  report.error('E1105', entry.place, message);
  return false;
}
