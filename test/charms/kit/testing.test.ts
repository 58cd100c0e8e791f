import { expect, test } from 'vitest';
import haproxy from '../../../charms/haproxy/index.ts';
import { type Situation, viewOf } from '../../../charms/kit/testing.ts';
import nginx from '../../../charms/nginx/index.ts';
import nodeApp from '../../../charms/node-app/index.ts';

test('what is not said gets a value that could be', () => {
  expect(viewOf(nginx, { without: ['site'] })).toMatchObject({
    unit: { name: 'nginx/0', number: 0, hostname: 'nginx-0' },
    application: { name: 'nginx', units: ['nginx/0'] },
    leader: true,
    address: '10.0.0.10',
    options: { port: 80 },
    relations: { backend: [], website: [] },
    resources: {},
  });
});

test('the unit with the lowest number leads, and the one asked is named first', () => {
  expect(viewOf(nginx, { units: [3, 1] })).toMatchObject({ unit: { name: 'nginx/3' }, leader: false });
  expect(viewOf(nginx, { units: [1, 3] })).toMatchObject({ unit: { name: 'nginx/1' }, leader: true });
});

test.each<[string, Situation, string]>([
  ['an unknown endpoint', { relations: { backends: [] } }, 'has no endpoint backends'],
  ['a wrong option', { options: { port: 'x' } }, 'option port must be a number'],
  [
    'data that nobody could publish',
    { relations: { backend: [{ with: 'web:http', units: { 0: { data: { port: 'x' } } } }] } },
    'port must be a number',
  ],
  [
    'data where the interface has none',
    { relations: { backend: [{ with: 'web:http', data: { a: 1 } }] } },
    'has no data',
  ],
  ['half a relation', { relations: { backend: [{ with: 'web' }] } }, 'application:endpoint'],
  ['a relation with oneself', { relations: { backend: [{ with: 'haproxy:website' }] } }, 'cannot be related'],
  [
    'one relation twice',
    { relations: { backend: [{ with: 'web:http' }, { with: 'web:http' }] } },
    'the same relation twice',
  ],
  ['a name that is none', { application: 'Web' }, 'no name of an application'],
  ['unknown storage', { storage: { data: 1 } }, 'has no storage data'],
])('a view with %s is refused', (_name, situation, reason) => {
  expect(() => viewOf(haproxy, situation)).toThrow(`this view cannot arise: `);
  expect(() => viewOf(haproxy, situation)).toThrow(reason);
});

test('more relations than an endpoint takes, and a missing resource, are refused', () => {
  const two = { database: [{ with: 'a:database' }, { with: 'b:database' }] };
  expect(() => viewOf(nodeApp, { relations: two })).toThrow('database takes 1 relations');
  expect(() => viewOf(nodeApp, { without: ['app'] })).toThrow('cannot be without the resource app');
});
