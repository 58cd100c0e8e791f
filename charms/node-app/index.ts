import { charm, http, intent, postgresql, waiting, z } from '../kit/index.ts';

const APP = '/srv/app';
const USER = 'app';

const variables = z.record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/), z.string());

const options = z.object({
  command: z.string().min(1).default('node server.js').describe("What is run in the application's directory"),
  port: z.int().min(1024).max(65535).default(3000).describe('Handed over as PORT'),
  health: z
    .string()
    .startsWith('/')
    .optional()
    .describe('A path that answers 2xx or 3xx when the application can serve; without it a connection must do'),
  environment: variables.default({}).describe('Further environment variables'),
  grace: z.int().min(0).max(600).default(10).describe('Seconds that requests under way may take when it is stopped'),
});

export default charm(
  {
    name: 'node-app',
    summary: 'A Node application from a directory',
    description:
      'Runs the directory given as the resource `app`, its production dependencies installed, as an unprivileged ' +
      'user. It finds HOST and PORT to listen on and, when `database` is related, DATABASE_URL and the PG… variables ' +
      'in its environment.',
    requires: { database: { interface: postgresql, limit: 1, optional: true } },
    provides: { http },
    options,
    resources: { app: { target: APP, summary: 'The application, package.json and all', dependencies: 'npm' } },
    ports: ['http'],
    install: {
      packages: ['nodejs'],
      commands: [`useradd --system --user-group --home-dir ${APP} --no-create-home --shell /usr/sbin/nologin ${USER}`],
    },
  },
  (unit) => {
    const { command, port, health, environment, grace } = unit.options;
    const database = unit.relation('database');
    if (database !== null && database.data === null) return waiting(`for a database from ${database.application}`);
    return intent({
      services: {
        app: {
          command,
          // Secrets may stand in the environment: of all users only this one and root can read it, and it is theirs
          // anyway.
          environment: {
            NODE_ENV: 'production',
            ...(database?.data ? databaseEnvironment(database.data) : {}),
            ...environment,
            HOST: '0.0.0.0',
            PORT: port,
          },
          directory: unit.resources.app.path,
          user: USER,
          ready: health === undefined ? { tcp: port } : { http: health, port },
          stopTimeout: `${grace}s`,
        },
      },
      ports: { http: port },
      publish: { http: health === undefined ? { port } : { port, health } },
    });
  },
);

type Database = z.output<(typeof postgresql)['provider']['application']>;

function databaseEnvironment({ host, port, database, username, password }: Database): Record<string, string> {
  return {
    DATABASE_URL: `postgresql://${username}:${password}@${host}:${port}/${database}`,
    PGHOST: host,
    PGPORT: String(port),
    PGDATABASE: database,
    PGUSER: username,
    PGPASSWORD: password,
  };
}
