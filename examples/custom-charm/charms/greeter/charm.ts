import { charm, http, intent, z } from 'cantrip/kit';

const GREETING = '/etc/greeter/greeting.txt';
const PROGRAM = '/usr/local/lib/greeter.mjs';

export default charm(
  {
    name: 'greeter',
    summary: 'Answers every request with a greeting',
    provides: { http },
    options: z.object({
      greeting: z.string().min(1).default('Hello'),
      port: z.int().min(1024).max(65535).default(8000),
    }),
    ports: ['http'],
    // Done once, for all units: the result is an image layer.
    install: {
      packages: ['nodejs'],
      files: { [PROGRAM]: program() },
    },
  },
  // Called for every plan: what it returns is all the unit will be.
  (unit) =>
    intent({
      message: unit.options.greeting,
      files: { [GREETING]: `${unit.options.greeting}, ${unit.name}\n` },
      services: {
        greeter: {
          command: `node ${PROGRAM} ${GREETING} ${unit.options.port}`,
          user: 'nobody',
          group: 'nogroup',
          reload: 'SIGHUP',
          ready: { http: '/', port: unit.options.port },
        },
      },
      ports: { http: unit.options.port },
      publish: { http: { port: unit.options.port, health: '/' } },
    }),
);

function program(): string {
  return `import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';

const [, , file, port] = process.argv;
let greeting = readFileSync(file);
process.on('SIGHUP', () => {
  greeting = readFileSync(file);
});

const server = createServer((_request, response) => response.end(greeting));
server.keepAliveTimeout = 75_000;
server.listen(Number(port));
process.on('SIGTERM', () => {
  server.close(() => process.exit(0));
  server.closeIdleConnections();
});
`;
}
