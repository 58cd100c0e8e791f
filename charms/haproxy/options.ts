import { z } from '../kit/index.ts';

const duration = z.string().regex(/^\d+(ms|s|m|h)$/, "must be a duration like '30s' or '500ms'");
const port = z.int().min(1).max(65535);

export const options = z.object({
  /** Where requests come in. */
  port: port.default(80),
  /** How a server is chosen for a request. */
  balance: z.enum(['roundrobin', 'leastconn', 'source']).default('roundrobin'),
  /** Connections at once; more wait in the kernel's queue. */
  maxconn: z.int().min(1).default(4000),
  /** Requests at once on one server; more wait in HAProxy's queue. */
  serverMaxconn: z.int().min(1).optional(),
  /** Which requests go to which application, by its name. One application may be left out: it gets all others. */
  routes: z
    .record(
      z.string(),
      z.strictObject({
        host: z
          .string()
          .regex(/^[A-Za-z0-9.-]+$/, 'must be a host name')
          .optional(),
        path: z
          .string()
          .regex(/^\/[A-Za-z0-9._~/-]*$/, "must be a path that starts with '/'")
          .optional(),
      }),
    )
    .default({}),
  timeouts: z
    .strictObject({
      connect: duration.default('300ms'),
      client: duration.default('30s'),
      server: duration.default('30s'),
      queue: duration.default('5s'),
      keepAlive: duration.default('60s'),
    })
    .prefault({}),
  /** How servers are checked: each `interval`, but each `down` while one is or may be down. */
  check: z
    .strictObject({
      interval: duration.default('1s'),
      down: duration.default('100ms'),
      fall: z.int().min(1).default(2),
    })
    .prefault({}),
  /** Seconds that requests under way on a removed server may take. */
  drain: z.int().min(0).max(3600).default(10),
  /** A port for the statistics page and, below /metrics, Prometheus. */
  stats: port.optional(),
  /** Log every request, not only those with trouble. */
  accessLog: z.boolean().default(false),
});

export type HaproxyOptions = z.output<typeof options>;
