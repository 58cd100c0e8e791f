import { posix } from 'node:path';
import type { SourceFile } from './files.ts';

const PURE = ['model/', 'engine/', 'charms/'];

/** What the compiler cannot see in pure folders, with what to do instead. */
const BANNED: readonly (readonly [RegExp, string])[] = [
  [/\bDate\.now\b|\bnew Date\(\)/, 'time is an argument'],
  [/\bMath\.random\b|\bcrypto\b/, 'randomness is an argument'],
  [/\blocaleCompare\b|\bIntl\.|\.toLocale/, 'sort with byText of model/order.ts: locales differ between machines'],
  [/\bprocess\.|\bglobalThis\b/, 'the core has no process'],
];

export function bannedCalls(file: SourceFile): string[] {
  if (!PURE.some((folder) => file.path.startsWith(folder)) || !file.path.endsWith('.ts')) return [];
  return eachLine(file, (line) =>
    isComment(line) ? [] : BANNED.filter(([pattern]) => pattern.test(line)).map(([, reason]) => reason),
  );
}

const MAX_LINES = 400;
const MAX_COLUMNS = 120;

/** Files and lines that grew too long. Prose wraps where it likes. */
export function tooLong(file: SourceFile): string[] {
  if (!/\.(ts|mjs|c|h)$/.test(file.path)) return [];
  const lines = file.text.split('\n');
  const long = lines.flatMap((line, index) =>
    line.length > MAX_COLUMNS ? [`${file.path}:${index + 1}: ${line.length} columns; at most ${MAX_COLUMNS}`] : [],
  );
  return lines.length - 1 > MAX_LINES
    ? [`${file.path}: ${lines.length - 1} lines; at most ${MAX_LINES}`, ...long]
    : long;
}

const MAX_FUNCTION = 70;

/** C functions longer than the limit: from a line that opens a body at column 0 to the `}` at column 0. */
export function longCFunctions(file: SourceFile): string[] {
  if (!/\.[ch]$/.test(file.path)) return [];
  const faults: string[] = [];
  let start = -1;
  for (const [index, line] of file.text.split('\n').entries()) {
    if (/^[a-z].*\)\s*\{$/.test(line) || (line === '{' && start < 0)) start = index;
    if (line === '}' && start >= 0) {
      if (index - start + 1 > MAX_FUNCTION)
        faults.push(`${file.path}:${start + 1}: function of ${index - start + 1} lines`);
      start = -1;
    }
  }
  return faults;
}

export function leftovers(file: SourceFile): string[] {
  if (file.path.startsWith('test/tidy/') || file.path.endsWith('.md')) return [];
  return eachLine(file, (line) =>
    /\b(TODO|FIXME|XXX)\b/.test(line) ? ['left for later: do it or open an issue'] : [],
  );
}

/** Default exports are for charms and tool configs only. */
export function defaultExports(file: SourceFile): string[] {
  if (!file.path.endsWith('.ts') || /^(charms|examples)\/|(^|\/)charm\.ts$|\.config\.ts$|^test\//.test(file.path))
    return [];
  return eachLine(file, (line) => (/^export default\b/.test(line) ? ['default export: name it'] : []));
}

const LINK = /\[[^\]]*\]\(([^)\s]+)\)/g;

/** Links of a document to files that are not there. `exists` gets paths relative to the repository. */
export function brokenLinks(file: SourceFile, exists: (path: string) => boolean): string[] {
  if (!file.path.endsWith('.md')) return [];
  const prose = file.text.replace(/```[\s\S]*?```/g, '').replace(/`[^`\n]*`/g, '');
  return [...prose.matchAll(LINK)]
    .map((match) => (match[1] as string).replace(/#.*$/, ''))
    .filter((target) => target !== '' && !/^[a-z]+:/.test(target))
    .filter((target) => !exists(posix.join(posix.dirname(file.path), target)))
    .map((target) => `${file.path}: link to ${target}, which is not there`);
}

function eachLine(file: SourceFile, check: (line: string) => readonly string[]): string[] {
  return file.text
    .split('\n')
    .flatMap((line, index) => check(line).map((fault) => `${file.path}:${index + 1}: ${fault}: ${line.trim()}`));
}

function isComment(line: string): boolean {
  return /^\s*(\/\/|\*|\/\*)/.test(line);
}
