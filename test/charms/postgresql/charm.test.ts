import { expect, test } from 'vitest';
import { intentIn, type Situation } from '../../../charms/kit/testing.ts';
import { accountName } from '../../../charms/postgresql/access.ts';
import postgresql from '../../../charms/postgresql/index.ts';

const related = { application: 'db', relations: { database: [{ with: 'web:database' }, { with: 'shop-api:stats' }] } };

const situations: readonly (readonly [string, Situation])[] = [
  ['alone', { application: 'db' }],
  [
    'two-relations',
    {
      ...related,
      memoryBytes: 512 * 1024 ** 2,
      options: {
        extensions: ['pg_trgm'],
        max_connections: 300,
        settings: { work_mem: '8MB', wal_level: 'logical', 'pg_stat_statements.max': 500, jit: false },
      },
    },
  ],
];

test.each(situations)('files: %s', async (name, situation) => {
  const files = Object.entries(intentIn(postgresql, situation).files).map(([path, file]) => {
    return `==> ${path} ${file.mode} ${file.owner}:${file.group}\n${file.content}`;
  });
  await expect(files.join('\n')).toMatchFileSnapshot(`golden/${name}.txt`);
});

test('each relation is told its own database and login', () => {
  const publish = intentIn(postgresql, related).publish.map(({ relation, scope, data }) => [relation, scope, data]);
  const at = { host: '10.0.0.10', port: 5432 };
  expect(publish).toEqual([
    [
      'db:database shop-api:stats',
      'application',
      {
        ...at,
        database: 'shop-api.stats',
        username: 'shop-api.stats',
        password: '{{secret:db/shop-api.stats-password}}',
      },
    ],
    [
      'db:database web:database',
      'application',
      { ...at, database: 'web', username: 'web', password: '{{secret:db/web-password}}' },
    ],
  ]);
});

test('no command line and no environment holds a password', () => {
  const { services, commands } = intentIn(postgresql, related);
  const { key: _key, ...relations } = commands.find((command) => command.name === 'relations') ?? { key: '' };
  expect(JSON.stringify([services, relations])).not.toContain('secret');
});

test('the file with passwords is for the server alone, and its content is the key of the command that runs it', () => {
  const { files, commands } = intentIn(postgresql, related);
  const file = files['/etc/postgresql/relations.sql'];
  expect(file).toMatchObject({ mode: '0600', owner: 'postgres' });
  expect(commands.map(({ name, when, user }) => [name, when, user])).toEqual([
    ['cluster', 'before', 'root'],
    ['relations', 'after', 'postgres'],
  ]);
  expect(commands[1]?.key).toBe(file?.content);
});

test('a new relation is a reload, another address or number of connections a restart', () => {
  const service = intentIn(postgresql).services.postgresql;
  const [restartOn, reloadOn] = [service?.restartOn ?? [], service?.reloadOn ?? []];
  const changed = (a: Situation, b: Situation) => {
    const [before, after] = [intentIn(postgresql, a).files, intentIn(postgresql, b).files];
    return Object.keys(after).filter((path) => after[path]?.content !== before[path]?.content);
  };
  const byRelation = changed({ application: 'db' }, related);
  expect(byRelation.filter((path) => restartOn.includes(path))).toEqual([]);
  expect(byRelation.some((path) => reloadOn.includes(path))).toBe(true);
  expect(changed({}, { address: '10.0.0.77' })).toEqual(restartOn);
  expect(changed({}, { options: { max_connections: 7 } })).toEqual(restartOn);
  expect(
    changed({}, { options: { settings: { work_mem: '9MB' } } }).filter((path) => restartOn.includes(path)),
  ).toEqual([]);
});

test.each<[string, Situation, string, string]>([
  ['a second unit', { units: [1, 0] }, 'blocked', 'postgresql/0 has the data'],
  ['no address yet', { address: null }, 'waiting', 'for its address'],
  ["a setting that is the charm's", { options: { settings: { port: 1 } } }, 'blocked', 'cannot hold port'],
])('status with %s', (_name, situation, kind, message) => {
  const intent = intentIn(postgresql, situation);
  expect(intent.status.kind).toBe(kind);
  expect(intent.status.message).toContain(message);
  expect(intent.services).toEqual({});
});

test.each([
  ['web', 'database', 'web'],
  ['web', 'stats', 'web.stats'],
  ['web-stats', 'database', 'web-stats'],
  ['postgres', 'database', 'postgres.database'],
  ['public', 'database', 'public.database'],
])('%s:%s gets the account %s', (application, endpoint, name) => {
  expect(accountName(application, endpoint)).toBe(name);
});

test.each([
  [{ shared_buffers: '1 GB' }, "must be a size like '256MB'"],
  [{ extensions: ['a"b'] }, 'must'],
  [{ settings: { 'a b': 1 } }, ''],
])('%j is refused', (options, message) => {
  const result = postgresql.checkOptions(options);
  expect(result.kind === 'invalid' && result.faults[0]?.message).toContain(message);
});
