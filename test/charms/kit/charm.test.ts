import { expect, test } from 'vitest';
import type { IntentSpec, Outcome } from '../../../charms/kit/index.ts';
import {
  application,
  blocked,
  charm,
  defineInterface,
  http,
  intent,
  maintenance,
  to,
  waiting,
  z,
} from '../../../charms/kit/index.ts';
import { intentIn, viewOf } from '../../../charms/kit/testing.ts';
import type { View } from '../../../model/charm.ts';
import { canonicalJson, type JsonObject } from '../../../model/json.ts';

const cache = defineInterface('cache', {
  provider: {
    unit: z.object({ port: z.int() }),
    application: z.object({ size: z.int(), name: z.string().default('main') }),
  },
  requirer: { application: z.object({ keys: z.array(z.string()) }) },
});

/** A charm whose function returns what a test hands it. */
function charmThat(run: () => unknown) {
  return charm(
    { name: 'probe', summary: 'Probe', provides: { cache, web: http }, ports: ['http'], storage: { data: '/data' } },
    run as () => Outcome<Record<never, never>>,
  );
}

function evaluateSpec(spec: object) {
  return charmThat(() => intent(spec as IntentSpec)).evaluate(viewOf(charmThat(() => intent({}))));
}

test('metadata are plain JSON with everything filled in', () => {
  const made = charm(
    {
      name: 'all',
      summary: 'All of it',
      provides: { website: http },
      requires: { cache: { interface: cache, limit: 1, optional: true }, backend: http },
      peers: { cluster: cache },
      options: z.object({ size: z.int().default(3) }),
      storage: { data: '/data', logs: { path: '/logs', summary: 'Logs' } },
      resources: { app: { target: '/srv/app', dependencies: 'npm' } },
      ports: ['web', 'admin'],
      install: { packages: ['b', 'a'], files: { '/x': 'content' }, commands: ['true'] },
    },
    () => intent({}),
  );
  expect(made.metadata).toEqual(JSON.parse(JSON.stringify(made.metadata)));
  expect(made.metadata.endpoints).toEqual([
    { name: 'backend', role: 'requires', interface: 'http', limit: null, optional: false },
    { name: 'cache', role: 'requires', interface: 'cache', limit: 1, optional: true },
    { name: 'cluster', role: 'peers', interface: 'cache', limit: null, optional: true },
    { name: 'website', role: 'provides', interface: 'http', limit: null, optional: true },
  ]);
  expect(made.metadata.options).toMatchObject({ type: 'object', additionalProperties: false });
  expect(made.metadata.storage).toEqual([
    { name: 'data', path: '/data', summary: '' },
    { name: 'logs', path: '/logs', summary: 'Logs' },
  ]);
  expect(made.metadata.resources).toEqual([
    { name: 'app', kind: 'directory', target: '/srv/app', summary: '', optional: false, dependencies: 'npm' },
  ]);
  expect(made.metadata.ports).toEqual(['admin', 'web']);
  expect(made.install({})).toEqual({
    packages: ['a', 'b'],
    files: { '/x': { content: 'content', mode: '0644' } },
    commands: ['true'],
  });
});

test('install may depend on options', () => {
  const made = charm(
    {
      name: 'java',
      summary: 'Java',
      options: z.object({ version: z.int().default(17) }),
      install: ({ version }) => ({ packages: [`openjdk-${version}-jre-headless`] }),
    },
    () => intent({}),
  );
  expect(made.install({ version: 21 }).packages).toEqual(['openjdk-21-jre-headless']);
});

test('an endpoint cannot be declared twice', () => {
  const twice = () => charm({ name: 'x', summary: '', provides: { a: http }, requires: { a: http } }, () => intent({}));
  expect(twice).toThrow('charm x declares the endpoint a twice');
});

