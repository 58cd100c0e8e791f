/** Where things stand in an environment's store. Numbers are padded, so that order by key is order by number. */
export const KEYS = {
  /** Everything that is needed to plan. */
  state: 'state/',
  identity: 'state/identity',
  allocation: 'state/allocation',
  definition: 'state/definition',
  secrets: 'state/secret/',
  /** Earlier definitions, the present one too. */
  definitions: 'definition/',
  journal: 'journal/',
  /** Number of the last run. */
  lastRun: 'last-run',
} as const;

/** `state/secret/db/web-password`. */
export function secretKeyOf(id: string): string {
  return `${KEYS.secrets}${id}`;
}

export function definitionKey(revision: number): string {
  return `${KEYS.definitions}${padded(revision)}`;
}

/** All records of one run stand below it. */
export function runPrefix(run: number): string {
  return `${KEYS.journal}${padded(run)}/`;
}

export function recordKey(run: number, record: number): string {
  return `${runPrefix(run)}${padded(record)}`;
}

/** The run a journal key belongs to. */
export function runOf(key: string): number {
  return Number(key.slice(KEYS.journal.length).split('/')[0]);
}

function padded(number: number): string {
  return String(number).padStart(10, '0');
}
