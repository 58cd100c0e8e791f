import type { Change } from './edit-splice.ts';
import { spliceFor } from './edit-splice.ts';
import { toJson } from './environment-tree.ts';
import { parseYaml, readYaml } from './environment-yaml.ts';
import type { Json, JsonObject } from './json.ts';
import { canonicalJson } from './json.ts';
import { openReport } from './report.ts';

/** A file's text as plain data, or null when it cannot be read. */
export function readPlain(text: string): Json | null {
  const report = openReport();
  const root = readYaml(text, '', report);
  return root === null || report.diagnostics().length > 0 ? null : toJson(root);
}

/**
 * The text with one change made where it belongs and every other character as it was; null when that is not possible.
 * What is returned was
 * read back and means exactly what was intended.
 */
export function changeText(text: string, change: Change): string | null {
  const before = readPlain(text);
  const document = parseYaml(text, () => {});
  if (before === null || document === null) return null;
  const splice = spliceFor({ text, document }, change);
  if (splice === null) return null;
  const changed = text.slice(0, splice.start) + splice.text + text.slice(splice.end);
  const after = readPlain(changed);
  const isExact = after !== null && canonicalJson(tidy(after)) === canonicalJson(tidy(changeJson(before, change)));
  return isExact ? changed : null;
}

/** The same change on plain data: what the text must mean afterwards. */
export function changeJson(root: Json, change: Change): Json {
  const { path } = change;
  switch (change.kind) {
    case 'set':
      return replaceAt(root, path, () => change.value);
    case 'remove':
      return removeFrom(root, path);
    case 'append':
      return replaceAt(root, path, (list) => [...(Array.isArray(list) ? list : []), change.value]);
  }
}

function replaceAt(node: Json, [key, ...rest]: readonly (string | number)[], update: (old: Json) => Json): Json {
  if (key === undefined) return update(node);
  const object = isObject(node) ? node : {};
  return { ...object, [key]: replaceAt(object[key] ?? null, rest, update) };
}

function removeFrom(node: Json, [key, ...rest]: readonly (string | number)[]): Json {
  if (typeof key === 'number' && Array.isArray(node)) return node.filter((_item, index) => index !== key);
  if (!isObject(node) || key === undefined) return node;
  const entries = Object.entries(node).filter(([name]) => name !== key || rest.length > 0);
  return Object.fromEntries(entries.map(([name, value]) => [name, name === key ? removeFrom(value, rest) : value]));
}

/** Empty `options` and `expose` mean the same as none. */
function tidy(root: Json): Json {
  if (!isObject(root) || !isObject(root.applications ?? null)) return root;
  const applications = Object.entries(root.applications as JsonObject).map(([name, spec]): [string, Json] => [
    name,
    isObject(spec) ? Object.fromEntries(Object.entries(spec).filter(([key, value]) => !isEmptied(key, value))) : spec,
  ]);
  return { ...root, applications: Object.fromEntries(applications) };
}

function isEmptied(key: string, value: Json): boolean {
  return (key === 'options' || key === 'expose') && isObject(value) && Object.keys(value).length === 0;
}

function isObject(value: Json): value is JsonObject {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}
