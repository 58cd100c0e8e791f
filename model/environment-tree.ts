import type { Place } from './diagnostic.ts';
import type { Json } from './json.ts';

/** What stands in a file, as plain data with the place of every part. Knows nothing of YAML. */
export type Located = LocatedMap | LocatedList | LocatedText | LocatedNumber | LocatedBoolean | LocatedNull;

export interface LocatedMap {
  readonly kind: 'map';
  readonly place: Place;
  /** In the order of the file, each key once. */
  readonly entries: readonly LocatedEntry[];
}

export interface LocatedEntry {
  readonly key: string;
  /** Where the key stands. */
  readonly place: Place;
  readonly value: Located;
}

interface LocatedList {
  readonly kind: 'list';
  readonly place: Place;
  readonly items: readonly Located[];
}

export interface LocatedText {
  readonly kind: 'text';
  readonly place: Place;
  readonly value: string;
}

interface LocatedNumber {
  readonly kind: 'number';
  readonly place: Place;
  readonly value: number;
  /** As written, for quantities: `0.50`. */
  readonly source: string;
}

interface LocatedBoolean {
  readonly kind: 'boolean';
  readonly place: Place;
  readonly value: boolean;
}

interface LocatedNull {
  readonly kind: 'null';
  readonly place: Place;
}

/** The value for a sentence: `"two"`, `the number 3`, `a list`. */
export function describe(node: Located): string {
  switch (node.kind) {
    case 'map':
      return 'a map';
    case 'list':
      return 'a list';
    case 'text':
      return quote(node.value);
    case 'number':
      return `the number ${shorten(node.source)}`;
    case 'boolean':
      return String(node.value);
    case 'null':
      return 'nothing';
  }
}

/** A text of the user's in double quotes, shortened and with control characters escaped. */
export function quote(text: string): string {
  return JSON.stringify(shorten(text));
}

/** The tree without its places. */
export function toJson(node: Located): Json {
  switch (node.kind) {
    case 'map':
      return Object.fromEntries(node.entries.map((entry) => [entry.key, toJson(entry.value)]));
    case 'list':
      return node.items.map(toJson);
    case 'null':
      return null;
    default:
      return node.value;
  }
}

const SHOWN_LENGTH = 60;

function shorten(text: string): string {
  return text.length > SHOWN_LENGTH ? `${text.slice(0, SHOWN_LENGTH)}…` : text;
}
