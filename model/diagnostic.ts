/** A place in something the user wrote. Lines and columns count from 1. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

export type Severity = 'error' | 'warning';

/**
 * Something wrong in what the user wrote. Codes are stable (`E1203`): the first digit tells the family, see `codes.ts`.
 * `message` says what was found, `hint` what to do.
 */
export interface Diagnostic {
  readonly code: string;
  readonly severity: Severity;
  readonly message: string;
  readonly hint: string | null;
  readonly place: Place | null;
}

/** A result that may be partial: the value is null when faults made it meaningless. */
export interface Checked<T> {
  readonly value: T | null;
  readonly diagnostics: readonly Diagnostic[];
}

export function hasErrors(diagnostics: readonly Diagnostic[]): boolean {
  return diagnostics.some((diagnostic) => diagnostic.severity === 'error');
}

/** `file:line:column`, the form terminals and editors make clickable. */
export function formatPlace(place: Place): string {
  return `${place.file}:${place.line}:${place.column}`;
}
