/**
 * Codes of what reading finds: charms and what the file points at. See model/codes.ts for the other families. Sorted.
 */
export const READ_CODES = {
  E3001: 'There is no such charm',
  E3002: 'The charm cannot be built',
  E3003: 'The charm imports what it may not',
  E3004: 'The charm fails while it is loaded',
  E3005: 'Not a charm',
  E3101: 'The directory cannot be read',
  E4001: 'The environment is made from another file',
  E4002: 'A provider that is not available here',
} as const;

export type ReadCode = keyof typeof READ_CODES;
