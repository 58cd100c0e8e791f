import { closeSync, fsyncSync, linkSync, mkdirSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { PRIVATE_DIRECTORY, PRIVATE_FILE } from '../read/paths.ts';
import { StoreError } from '../read/store.ts';
import type { KeyNeed } from './home.ts';

export const KEY_BYTES = 32;

/** The host's key, made when it may be. Of several commands that make it at once, one wins and all get that one. */
export function loadSecretKey(file: string, need: KeyNeed, random: (length: number) => Uint8Array): Uint8Array {
  const found = readKey(file);
  if (found === null && need === 'secrets-exist') throw unusable(`key ${file} is gone`);
  const key = found ?? makeKey(file, random);
  if (key.length === KEY_BYTES) return key;
  throw unusable(`key ${file} is damaged: ${key.length} bytes instead of ${KEY_BYTES}`);
}

/** A key that does not open what is stored, and what can be done about it. */
export function unusable(message: string): StoreError {
  return new StoreError('corrupt', message, HINT);
}

const HINT =
  'put the backup of the state directory’s key in its place; without one, move the environment’s state.db away and ' +
  'run cantrip up: passwords are made anew';

function readKey(file: string): Uint8Array | null {
  try {
    return readFileSync(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

/** Complete and on disk before it has its name; a name is given once. */
function makeKey(file: string, random: (length: number) => Uint8Array): Uint8Array {
  mkdirSync(dirname(file), { recursive: true, mode: PRIVATE_DIRECTORY });
  const draft = `${file}.${Buffer.from(random(8)).toString('hex')}`;
  const handle = openSync(draft, 'wx', PRIVATE_FILE);
  try {
    writeSync(handle, random(KEY_BYTES));
    fsyncSync(handle);
    linkSync(draft, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    closeSync(handle);
    rmSync(draft, { force: true });
  }
  return readFileSync(file);
}
