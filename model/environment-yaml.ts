import type { Alias, Document, Node, Scalar, YAMLParseError } from 'yaml';
import { Composer, isAlias, isMap, isScalar, isSeq, Lexer, Parser } from 'yaml';
import type { Code } from './codes.ts';
import type { Place } from './diagnostic.ts';
import type { Located, LocatedEntry } from './environment-tree.ts';
import { quote } from './environment-tree.ts';
import type { Report } from './report.ts';

/** Bounds that no honest file reaches: everything below them is read in well under a second. */
const MAX_FILE_LENGTH = 4 * 1024 * 1024;
const MAX_DEPTH = 64;
/** Values that aliases may stand for, counted each time they are repeated. */
const MAX_ALIASED_NODES = 100_000;

/** The yaml library's tree of a text, and its syntax errors; null when a bound was passed and nothing was read. */
export type ParsedYaml = Document.Parsed;

/** Reads YAML 1.2 as plain data with places. Null when there is nothing to go on with; why stands in the report. */
export function readYaml(text: string, file: string, report: Report): Located | null {
  const places = placeFinder(text, file);
  const document = parseYaml(text, (code, offset, message, hint) => report.error(code, places(offset), message, hint));
  return document?.contents == null ? null : locate(document, places, report);
}

/** What stands for bytes that are no text. */
const UNREADABLE = '\uFFFD';

/** A fault at an offset of the text. */
export type OffsetReport = (code: Code, offset: number, message: string, hint?: string | null) => void;

/** The document of a text, or null after a fault that leaves nothing to go on with. Never throws. */
export function parseYaml(text: string, fault: OffsetReport): ParsedYaml | null {
  if (text.length > MAX_FILE_LENGTH) {
    fault('E1006', 0, `the file has ${text.length} characters, at most ${MAX_FILE_LENGTH} are read`);
    return null;
  }
  const foreign = text.indexOf(UNREADABLE);
  if (foreign !== -1) {
    const hint = 'save it as UTF-8: an edit would lose what cannot be read';
    fault('E1014', foreign, 'a character here is not UTF-8', hint);
    return null;
  }
  const documents = compose(text, fault);
  if (documents === null) return null;
  const [first, second] = documents;
  if (second !== undefined) {
    const hint = 'keep one environment a file; remove the line with ---';
    fault('E1004', second.range[0], 'a second document begins here', hint);
  }
  const errors = first?.errors.filter((error) => error.code !== 'BAD_ALIAS') ?? [];
  for (const error of independent(errors)) syntaxFault(error, fault);
  if (first === undefined || errors.length > 0 || second !== undefined) return null;
  if (first.contents === null || (isScalar(first.contents) && first.contents.value === null)) {
    fault('E1008', 0, 'the file is empty', 'cantrip init writes one to start from');
    return null;
  }
  return first;
}

/** Composes the documents, giving up before nesting could exhaust the stack of the library, which recurses. */
function compose(text: string, fault: OffsetReport): ParsedYaml[] | null {
  const parser = new Parser();
  const tokens = [];
  for (const lexeme of new Lexer().lex(text)) {
    tokens.push(...parser.next(lexeme));
    if (parser.stack.length > MAX_DEPTH) {
      fault('E1007', parser.offset, `more than ${MAX_DEPTH} levels are nested here`, 'flatten the value');
      return null;
    }
  }
  tokens.push(...parser.end());
  const options = { version: '1.2', schema: 'core', merge: false, uniqueKeys: false, prettyErrors: false } as const;
  return [...new Composer({ ...options, logLevel: 'silent' }).compose(tokens, true, text.length)];
}

type SyntaxFault = Pick<YAMLParseError, 'code' | 'message' | 'pos'>;

/** Without those that only say that the library has lost its way after an error before. */
function independent(errors: readonly SyntaxFault[]): readonly SyntaxFault[] {
  return errors.filter((error, index) => index === 0 || error.code !== 'UNEXPECTED_TOKEN');
}

function syntaxFault(error: SyntaxFault, fault: OffsetReport): void {
  if (error.code === 'TAB_AS_INDENT') {
    fault('E1002', error.pos[0], 'a tab is used for indentation', 'YAML indents with spaces only');
    return;
  }
  const hint = SYNTAX_HINTS[error.code] ?? null;
  fault('E1001', error.pos[0], `not valid YAML: ${lowerFirst(error.message)}`, hint);
}

const SYNTAX_HINTS: Readonly<Record<string, string>> = {
  BAD_INDENT: 'indent the lines of one map or list equally, and close every bracket',
  BAD_SCALAR_START: 'put the text in quotes',
  BLOCK_AS_IMPLICIT_KEY: 'put the text in quotes, or the second key on a line of its own',
  MISSING_CHAR: 'close the quote or bracket that is open here, or add what is missing between two values',
  MULTILINE_IMPLICIT_KEY: 'a key stands on one line and ends with a colon',
  UNEXPECTED_TOKEN: 'put the text in quotes if it is one',
};

function lowerFirst(text: string): string {
  return text.slice(0, 1).toLowerCase() + text.slice(1);
}

/** Offset in the text → place. Columns count UTF-16 units from 1, as editors do. */
function placeFinder(text: string, file: string): (offset: number) => Place {
  const starts = [0];
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return (offset) => {
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((starts[middle] as number) <= offset) low = middle;
      else high = middle - 1;
    }
    return { file, line: low + 1, column: offset - (starts[low] as number) + 1 };
  };
}

interface Walk {
  readonly places: (offset: number) => Place;
  readonly report: Report;
  /** Name → the last node anchored so, as YAML wants it. */
  readonly anchors: Map<string, Node>;
  /** What each alias stood for where it was written: its anchor's name may be used again later. */
  readonly targets: Map<Alias, Node | undefined>;
  /** Nodes that are being walked: an alias to one of them has no end. */
  readonly open: Set<Node>;
  aliased: number;
  insideAlias: number;
}

