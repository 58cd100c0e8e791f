import type { Node, Pair } from 'yaml';
import { isMap, isScalar, isSeq } from 'yaml';
import { flowYaml, textYaml } from './edit-yaml-text.ts';
import type { ParsedYaml } from './environment-yaml.ts';
import type { Json, JsonObject } from './json.ts';

/** A change of plain data: set a value below a path of keys, remove what stands there, or append to the list there. */
export type Change =
  | { readonly kind: 'set'; readonly path: readonly string[]; readonly value: Json }
  | { readonly kind: 'remove'; readonly path: readonly (string | number)[] }
  | { readonly kind: 'append'; readonly path: readonly string[]; readonly value: Json };

/** Replaces the characters from `start` to before `end`. */
export interface Splice {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** The text of a file and what was read from it. */
export interface Source {
  readonly text: string;
  readonly document: ParsedYaml;
}

/**
 * Where and how the text changes, or null when the place cannot be changed without touching more (aliases, explicit
 * keys).
 */
export function spliceFor(source: Source, change: Change): Splice | null {
  switch (change.kind) {
    case 'set':
      return setAt(source, change.path, change.value);
    case 'remove':
      return removeAt(source, change.path);
    case 'append':
      return appendTo(source, change.path, change.value);
  }
}

function setAt(source: Source, path: readonly string[], value: Json): Splice | null {
  let container: unknown = source.document.contents;
  for (const [depth, key] of path.entries()) {
    if (!isMap(container)) return null;
    const pair = findPair(container.items, key);
    const rest = path.slice(depth + 1);
    if (pair === undefined) return insertEntry(source, container, { key, value: nest(rest, value), depth });
    if (rest.length === 0) return replaceValue(source, pair, value, depth);
    if (isEmpty(pair.value)) return replaceValue(source, pair, nest(rest, value), depth);
    container = pair.value;
  }
  return null;
}

function appendTo(source: Source, path: readonly string[], value: Json): Splice | null {
  const list = path.reduce<unknown>(valueAt, source.document.contents);
  if (list === undefined || isEmpty(list)) return setAt(source, path, [value]);
  if (!isSeq(list)) return null;
  const last = list.items.at(-1) as Node;
  if (list.flow) return insertFlow(source, last, flowYaml(value));
  const dash = source.text.lastIndexOf('-', startOf(last) - 1);
  const indent = source.text.slice(lineStart(source.text, dash), dash);
  return /^ *$/.test(indent) ? insertLines(source, last, [`${indent}- ${flowYaml(value)}`]) : null;
}

function removeAt(source: Source, path: readonly (string | number)[]): Splice | null {
  const above = path.slice(0, -1);
  const container = above.reduce<unknown>(valueAt, source.document.contents);
  if (!isMap(container) && !isSeq(container)) return null;
  const items = container.items as unknown[];
  const key = path.at(-1) as string | number;
  const index = typeof key === 'number' ? key : items.findIndex((item) => hasKey(item as Pair, key));
  const item = items[index];
  if (item === undefined) return null;
  if (items.length === 1) return removeLast(source, above, isMap(container));
  if (!container.flow) return removeLines(source, item);
  const next = items[index + 1];
  if (next !== undefined) return { start: startOf(item), end: startOf(next), text: '' };
  return { start: endOf(items[index - 1]), end: endOf(item), text: '' };
}

/** An emptied `options` or `expose` goes as a whole; other collections stay and are written as empty. */
function removeLast(source: Source, path: readonly (string | number)[], isMapping: boolean): Splice | null {
  const name = path.at(-1);
  if (path.length === 3 && (name === 'options' || name === 'expose')) return removeAt(source, path);
  const parent = path.slice(0, -1).reduce<unknown>(valueAt, source.document.contents);
  const pair = isMap(parent) && typeof name === 'string' ? findPair(parent.items, name) : undefined;
  return pair === undefined ? null : replaceValue(source, pair, isMapping ? {} : [], path.length);
}

function removeLines({ text }: Source, item: unknown): Splice | null {
  const start = lineStart(text, startOf(item));
  if (!/^ *(?:- +)?$/.test(text.slice(start, startOf(item)))) return null;
  const end = nextLine(text, endOf(item));
  if (end !== null) return { start, end, text: '' };
  return { start: Math.max(0, start - eolOf(text).length), end: text.length, text: '' };
}

interface NewEntry {
  readonly key: string;
  readonly value: Json;
  /** Levels above the map it goes into. */
  readonly depth: number;
}

/** Into a map: after its last entry, in its style. */
function insertEntry(source: Source, map: Node & { items: unknown[]; flow?: boolean }, entry: NewEntry): Splice | null {
  const last = map.items.at(-1);
  const inline = `${textYaml(entry.key)}: ${flowYaml(entry.value)}`;
  if (map.flow) return last === undefined ? replaceNode(map, `{${inline}}`) : insertFlow(source, last, inline);
  if (last === undefined) return null;
  const indent = ' '.repeat(columnOf(source.text, startOf(map.items[0])));
  const style = { depth: entry.depth, indent, step: stepOf(source) };
  const siblingsInFlow = (last as Pair<unknown, Node & { flow?: boolean }>).value?.flow === true;
  const lines = siblingsInFlow ? [indent + inline] : blockLines(entry.key, entry.value, style);
  return insertLines(source, last, isSpaced(source.text, map.items) ? ['', ...lines] : lines);
}

interface BlockStyle {
  readonly depth: number;
  readonly indent: string;
  readonly step: string;
}

/** Environment and applications are written on several lines, what is below on one. */
function blockLines(key: string, value: Json, { depth, indent, step }: BlockStyle): string[] {
  const head = `${indent}${textYaml(key)}:`;
  if (Array.isArray(value) && value.length > 0 && depth === 0) {
    return [head, ...value.map((item) => `${indent}${step}- ${flowYaml(item)}`)];
  }
  const members = isObject(value) ? Object.entries(value) : [];
  if (members.length === 0 || depth > 1) return [`${head} ${flowYaml(value)}`];
  const below = { depth: depth + 1, indent: indent + step, step };
  return [head, ...members.flatMap(([name, member]) => blockLines(name, member, below))];
}

function replaceValue(source: Source, pair: Pair, value: Json, depth: number): Splice | null {
  const { text } = source;
  const node = pair.value as (Node & { flow?: boolean }) | null;
  const isInside = insideFlow(source, startOf(pair.key));
  const indent = ' '.repeat(columnOf(text, startOf(pair.key)));
  const [head = '', ...lines] = isInside ? [] : blockLines('key', value, { depth, indent, step: stepOf(source) });
  const inline = isInside || lines.length === 0 ? ` ${flowYaml(value)}` : head.slice(head.indexOf(':') + 1);
  const colon = text.indexOf(':', endOf(pair.key));
  if (colon === -1) return null;
  const isWritten = node !== null && endOf(node) > startOf(node);
  if (lines.length === 0 && isWritten && isOnOneLine(node)) return replaceNode(node, flowYaml(value));
  const rest = lines.map((line) => eolOf(text) + line).join('');
  if (!isWritten || isOnOneLine(node))
    return replaceInline(text, { colon, node: isWritten ? node : null, inline, rest });
  const end = endOf(node);
  const atLineStart = text[end - 1] === '\n';
  return { start: colon + 1, end, text: inline + rest + (atLineStart ? eolOf(text) : '') };
}

interface InlineValue {
  readonly colon: number;
  readonly node: Node | null;
  readonly inline: string;
  readonly rest: string;
}

/** Replaces `{}` or nothing; further lines go below a comment that ends the line. */
function replaceInline(text: string, { colon, node, inline, rest }: InlineValue): Splice {
  const end = node === null ? colon + 1 : endOf(node);
  if (rest === '') return { start: colon + 1, end, text: inline };
  const stop = lineEnd(text, end);
  return { start: colon + 1, end: stop, text: inline + text.slice(end, stop).trimEnd() + rest };
}

function replaceNode(node: Node, text: string): Splice {
  return { start: startOf(node), end: endOf(node), text };
}

/** After an item of a flow collection; on a line of its own when that item has one. */
function insertFlow({ text }: Source, last: unknown, inline: string): Splice {
  const before = text.slice(lineStart(text, startOf(last)), startOf(last));
  const separator = /^ *$/.test(before) && before !== '' ? `,${eolOf(text)}${before}` : ', ';
  return { start: endOf(last), end: endOf(last), text: separator + inline };
}

/** Whole lines below the line on which an item ends. */
function insertLines({ text }: Source, last: unknown, lines: readonly string[]): Splice {
  const eol = eolOf(text);
  const at = nextLine(text, endOf(last));
  if (at === null) return { start: text.length, end: text.length, text: lines.map((line) => eol + line).join('') };
  return { start: at, end: at, text: lines.map((line) => line + eol).join('') };
}

/** The start of the line below an offset, the offset itself when a line starts there; null below the last line. */
function nextLine(text: string, offset: number): number | null {
  if (offset > 0 && text[offset - 1] === '\n') return offset;
  const newline = text.indexOf('\n', offset);
  return newline === -1 ? null : newline + 1;
}

function lineStart(text: string, offset: number): number {
  return offset === 0 ? 0 : text.lastIndexOf('\n', offset - 1) + 1;
}

function lineEnd(text: string, offset: number): number {
  const newline = text.indexOf('\n', offset);
  if (newline === -1) return text.length;
  return text[newline - 1] === '\r' ? newline - 1 : newline;
}

function eolOf(text: string): string {
  return text.includes('\r\n') ? '\r\n' : '\n';
}

function columnOf(text: string, offset: number): number {
  const start = lineStart(text, offset);
  return offset - start - (text.charCodeAt(start) === 0xfeff ? 1 : 0);
}

/** Spaces by which the file indents one level more. */
function stepOf({ text, document }: Source): string {
  const maps = isMap(document.contents) ? document.contents.items.map((pair) => pair.value) : [];
  const inner = maps.find((value) => isMap(value) && !value.flow && value.items.length > 0);
  const step = isMap(inner) ? columnOf(text, startOf(inner.items[0])) : 0;
  return ' '.repeat(step > 0 ? step : 2);
}

/** Whether an empty line stands between the last two entries. */
function isSpaced(text: string, items: readonly unknown[]): boolean {
  const [before, last] = items.slice(-2);
  return last !== undefined && /\n[ \t]*\r?\n/.test(text.slice(endOf(before), startOf(last)));
}

/** Whether an offset stands between the brackets of a flow collection. */
function insideFlow({ document }: Source, offset: number): boolean {
  const contains = (node: unknown): boolean => {
    if ((!isMap(node) && !isSeq(node)) || offset < startOf(node) || offset >= endOf(node)) return false;
    if (node.flow) return true;
    return node.items.some((item) => contains(isMap(node) ? (item as Pair).value : item));
  };
  return contains(document.contents);
}

function startOf(item: unknown): number {
  const node = (item as Pair | null)?.key ?? item;
  return (node as Node | null)?.range?.[0] ?? 0;
}

/** Where the last written character of a node or pair ends; of a block scalar, the start of the line below it. */
function endOf(item: unknown): number {
  if (isMap(item) || isSeq(item)) {
    const last = item.items.at(-1);
    return item.flow || last === undefined ? (item.range?.[1] ?? 0) : endOf(last);
  }
  const pair = item as Partial<Pair<unknown, Node | null>> | null;
  if (pair?.key === undefined) return (item as Node | null)?.range?.[1] ?? 0;
  return Math.max(endOf(pair.key), pair.value == null ? 0 : endOf(pair.value));
}

function isOnOneLine(node: Node & { flow?: boolean; type?: string }): boolean {
  return isMap(node) || isSeq(node) ? node.flow === true : !node.type?.startsWith('BLOCK');
}

function isEmpty(node: unknown): boolean {
  if (isMap(node) || isSeq(node)) return node.items.length === 0;
  return node === null || (isScalar(node) && node.value === null);
}

function valueAt(node: unknown, key: string | number): unknown {
  if (typeof key === 'number') return isSeq(node) ? node.items[key] : undefined;
  return isMap(node) ? findPair(node.items, key)?.value : undefined;
}

function findPair(pairs: readonly unknown[], key: string): Pair | undefined {
  return (pairs as Pair[]).find((pair) => hasKey(pair, key));
}

function hasKey(pair: Pair, key: string): boolean {
  return isScalar(pair.key) && pair.key.value === key;
}

function nest(path: readonly string[], value: Json): Json {
  return path.reduceRight<Json>((inner, key) => ({ [key]: inner }), value);
}

function isObject(value: Json): value is JsonObject {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}