test('an intent gets its defaults', () => {
  const evaluation = evaluateSpec({
    files: { '/etc/b': 'b', '/etc/a': { content: 'a', mode: '600', owner: 'daemon' } },
    directories: { '/srv/x': {} },
    services: {
      one: { command: 'run --fast', environment: { N: 1 } },
      two: { command: ['run'], after: ['one'], reload: 'SIGHUP' },
    },
    commands: [{ name: 'migrate', command: 'migrate up', when: 'after', timeout: '2m' }],
    ports: { http: 80 },
    health: { http: '/', port: 80 },
  });
  const defaults = {
    directory: '/',
    user: 'root',
    group: 'root',
    stopSignal: 'SIGTERM',
    stopTimeoutMs: 10_000,
    restart: 'always',
    ready: null,
  };
  expect(evaluation).toEqual({
    kind: 'intent',
    intent: {
      status: { kind: 'active', message: '' },
      files: {
        '/etc/a': { content: 'a', mode: '0600', owner: 'daemon', group: 'daemon' },
        '/etc/b': { content: 'b', mode: '0644', owner: 'root', group: 'root' },
      },
      directories: { '/srv/x': { mode: '0755', owner: 'root', group: 'root' } },
      services: {
        one: {
          ...defaults,
          command: ['run', '--fast'],
          environment: { N: '1' },
          after: [],
          reload: null,
          restartOn: ['/etc/a', '/etc/b'],
          reloadOn: [],
        },
        two: {
          ...defaults,
          command: ['run'],
          environment: {},
          after: ['one'],
          reload: { kind: 'signal', signal: 'SIGHUP' },
          restartOn: [],
          reloadOn: ['/etc/a', '/etc/b'],
        },
      },
      commands: [
        {
          name: 'migrate',
          key: '',
          command: ['migrate', 'up'],
          environment: {},
          directory: '/',
          user: 'root',
          group: 'root',
          timeoutMs: 120_000,
          when: 'after',
          requires: ['one', 'two'],
        },
      ],
      publish: [],
      ports: { http: 80 },
      health: {
        check: { kind: 'http', port: 80, path: '/', expect: null },
        intervalMs: 1000,
        timeoutMs: 2000,
        failures: 3,
      },
    },
  });
});

test.each([
  ['relative path', { files: { 'etc/x': '' } }, 'files.etc/x', 'absolute path'],
  ['path with ..', { files: { '/etc/../x': '' } }, 'files./etc/../x', 'absolute path'],
  ['content that is no text', { files: { '/x': { content: 1 } } }, 'files./x.content', 'must be a text'],
  ['mode', { files: { '/x': { content: '', mode: 'rw' } } }, 'files./x.mode', 'must be octal'],
  ['owner', { directories: { '/x': { owner: 'a b' } } }, 'directories./x.owner', 'account'],
  ['mistyped member', { services: { a: { command: 'a', reed: 1 } } }, 'services.a.reed', 'is not known here'],
  ['mistyped part', { file: {} }, 'file', 'is not known here'],
  ['no command', { services: { a: { command: '' } } }, 'services.a.command', 'names no program'],
  ['shell in a command', { services: { a: { command: 'a | b' } } }, 'services.a.command', 'needs a shell'],
  [
    'secret in a command',
    { services: { a: { command: ['a', '{{secret:a/b}}'] } } },
    'services.a.command',
    'holds a secret',
  ],
  ['unknown service', { services: { a: { command: 'a', after: ['b'] } } }, 'services.a.after', "names 'b'"],
  ['unknown file', { services: { a: { command: 'a', reloadOn: ['/x'] } } }, 'services.a.reloadOn', "names '/x'"],
  ['duration', { services: { a: { command: 'a', stopTimeout: '5' } } }, 'services.a.stopTimeout', 'duration'],
  ['signal', { services: { a: { command: 'a', stopSignal: 'TERM' } } }, 'services.a.stopSignal', 'signal'],
  ['restart', { services: { a: { command: 'a', restart: 'yes' } } }, 'services.a.restart', 'one of always'],
  ['two checks', { health: { http: '/', port: 1, tcp: 2 } }, 'health', 'exactly one of'],
  ['no check', { health: {} }, 'health', 'exactly one of'],
  ['port of a check', { health: { tcp: 0 } }, 'health.tcp', '1 to 65535'],
  ['check path', { health: { http: 'x', port: 1 } }, 'health.http', "starts with '/'"],
  [
    'command named twice',
    {
      commands: [
        { name: 'a', command: 'a' },
        { name: 'a', command: 'b' },
      ],
    },
    'commands.a',
    'twice',
  ],
  [
    'requires before',
    { commands: [{ name: 'a', command: 'a', requires: [] }] },
    'commands.a.requires',
    "when: 'after'",
  ],
  [
    'environment name',
    { commands: [{ name: 'a', command: 'a', environment: { 'A-B': '' } }] },
    'commands.a.environment.A-B',
    'letters',
  ],
  ['undeclared port', { ports: { admin: 1 } }, 'ports', "names 'admin'"],
])('wrong intent: %s', (_name, spec, path, message) => {
  const evaluation = evaluateSpec(spec);
  expect(evaluation).toMatchObject({ kind: 'fault', fault: { part: 'intent', path } });
  expect(evaluation.kind === 'fault' && evaluation.fault.message).toContain(message);
});

