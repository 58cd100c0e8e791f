import type { Diagnostic } from '../../model/diagnostic.ts';
import { formatPlace } from '../../model/diagnostic.ts';
import type { Style } from './style.ts';
import { count, harmless, widthOf } from './text.ts';

export interface DiagnosticsOptions {
  readonly style: Style;
  /** A place's file as it is shown: relative to where the user is. */
  readonly showFile: (file: string) => string;
  /** Lines of a file, for the caret; null shows none. */
  readonly lines: (file: string) => readonly string[] | null;
}

/** `file:line:column: error E1103: message`, the source line with a caret where lines are given, and the hint. */
export function renderDiagnostics(diagnostics: readonly Diagnostic[], options: DiagnosticsOptions): string[] {
  return diagnostics.flatMap((diagnostic) => renderDiagnostic(diagnostic, options));
}

function renderDiagnostic(diagnostic: Diagnostic, { style, showFile, lines }: DiagnosticsOptions): string[] {
  const { severity, code, message, hint, place } = diagnostic;
  const paint = severity === 'error' ? style.red : style.yellow;
  const where = place === null ? '' : `${formatPlace({ ...place, file: showFile(place.file) })}: `;
  const head = `${style.bold(where)}${paint(`${severity} ${code}`)}: ${harmless(message)}`;
  const source = place === null ? undefined : lines(place.file)?.[place.line - 1];
  const excerpt = place === null || source === undefined ? [] : caret(source, place.line, place.column, style);
  return [head, ...excerpt, ...(hint === null ? [] : [`  ${style.cyan('hint:')} ${harmless(hint)}`])];
}

const SHOWN_COLUMNS = 100;

/** The source line and below it a caret; of a long line the part around the caret. */
function caret(source: string, line: number, column: number, style: Style): string[] {
  const from = column > SHOWN_COLUMNS ? column - SHOWN_COLUMNS / 2 : 0;
  const shown = harmless(source.slice(from, from + SHOWN_COLUMNS));
  const gutter = ' '.repeat(String(line).length);
  const before = ' '.repeat(widthOf(shown.slice(0, column - 1 - from)));
  return [`${style.dim(` ${line} |`)} ${shown}`, `${style.dim(` ${gutter} |`)} ${before}${style.red('^')}`];
}

/** `2 errors, 1 warning`; empty when there is nothing. */
export function summarise(diagnostics: readonly Diagnostic[]): string {
  const errors = diagnostics.filter((diagnostic) => diagnostic.severity === 'error').length;
  const warnings = diagnostics.length - errors;
  const parts = [errors > 0 ? count(errors, 'error') : '', warnings > 0 ? count(warnings, 'warning') : ''];
  return parts.filter((part) => part !== '').join(', ');
}

/** A diagnostic as `validate --json` prints it. */
export interface DiagnosticJson {
  readonly code: string;
  readonly severity: string;
  readonly message: string;
  readonly hint: string | null;
  readonly file: string | null;
  readonly line: number | null;
  readonly column: number | null;
}

export function diagnosticJson({ code, severity, message, hint, place }: Diagnostic): DiagnosticJson {
  const { file = null, line = null, column = null } = place ?? {};
  return { code, severity, message, hint, file, line, column };
}
