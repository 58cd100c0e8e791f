import { blocked, charm, intent, postgresql, to, waiting, z } from '../kit/index.ts';
import { accessRules, accountName, relationsSql } from './access.ts';
import { ACCESS, BINARIES, CLUSTER, PACKAGE, RELATIONS, RELOADABLE, SETTINGS, SOCKETS, STORAGE } from './paths.ts';
import { MAKE_SEED, SEED_SCRIPT } from './seed.ts';
import { OWN_SETTINGS, reloadableSettings, startSettings } from './settings.ts';

const SCRIPT = '/usr/local/sbin/cantrip-postgresql';

const setting = z.union([z.string(), z.number(), z.boolean()]);

const options = z.object({
  port: z.int().min(1).max(65535).default(5432).describe('Where it listens'),
  max_connections: z.int().min(1).max(100_000).default(100).describe('Clients at once'),
  shared_buffers: z
    .string()
    .regex(/^\d+(kB|MB|GB)$/, "must be a size like '256MB'")
    .optional()
    .describe("A quarter of the machine's memory, or 128MB without a limit, unless said"),
  settings: z
    .record(z.string().regex(/^[a-z_][a-z0-9_.]*$/), setting)
    .default({})
    .describe('Any other setting of postgresql.conf: {work_mem: 8MB}'),
  extensions: z
    .array(z.string().regex(/^[a-z0-9_-]+$/))
    .default([])
    .describe('Made in the database of every relation'),
});

export default charm(
  {
    name: 'postgresql',
    summary: 'PostgreSQL 15, a database and a role for each relation',
    description:
      'Every application related to `database` gets a database of its own and a role with a generated password. When ' +
      'the relation goes, the role is locked and the data stay. One unit; its storage outlives it.',
    provides: { database: postgresql },
    options,
    storage: { data: { path: STORAGE, summary: 'The cluster' } },
    ports: ['postgresql'],
    install: {
      packages: [PACKAGE],
      files: {
        '/etc/postgresql-common/createcluster.d/cantrip.conf': 'create_main_cluster = false\n',
        [SCRIPT]: { content: SEED_SCRIPT, mode: '0755' },
      },
      commands: MAKE_SEED,
    },
  },
  (unit) => {
    if (!unit.leader) return blocked(`runs as one unit: ${unit.application.units[0]} has the data`);
    const { address } = unit;
    if (address === null) return waiting('for its address');
    const {
      port,
      max_connections: maxConnections,
      shared_buffers: sharedBuffers = null,
      settings: extra,
    } = unit.options;
    const own = Object.keys(extra).find((name) => OWN_SETTINGS.includes(name));
    if (own !== undefined)
      return blocked(`the option settings cannot hold ${own}: the charm decides it, or has an option for it`);
    const relations = unit.relations('database').map((relation) => {
      const name = accountName(relation.application, relation.remoteEndpoint);
      const account = { name, password: unit.secret(`${name}-password`), relation: relation.id };
      return { relation, account };
    });
    const accounts = relations.map(({ account }) => account);
    const sql = relationsSql(accounts, unit.options.extensions);
    const settings = { address, port, maxConnections, sharedBuffers, extra, memoryBytes: unit.constraints.memoryBytes };
    return intent({
      files: {
        [SETTINGS]: startSettings(settings),
        [RELOADABLE]: reloadableSettings(settings),
        [ACCESS]: { content: accessRules(accounts), mode: '0640', owner: 'postgres' },
        [RELATIONS]: { content: sql, mode: '0600', owner: 'postgres' },
      },
      directories: { [SOCKETS]: { mode: '2775', owner: 'postgres' } },
      commands: [
        { name: 'cluster', command: [SCRIPT, 'plant'] },
        {
          name: 'relations',
          when: 'after',
          key: sql,
          command: [SCRIPT, 'kept', `${BINARIES}/psql`, ...psqlArguments(port)],
          user: 'postgres',
        },
      ],
      services: {
        postgresql: {
          // As root, who may mend what a power failure left; the server itself runs as postgres.
          command: `${SCRIPT} start -D ${CLUSTER} -c config_file=${SETTINGS}`,
          restartOn: [SETTINGS],
          reloadOn: [RELOADABLE, ACCESS],
          reload: 'SIGHUP',
          // The program itself: Debian's command of that name is a Perl script that costs 50 ms.
          ready: {
            exec: `${BINARIES}/pg_isready -q -h ${SOCKETS} -p ${port} -d template1`,
            user: 'postgres',
            interval: '5s',
          },
          // A fast shutdown: ends sessions, loses nothing. The default would wait for the last client to leave.
          stopSignal: 'SIGINT',
          stopTimeout: '60s',
        },
      },
      ports: { postgresql: port },
      publish: {
        database: relations.map(({ relation, account }) =>
          to(relation, {
            host: address,
            port,
            database: account.name,
            username: account.name,
            password: account.password,
          }),
        ),
      },
    });
  },
);

function psqlArguments(port: number): string[] {
  return ['-X', '-q', '-v', 'ON_ERROR_STOP=1', '-h', SOCKETS, '-p', String(port), '-d', 'template1', '-f', RELATIONS];
}
