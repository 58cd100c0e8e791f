import { z } from '../kit/index.ts';

const path = z.string().regex(/^\/[A-Za-z0-9._~/-]*$/, "must be a path that starts with '/'");

export const options = z.object({
  port: z.int().min(1).max(65535).default(80),
  /** Names tried in a directory. */
  index: z
    .array(z.string().regex(/^[A-Za-z0-9._-]+$/))
    .min(1)
    .default(['index.html']),
  /** A page of the site for paths it does not have: `/index.html` for an application of one page. */
  notFound: path.optional(),
  /**
   * Paths and what is below them, by the name of the application that gets them. One application may be left out: it
   * gets the rest.
   */
  routes: z.record(z.string(), z.strictObject({ path })).default({}),
  /** Largest body of a request, like `10m`. */
  maxBody: z
    .string()
    .regex(/^\d+[kmg]?$/, "must be a size like '10m'")
    .default('1m'),
  gzip: z.boolean().default(true),
  /** Log every request. */
  accessLog: z.boolean().default(false),
});

export type NginxOptions = z.output<typeof options>;
