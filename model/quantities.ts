const BYTES = /^(\d+(?:\.\d+)?)([KMGT])i?$/;
const MILLICORES = /^(\d+)m$/;
const CORES = /^\d+(?:\.\d{1,3})?$/;

const UNITS = { K: 1024, M: 1024 ** 2, G: 1024 ** 3, T: 1024 ** 4 } as const;

/**
 * `512M`, `1.5G`, `2Ti` as bytes (units of 1024), or null when the text is no such quantity. A number without a unit
 * is none.
 */
export function parseBytes(text: string): number | null {
  const match = BYTES.exec(text);
  if (match === null) return null;
  const bytes = Math.round(Number(match[1]) * UNITS[match[2] as keyof typeof UNITS]);
  return Number.isSafeInteger(bytes) ? bytes : null;
}

/** `0.5`, `2`, `500m` as thousandths of a processor, or null when the text is no such quantity. */
export function parseMillicores(text: string): number | null {
  const milli = MILLICORES.exec(text);
  const value = milli === null ? (CORES.test(text) ? Math.round(Number(text) * 1000) : null) : Number(milli[1]);
  return value !== null && Number.isSafeInteger(value) ? value : null;
}

/** The shortest exact text with a unit, e.g. `512M`; bytes that no unit fits are given as `1000 bytes`. */
export function formatBytes(bytes: number): string {
  for (const unit of ['T', 'G', 'M', 'K'] as const) {
    if (bytes >= UNITS[unit] && bytes % UNITS[unit] === 0) return `${bytes / UNITS[unit]}${unit}`;
  }
  return `${bytes} bytes`;
}

/** `0.5` for 500 thousandths. */
export function formatMillicores(millicores: number): string {
  return String(millicores / 1000);
}
