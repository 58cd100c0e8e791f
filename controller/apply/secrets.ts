import { createCipheriv, createDecipheriv } from 'node:crypto';
import { secretKeyOf } from '../read/keys.ts';
import type { SecretRecord } from '../read/records.ts';
import { unusable } from './secret-key.ts';
import type { Write } from './store.ts';

const ALGORITHM = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** 192 bits: 32 characters that need no escaping in URLs, shells and configuration files. */
const VALUE_BYTES = 24;
const VERSION_BYTES = 6;

export interface SecretBox {
  readonly environment: string;
  readonly key: Uint8Array;
  readonly random: (length: number) => Uint8Array;
}

/** A new secret, sealed, and the write that stores it. */
export function generateSecret(box: SecretBox, id: string): { readonly record: SecretRecord; readonly write: Write } {
  const value = Buffer.from(box.random(VALUE_BYTES)).toString('base64url');
  const version = Buffer.from(box.random(VERSION_BYTES)).toString('hex');
  const record = { version, sealed: seal(box, id, value) };
  return { record, write: { kind: 'put', key: secretKeyOf(id), value: JSON.stringify(record) } };
}

/** The value of a stored secret. Only for providers, on its way into a unit. */
export function openSecret(box: SecretBox, id: string, record: SecretRecord): string {
  const sealed = Buffer.from(record.sealed, 'base64');
  const decipher = createDecipheriv(ALGORITHM, box.key, sealed.subarray(0, NONCE_BYTES));
  decipher.setAAD(identity(box, id));
  decipher.setAuthTag(sealed.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
  try {
    const value = decipher.update(sealed.subarray(NONCE_BYTES + TAG_BYTES));
    return Buffer.concat([value, decipher.final()]).toString('utf8');
  } catch {
    throw unusable(`secret ${id} cannot be decrypted: the key is not the one it was made with`);
  }
}

function seal(box: SecretBox, id: string, value: string): string {
  const nonce = box.random(NONCE_BYTES);
  const cipher = createCipheriv(ALGORITHM, box.key, nonce);
  cipher.setAAD(identity(box, id));
  const text = Buffer.concat([cipher.update(value, 'utf8'), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), text]).toString('base64');
}

/** Bound to its place: a sealed value copied to another secret or environment does not open. */
function identity(box: SecretBox, id: string): Buffer {
  return Buffer.from(`${box.environment} ${id}`);
}
