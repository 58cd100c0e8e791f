import { defineInterface } from '../kit/interface.ts';
import * as z from '../kit/zod.ts';

/**
 * A database of one's own on a PostgreSQL server. The provider's application publishes where it is and how to log in,
 * on each relation something else; the password is a secret token. Who requires it publishes nothing.
 */
export const postgresql = defineInterface('postgresql', {
  provider: {
    application: z.object({
      host: z.string().min(1),
      port: z.int().min(1).max(65535),
      database: z.string().min(1),
      username: z.string().min(1),
      password: z.string().min(1),
    }),
  },
});