test.each([
  ['wrong type', { web: { port: 'http' } }, 'publish.web.port', 'must be a number, not "http"'],
  ['missing field', { web: {} }, 'publish.web.port', 'is missing'],
  ['unknown field', { web: { port: 80, prot: 'x' } }, 'publish.web.prot', 'is not known here'],
  ['out of range', { web: { port: 70_000 } }, 'publish.web.port', 'at most 65535'],
  ['unknown endpoint', { wbe: { port: 80 } }, 'publish.wbe', 'there are cache, web'],
  ['no application data', { web: application({}) }, 'publish.web', 'has none on this side'],
  ['unknown relation', { web: [to({ id: 'x' }, { port: 80 })] }, 'publish.web', "relation 'x'"],
  ['twice', { web: [{ port: 80 }, { port: 81 }] }, 'publish.web', 'data twice'],
])('wrong publication: %s', (_name, publish, path, message) => {
  const evaluation = evaluateSpec({ publish });
  expect(evaluation).toMatchObject({ kind: 'fault', fault: { part: 'publish', path } });
  expect(evaluation.kind === 'fault' && evaluation.fault.message).toContain(message);
});

test('publications are for a scope, for all relations or one, with defaults', () => {
  const made = charm({ name: 'probe', summary: '', provides: { cache } }, (unit) => {
    const [first] = unit.relations('cache');
    return intent({
      publish: { cache: [{ port: 1 }, ...(first === undefined ? [] : [to(first, application({ size: 2 }))])] },
    });
  });
  expect(intentIn(made, { relations: { cache: [{ with: 'web:cache' }] } }).publish).toEqual([
    { endpoint: 'cache', relation: null, scope: 'unit', data: { port: 1 } },
    { endpoint: 'cache', relation: 'probe:cache web:cache', scope: 'application', data: { size: 2, name: 'main' } },
  ]);
});

const reader = charm({ name: 'reader', summary: '', requires: { backend: http } }, (unit) => {
  const [relation] = unit.relations('backend');
  if (relation === undefined) return blocked('relate it');
  return intent({ message: `${relation.units.map((each) => each.data.port)} and ${relation.pending}` });
});

test('units that cannot be used yet are pending', () => {
  const units = { 0: { data: { port: 80 } }, 1: {}, 2: { address: null, data: { port: 80 } } };
  const { status } = intentIn(reader, { relations: { backend: [{ with: 'web:http', units }] } });
  expect(status.message).toBe('80 and web/1,web/2');
});

