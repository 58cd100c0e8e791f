import { z } from '../kit/index.ts';

const duration = z.string().regex(/^\d+(ms|s|m|h)$/, "must be a duration like '30s' or '500ms'");
const port = z.int().min(1).max(65535);

const timeouts = z.strictObject({
  connect: duration.default('300ms'),
  client: duration.default('30s'),
  server: duration.default('30s'),
  queue: duration.default('5s'),
  keepAlive: duration.default('60s'),
});

const check = z.strictObject({
  interval: duration.default('1s'),
  down: duration.default('100ms'),
  fall: z.int().min(1).default(2),
});

const route = z.strictObject({
  host: z
    .string()
    .regex(/^[A-Za-z0-9.-]+$/, 'must be a host name')
    .optional(),
  path: z
    .string()
    .regex(/^\/[A-Za-z0-9._~/-]*$/, "must be a path that starts with '/'")
    .optional(),
});

export const options = z.object({
  port: port.default(80).describe('Where requests come in'),
  balance: z
    .enum(['roundrobin', 'leastconn', 'source'])
    .default('roundrobin')
    .describe('How a server is chosen for a request'),
  maxconn: z.int().min(1).default(4000).describe("Connections at once; more wait in the kernel's queue"),
  serverMaxconn: z.int().min(1).optional().describe("Requests at once on one server; more wait in HAProxy's queue"),
  routes: z
    .record(z.string(), route)
    .default({})
    .describe(
      'Which requests an application gets: {api: {path: /api}, admin: {host: admin.test}}. One application may be ' +
        'left out: it gets all others',
    ),
  timeouts: timeouts.default(timeouts.parse({})).describe('How long HAProxy waits for whom'),
  check: check
    .default(check.parse({}))
    .describe('How servers are checked: each interval, but each down while one is or may be down'),
  drain: z.int().min(0).max(3600).default(10).describe('Seconds that requests under way on a removed server may take'),
  stats: port.optional().describe('A port for the statistics page and, below /metrics, Prometheus'),
  accessLog: z.boolean().default(false).describe('Log every request, not only those with trouble'),
});

export type HaproxyOptions = z.output<typeof options>;
