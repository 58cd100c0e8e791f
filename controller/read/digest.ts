import { createHash } from 'node:crypto';
import type { Digest } from '../../model/json.ts';

/** SHA-256, the first 128 bits of it, lower-case hex. */
export const sha256: Digest = (text) => createHash('sha256').update(text).digest('hex').slice(0, 32);