function locate(document: ParsedYaml, places: (offset: number) => Place, report: Report): Located {
  const walk: Walk = {
    places,
    report,
    anchors: new Map(),
    targets: new Map(),
    open: new Set(),
    aliased: 0,
    insideAlias: 0,
  };
  return locateNode(document.contents, 0, walk);
}

/** A faulty part is reported and becomes null. `offset` is where the node stands when it has no text of its own. */
function locateNode(node: unknown, offset: number, walk: Walk): Located {
  const start = (node as Node | null)?.range?.[0] ?? offset;
  const place = walk.places(start);
  if (walk.insideAlias > 0) walk.aliased += 1;
  if (isAlias(node)) return locateAlias(node, place, walk);
  noteAnchor(node, walk);
  if (isScalar(node)) return locateScalar(node, place, walk);
  if (!isMap(node) && !isSeq(node)) return { kind: 'null', place };
  refuseTag(node, place, isMap(node) ? 'map' : 'seq', walk);
  walk.open.add(node);
  const located: Located = isMap(node)
    ? { kind: 'map', place, entries: locateEntries(node.items, walk) }
    : { kind: 'list', place, items: node.items.map((item) => locateNode(item, start, walk)) };
  walk.open.delete(node);
  return located;
}

function noteAnchor(node: unknown, walk: Walk): void {
  const anchor = (node as { anchor?: string } | null)?.anchor;
  if (anchor !== undefined && walk.insideAlias === 0) walk.anchors.set(anchor, node as Node);
}

function locateAlias(alias: Alias, place: Place, walk: Walk): Located {
  const { source } = alias;
  if (!walk.targets.has(alias)) walk.targets.set(alias, walk.anchors.get(source));
  const target = walk.targets.get(alias);
  const name = quote(`*${source}`);
  if (target === undefined) {
    walk.report.error('E1005', place, `the alias ${name} has no anchor before it`, `write &${source} at the value`);
  } else if (walk.open.has(target)) {
    walk.report.error('E1005', place, `the alias ${name} stands inside the value it repeats`);
  } else if (walk.aliased > MAX_ALIASED_NODES) {
    const message = `aliases repeat more than ${MAX_ALIASED_NODES} values`;
    walk.report.error('E1005', walk.places(0), message, 'write the values out');
  } else {
    walk.insideAlias += 1;
    const located = locateNode(target, 0, walk);
    walk.insideAlias -= 1;
    return { ...located, place };
  }
  return { kind: 'null', place };
}

function locateEntries(pairs: readonly { key: unknown; value: unknown }[], walk: Walk): LocatedEntry[] {
  const seen = new Map<string, Place>();
  const entries: LocatedEntry[] = [];
  for (const pair of pairs) {
    const offset = (pair.key as Node | null)?.range?.[0] ?? 0;
    const place = walk.places(offset);
    const value = locateNode(pair.value, (pair.key as Node | null)?.range?.[1] ?? offset, walk);
    const key = keyText(pair.key, place, walk);
    if (key === null) continue;
    const first = seen.get(key);
    if (first === undefined) {
      seen.set(key, place);
      entries.push({ key, place, value });
    } else {
      const message = `the key ${quote(key)} stands here a second time: first on line ${first.line}`;
      walk.report.error('E1003', place, message, 'remove one of the two, or rename it');
    }
  }
  return entries;
}

/**
 * Keys are text. A number, true or null written as a key is refused, because it is not obvious which text it would
 * become.
 */
function keyText(key: unknown, place: Place, walk: Walk): string | null {
  noteAnchor(key, walk);
  if (!isScalar(key)) {
    walk.report.error('E1010', place, `a key must be text: this is ${isAlias(key) ? 'an alias' : 'a collection'}`);
    return null;
  }
  if (typeof key.value !== 'string') {
    const source = key.source ?? String(key.value);
    walk.report.error('E1010', place, `the key ${shown(source)} is not text`, `put it in quotes: ${quote(source)}`);
    return null;
  }
  if (key.value === '<<' && key.type === 'PLAIN') {
    const hint = 'write the keys out, or repeat a whole value with an alias';
    walk.report.error('E1011', place, 'merge keys (<<) are not part of YAML 1.2', hint);
    return null;
  }
  return key.value;
}

function shown(source: string): string {
  return source === '' ? 'of this entry' : source;
}

function locateScalar(node: Scalar, place: Place, walk: Walk): Located {
  const { value } = node;
  const source = node.source ?? '';
  if (typeof value === 'string') {
    refuseTag(node, place, 'str', walk);
    return { kind: 'text', place, value };
  }
  if (typeof value === 'boolean') return { kind: 'boolean', place, value };
  if (typeof value !== 'number') {
    if (value !== null) refuseTag(node, place, 'null', walk);
    return { kind: 'null', place };
  }
  if (!Number.isFinite(value) || (Number.isInteger(value) && !Number.isSafeInteger(value))) {
    const hint = `put it in quotes if it is text: ${quote(source)}`;
    walk.report.error('E1013', place, `the number ${source} cannot be kept exactly`, hint);
    return { kind: 'number', place, value: 0, source };
  }
  return { kind: 'number', place, value, source };
}

function refuseTag(node: Node & { tag?: string }, place: Place, expected: string, walk: Walk): void {
  const tag = node.tag;
  if (tag === undefined || tag === `tag:yaml.org,2002:${expected}` || tag === '!') return;
  walk.report.error('E1012', place, `the tag ${quote(tag)} has no meaning here`, 'remove it');
}
