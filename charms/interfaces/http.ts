import { defineInterface } from '../kit/interface.ts';
import * as z from '../kit/zod.ts';

/** Something that answers HTTP requests. Each unit of the provider says where; who requires it publishes nothing. */
export const http = defineInterface('http', {
  provider: {
    unit: z.object({
      port: z.int().min(1).max(65535),
      /** A path that answers 2xx or 3xx while the unit can serve; without it a connection must do. */
      health: z.string().startsWith('/').optional(),
    }),
  },
});
