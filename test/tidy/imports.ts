import { posix } from 'node:path';
import type { SourceFile } from './files.ts';

/**
 * Who may import whom (DESIGN section 3). Longest matching folder counts; the key `.` stands for a folder's own files.
 */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  model: ['model'],
  engine: ['engine', 'model'],
  charms: ['charms', 'model'],
  images: ['images', 'model'],
  providers: ['providers', 'model'],
  'controller/read': ['controller/read', 'model', 'engine'],
  'controller/apply': ['controller/apply', 'controller/read', 'model', 'engine'],
  'cli/output': ['cli/output', 'model'],
  'cli/read': ['cli/read', 'cli/output', 'controller/read', 'model', 'engine'],
  'cli/write': ['cli/write', 'cli/read', 'cli/output', 'controller/read', 'controller/apply', 'model', 'engine'],
};

/** Packages the pure folders may use. */
const PURE_PACKAGES: Readonly<Record<string, readonly string[]>> = {
  model: ['yaml', 'zod'],
  engine: [],
  charms: ['zod', 'cantrip/kit'],
};

const IMPORT = /(?:^|\n)\s*(?:import|export)\s(?:[^;'"]*?\sfrom\s)?\s*'([^']+)'|\bimport\(\s*'([^']+)'\s*\)/g;

/** Specifiers a file imports, static and lazy. */
export function importsOf(text: string): string[] {
  return [...text.matchAll(IMPORT)].map((match) => match[1] ?? (match[2] as string));
}

/** Sentences about imports that go the wrong way. */
export function wrongImports(file: SourceFile): string[] {
  const folder = folderOf(file.path);
  if (folder === null) return [];
  return importsOf(file.text).flatMap((specifier) => {
    const fault = specifier.startsWith('.')
      ? wrongFolder(file.path, folder, specifier)
      : wrongPackage(folder, specifier);
    return fault === null ? [] : [`${file.path}: ${fault}`];
  });
}

function wrongFolder(path: string, folder: string, specifier: string): string | null {
  const target = posix.join(posix.dirname(path), specifier);
  const allowed = MAY_IMPORT[folder] as readonly string[];
  if (allowed.some((name) => target.startsWith(`${name}/`))) return null;
  return `imports ${target}; ${folder} may import ${allowed.join(', ')} (DESIGN section 3)`;
}

function wrongPackage(folder: string, specifier: string): string | null {
  const allowed = PURE_PACKAGES[folder];
  if (allowed === undefined || allowed.includes(specifier)) return null;
  return `imports ${specifier}; ${folder} is pure and may import ${allowed.join(', ') || 'no package'}`;
}

function folderOf(path: string): string | null {
  const folders = Object.keys(MAY_IMPORT).sort((a, b) => b.length - a.length);
  return folders.find((folder) => path.startsWith(`${folder}/`)) ?? null;
}

/**
 * Import cycles among the files (type-only imports too: two files that need each other's types are one idea), each
 * once.
 */
export function importCycles(files: readonly SourceFile[]): string[] {
  const graph = new Map(files.map((file) => [file.path, localTargets(file)]));
  const done = new Set<string>();
  const cycles: string[] = [];
  const visit = (path: string, trail: readonly string[]): void => {
    const seen = trail.indexOf(path);
    if (seen >= 0) {
      cycles.push([...trail.slice(seen), path].join(' → '));
      return;
    }
    if (done.has(path)) return;
    for (const target of graph.get(path) ?? []) visit(target, [...trail, path]);
    done.add(path);
  };
  for (const path of [...graph.keys()].sort()) visit(path, []);
  return cycles;
}

function localTargets(file: SourceFile): string[] {
  return importsOf(file.text)
    .filter((specifier) => specifier.startsWith('.'))
    .map((specifier) => posix.join(posix.dirname(file.path), specifier));
}
