/**
 * Codes of what is wrong with an environment file by itself, with their titles. Codes are stable: a fault keeps its
 * number for ever, and no
 * number is given to another fault. The first digit tells the family; every family stands with the code that finds it.
 * Sorted.
 */
export const CODES = {
  E1001: 'The file is not valid YAML',
  E1002: 'A tab is used for indentation',
  E1003: 'The same key twice',
  E1004: 'Several documents in one file',
  E1005: 'An alias that cannot be followed',
  E1006: 'The file is too large',
  E1007: 'Nested too deeply',
  E1008: 'The file is empty',
  E1009: 'The file is not a map',
  E1010: 'A key that is not text',
  E1011: 'A merge key',
  E1012: 'A YAML tag that has no meaning here',
  E1013: 'A number that cannot be kept exactly',
  E1014: 'The file is not UTF-8',
  E1101: 'Unknown key',
  E1102: 'Missing key',
  E1103: 'Value of the wrong type',
  E1104: 'Not supported yet',
  E1105: 'Not a valid name',
  E1106: 'Number out of range',
  E1107: 'Not a valid quantity',
  E1108: 'Not a valid charm reference',
  E1109: 'Unknown provider',
  E1110: 'Not a valid image',
  E1111: 'Not a valid port',
  E1112: 'Not a valid address',
  E1113: 'A port of the host given away twice',
  E1114: 'Not a valid path',
  E1201: 'Not a valid relation',
  E1202: 'Relation to an unknown application',
  E1203: 'Relation of an application with itself',
  E1204: 'The same relation twice',
} as const;

export type Code = keyof typeof CODES;

/** The first digit of a code. */
export const CODE_FAMILIES = {
  E1: 'The environment file by itself',
  E2: 'The environment and its charms',
  E3: 'Charms and directories',
  E4: 'The environment on this host',
} as const;
