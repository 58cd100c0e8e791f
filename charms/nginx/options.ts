import { z } from '../kit/index.ts';

const path = z.string().regex(/^\/[A-Za-z0-9._~/-]*$/, "must be a path that starts with '/'");
const fileName = z.string().regex(/^[A-Za-z0-9._-]+$/, 'must be the name of a file');

export const options = z.object({
  port: z.int().min(1).max(65535).default(80).describe('Where requests come in'),
  index: z.array(fileName).min(1).default(['index.html']).describe('Names tried in a directory'),
  notFound: path
    .optional()
    .describe('A page of the site for paths it does not have: /index.html for an application of one page'),
  routes: z
    .record(z.string(), z.strictObject({ path }))
    .default({})
    .describe(
      'Paths, and what is below them, by application: {api: {path: /api}}. One application may be ' +
        'left out: it gets the rest',
    ),
  maxBody: z
    .string()
    .regex(/^\d+[kmg]?$/, "must be a size like '10m'")
    .default('1m')
    .describe('Largest body of a request'),
  gzip: z.boolean().default(true).describe('Compress texts'),
  accessLog: z.boolean().default(false).describe('Log every request'),
});

export type NginxOptions = z.output<typeof options>;
