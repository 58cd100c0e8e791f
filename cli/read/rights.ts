import type { ReadShell } from './shell.ts';

/** Said by verbs that look at the world: everybody has state of their own, and containers are root's. */
export function warnWithoutRights({ terminal, isRoot }: ReadShell): void {
  if (!isRoot) terminal.err(`${terminal.errorStyle.yellow('note')}: you are not root: what root deployed is not seen`);
}
