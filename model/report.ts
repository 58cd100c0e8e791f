import type { Code } from './codes.ts';
import type { Diagnostic, Place } from './diagnostic.ts';
import { formatPlace } from './diagnostic.ts';
import { byText } from './order.ts';

/** Collects what is wrong with a text while it is read. */
export interface Report {
  error(code: Code, place: Place, message: string, hint?: string | null): void;
  /** In the order of the file. */
  readonly diagnostics: () => readonly Diagnostic[];
}

/** An empty report. A fault is kept once; a value that could not be read at all is not also of the wrong type. */
export function openReport(): Report {
  const found: Diagnostic[] = [];
  const seen = new Set<string>();
  return {
    error(code, place, message, hint = null) {
      const at = formatPlace(place);
      if (seen.has(`${at} ${message}`) || (code === 'E1103' && seen.has(at))) return;
      seen.add(at).add(`${at} ${message}`);
      found.push({ code, severity: 'error', message, hint, place });
    },
    diagnostics: () => found.sort(byPlace),
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
