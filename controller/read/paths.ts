import { join } from 'node:path';
import { isName } from '../../model/names.ts';

/** Nobody else may read or write what is stored: secrets are among it. */
export const PRIVATE_DIRECTORY = 0o700;
export const PRIVATE_FILE = 0o600;

/** STATE/environments. */
export function environmentsDirectory(state: string): string {
  return join(state, 'environments');
}

/** STATE/environments/NAME. The name must be one: it becomes a path. */
export function environmentDirectory(state: string, environment: string): string {
  assertName(environment);
  return join(environmentsDirectory(state), environment);
}

/** Whoever keeps state under a name has checked it before. */
export function assertName(environment: string): void {
  if (!isName(environment)) throw new Error(`not a name of an environment: ${JSON.stringify(environment)}`);
}

/** The environment's store. It exists exactly when the environment has state. */
export function databaseFile(state: string, environment: string): string {
  return join(environmentDirectory(state, environment), 'state.db');
}

/** Held by the command that changes the environment; its content means nothing. */
export function lockFile(state: string, environment: string): string {
  return join(environmentDirectory(state, environment), 'lock.db');
}

/** Who holds the lock, for people; left behind by a holder that died. */
export function holderFile(state: string, environment: string): string {
  return join(environmentDirectory(state, environment), 'holder.json');
}

/** The key secrets are encrypted with. */
export function keyFile(state: string): string {
  return join(state, 'key');
}
