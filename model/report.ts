import type { Code } from './codes.ts';
import type { Diagnostic, Place } from './diagnostic.ts';
import { byText } from './order.ts';

/** Collects what is wrong with a text while it is read. */
export interface Report {
  error(code: Code, place: Place, message: string, hint?: string | null): void;
  /** In the order of the file. */
  readonly diagnostics: () => readonly Diagnostic[];
}

/** An empty report. Faults at one place with one code are kept once. */
export function openReport(): Report {
  const found = new Map<string, Diagnostic>();
  return {
    error(code, place, message, hint = null) {
      const key = `${place.file}:${place.line}:${place.column} ${code} ${message}`;
      if (!found.has(key)) found.set(key, { code, severity: 'error', message, hint, place });
    },
    diagnostics: () => [...found.values()].sort(byPlace),
  };
}

/** Order of diagnostics: by file, line, column, code; those without a place first. */
export function byPlace(a: Diagnostic, b: Diagnostic): number {
  if (a.place === null || b.place === null) return Number(a.place !== null) - Number(b.place !== null);
  return (
    byText(a.place.file, b.place.file) ||
    a.place.line - b.place.line ||
    a.place.column - b.place.column ||
    byText(a.code, b.code)
  );
}