test('relation data of the wrong shape are a fault that names publisher, endpoint and field', () => {
  const view = viewOf(reader, { relations: { backend: [{ with: 'web:http', units: { 0: { data: { port: 80 } } } }] } });
  const broken = JSON.parse(JSON.stringify(view).replace('"port":80', '"port":"http"')) as View;
  expect(reader.evaluate(broken)).toEqual({
    kind: 'fault',
    fault: {
      part: 'relation',
      path: 'relations.backend.web/0.port',
      message: 'web/0 published data on backend that do not fit the interface http: port must be a number, not "http"',
    },
  });
});

test('fields of a newer publisher are left out', () => {
  const view = viewOf(reader, { relations: { backend: [{ with: 'web:http', units: { 0: { data: { port: 80 } } } }] } });
  const newer = JSON.parse(JSON.stringify(view).replace('"port":80', '"port":80,"tls":true')) as View;
  expect(reader.evaluate(newer)).toEqual(reader.evaluate(view));
});

test.each([
  [
    'throws',
    () => {
      throw new TypeError('x is not a function');
    },
    'TypeError: x is not a function',
  ],
  [
    'throws a text',
    () => {
      throw 'oops';
    },
    'oops',
  ],
  ['returns nothing', () => undefined, 'returned none of'],
  ['is asynchronous', async () => intent({}), 'returned none of'],
  [
    'never ends',
    function recurse(): unknown {
      return [recurse()];
    },
    'RangeError',
  ],
])('a function that %s is a fault without a stack', (_name, run, message) => {
  const evaluation = charmThat(run).evaluate(viewOf(charmThat(() => intent({}))));
  expect(evaluation).toMatchObject({ kind: 'fault', fault: { part: 'function', path: '' } });
  expect(evaluation.kind === 'fault' && evaluation.fault.message).toContain(message);
  expect(evaluation.kind === 'fault' && evaluation.fault.message).not.toContain('.ts:');
});

test.each([
  ['waiting', waiting('for rain'), { kind: 'waiting', message: 'for rain' }],
  ['blocked', blocked('no key'), { kind: 'blocked', message: 'no key' }],
  ['maintenance', maintenance('moving'), { kind: 'maintenance', message: 'moving' }],
])('%s asks for nothing else unless told', (_name, outcome, status) => {
  expect(intentIn(charmThat(() => outcome))).toMatchObject({ status, services: {}, files: {}, publish: [] });
});

test('what the charm sees cannot be changed', () => {
  const greedy = charm(
    { name: 'greedy', summary: '', options: z.object({ a: z.array(z.int()).default([1]) }) },
    (unit) => {
      (unit.options.a as number[]).push(2);
      return intent({});
    },
  );
  expect(greedy.evaluate(viewOf(greedy))).toMatchObject({ kind: 'fault', fault: { part: 'function' } });
});

test('view and intent are plain JSON: through text and back the answer is the same', () => {
  const situation = { relations: { backend: [{ with: 'web:http', units: { 0: { data: { port: 80 } } } }] } };
  const view = viewOf(reader, situation);
  const direct = reader.evaluate(view);
  const throughText = reader.evaluate(JSON.parse(JSON.stringify(view)));
  expect(canonicalJson(throughText as unknown as JsonObject)).toBe(canonicalJson(JSON.parse(JSON.stringify(direct))));
});

test('a secret is a token of the own application', () => {
  const made = charm({ name: 'safe', summary: '' }, (unit) => intent({ files: { '/key': unit.secret('api-key') } }));
  expect(intentIn(made, { application: 'vault' }).files['/key']?.content).toBe('{{secret:vault/api-key}}');
  const wrong = charm({ name: 'safe', summary: '' }, (unit) => intent({ files: { '/key': unit.secret('API key') } }));
  expect(() => intentIn(wrong)).toThrow("'API key' is no name for a secret");
});
