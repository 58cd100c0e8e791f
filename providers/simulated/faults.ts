/** What goes wrong with one call. */
export type Fault =
  | { readonly kind: 'delay'; readonly delayMs: number }
  /** Refused, and nothing happened. */
  | { readonly kind: 'error'; readonly retryable: boolean }
  /** It happened, and the caller is told it did not. */
  | { readonly kind: 'lost-answer' }
  /** The caller dies; `done`: after it happened, else before. The call never returns. */
  | { readonly kind: 'crash'; readonly done: boolean };

/** Asked for every call that changes something; null lets it be. */
export type Faults = (call: string) => Fault | null;

export const NO_FAULTS: Faults = () => null;
