import { expect, test } from 'vitest';
import { intentIn } from '../../../charms/kit/testing.ts';
import nodeApp from '../../../charms/node-app/index.ts';

const data = { host: '10.0.0.9', port: 5432, database: 'web', username: 'web', password: '{{secret:db/web-password}}' };

test('it runs the directory as an unprivileged user, reachable from outside', () => {
  const { services, publish, ports } = intentIn(nodeApp);
  expect(services).toEqual({
    app: {
      command: ['node', 'server.js'],
      environment: { HOST: '0.0.0.0', NODE_ENV: 'production', PORT: '3000' },
      directory: '/srv/app',
      user: 'app',
      group: 'app',
      after: [],
      ready: { check: { kind: 'tcp', port: 3000 }, intervalMs: 1000, timeoutMs: 2000, failures: 3 },
      stopSignal: 'SIGTERM',
      stopTimeoutMs: 10_000,
      restart: 'always',
      reload: null,
      restartOn: [],
      reloadOn: [],
    },
  });
  expect(publish).toEqual([{ endpoint: 'http', relation: null, scope: 'unit', data: { port: 3000 } }]);
  expect(ports).toEqual({ http: 3000 });
});

test("options decide command, port, health and environment; HOST and PORT stay the charm's", () => {
  const options = {
    command: 'npm start',
    port: 8000,
    health: '/up',
    environment: { LOG: 'debug', PORT: '1', NODE_ENV: 'test' },
    grace: 3,
  };
  const { services, publish } = intentIn(nodeApp, { options });
  expect(services.app).toMatchObject({
    command: ['npm', 'start'],
    environment: { LOG: 'debug', PORT: '8000', NODE_ENV: 'test' },
    ready: { check: { kind: 'http', path: '/up', port: 8000 } },
    stopTimeoutMs: 3000,
  });
  expect(publish[0]?.data).toEqual({ port: 8000, health: '/up' });
});

test('a related database is waited for', () => {
  const waiting = intentIn(nodeApp, { relations: { database: [{ with: 'db:database' }] } });
  expect(waiting).toMatchObject({
    status: { kind: 'waiting', message: 'for a database from db' },
    services: {},
    publish: [],
  });
});

test('a database stands in the environment, its password as a token', () => {
  const { services } = intentIn(nodeApp, { relations: { database: [{ with: 'db:database', data }] } });
  expect(services.app?.environment).toEqual({
    DATABASE_URL: 'postgresql://web:{{secret:db/web-password}}@10.0.0.9:5432/web',
    HOST: '0.0.0.0',
    NODE_ENV: 'production',
    PGDATABASE: 'web',
    PGHOST: '10.0.0.9',
    PGPASSWORD: '{{secret:db/web-password}}',
    PGPORT: '5432',
    PGUSER: 'web',
    PORT: '3000',
  });
});

test.each([
  [{ port: 80 }, 'port', 'must be at least 1024'],
  [{ health: 'up' }, 'health', 'must start with'],
  [{ environment: { 'A B': 'x' } }, 'environment.A B', ''],
])('%j is refused', (options, path, message) => {
  const result = nodeApp.checkOptions(options);
  expect(result).toMatchObject({ kind: 'invalid', faults: [{ path: path.split('.') }] });
  expect(result.kind === 'invalid' && result.faults[0]?.message).toContain(message);
});
