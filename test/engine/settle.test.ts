import { describe, expect, it } from 'vitest';
import type { RelationView, View } from '../../model/charm.ts';
import type { Json, JsonObject } from '../../model/json.ts';
import { bench, desiredOf, faults } from './support/bench.ts';
import type { TestCharm } from './support/charms.ts';
import { file, service, testCharm } from './support/charms.ts';
import { shop } from './support/shop.ts';

/** Publishes on `out` what `value` makes of the view; writes it to a file, so that tests can read it. */
function relay(name: string, value: (view: View) => Json, more: Partial<TestCharm> = {}) {
  return testCharm({
    name,
    endpoints: ['requires in relay optional', 'provides out relay'],
    ...more,
    unit: (view) => {
      const data: JsonObject = { value: value(view) };
      return {
        files: { '/value': file(JSON.stringify(data.value)) },
        publish: [{ endpoint: 'out', relation: null, scope: 'unit', data }],
      };
    },
  });
}

function incoming(view: View): Json {
  return first(view.relations.in)?.units[0]?.data?.value ?? null;
}

function first(relations: readonly RelationView[] | undefined): RelationView | undefined {
  return relations?.[0];
}

const CHARMS = {
  one: relay('one', () => 1),
  next: relay('next', (view) => {
    const value = incoming(view);
    return typeof value === 'number' ? value + 1 : null;
  }),
  flip: relay('flip', (view) => incoming(view) !== true),
  copy: relay('copy', incoming),
  count: relay('count', (view) => Number(incoming(view) ?? 0) + 1),
  cluster: testCharm({
    name: 'cluster',
    endpoints: ['peers nodes cluster'],
    unit: ({ unit, leader, relations }) => ({
      files: {
        '/peers': file(
          first(relations.nodes)
            ?.units.map(({ name, data }) => `${name}=${data?.id}`)
            .join(' ') ?? '',
        ),
        '/shared': file(JSON.stringify(first(relations.nodes)?.data ?? null)),
      },
      publish: [
        { endpoint: 'nodes', relation: null, scope: 'unit', data: { id: unit.number * 10 } },
        {
          endpoint: 'nodes',
          relation: null,
          scope: 'application',
          data: { leader: leader ? unit.name : 'not counted' },
        },
      ],
    }),
  }),
};

function environment(applications: string, ...relations: string[]): string {
  const list = relations.map((relation) => `  - [${relation}]\n`).join('');
  return `environment: e\napplications:\n${applications}${list === '' ? '' : `relations:\n${list}`}`;
}

function files(text: string): Record<string, string> {
  const { units } = desiredOf(text, { charms: CHARMS });
  return Object.fromEntries(units.map(({ name, intent }) => [name, intent.files['/value']?.content ?? '']));
}

describe('data flow until nothing changes', () => {
  it('along a chain, forward', () => {
    const applications = '  a: {charm: one}\n  b: {charm: next}\n  c: {charm: next}\n';
    expect(files(environment(applications, 'a:out, b:in', 'b:out, c:in'))).toEqual({
      'a/0': '1',
      'b/0': '2',
      'c/0': '3',
    });
  });

  it('along a chain of two hundred, against the order of names', () => {
    const names = Array.from({ length: 200 }, (_, index) => `n${String(999 - index)}`);
    const applications = names.map((name, index) => `  ${name}: {charm: ${index === 0 ? 'one' : 'next'}}\n`).join('');
    const relations = names.slice(1).map((name, index) => `${names[index]}:out, ${name}:in`);
    expect(files(environment(applications, ...relations))[`${names.at(-1)}/0`]).toBe('200');
  });

  it('around a circle that comes to rest', () => {
    const applications = '  a: {charm: copy}\n  b: {charm: copy}\n';
    expect(files(environment(applications, 'a:out, b:in', 'b:out, a:in'))).toEqual({ 'a/0': 'null', 'b/0': 'null' });
  });

  it('among peers, who do not see themselves, and from the leader for all', () => {
    const { units } = desiredOf(environment('  c: {charm: cluster, units: 3}\n'), { charms: CHARMS });
    expect(units.map(({ intent }) => intent.files['/peers']?.content)).toEqual([
      'c/1=10 c/2=20',
      'c/0=0 c/2=20',
      'c/0=0 c/1=10',
    ]);
    expect(units.map(({ intent }) => intent.files['/shared']?.content)).toEqual(Array(3).fill('{"leader":"c/0"}'));
  });

  it('to one relation only, when the charm says which', () => {
    const charms = {
      server: testCharm({
        name: 'server',
        endpoints: ['provides out relay'],
        unit: ({ relations }) => ({
          publish: [
            { endpoint: 'out', relation: null, scope: 'unit', data: { value: 'all', port: 1 } },
            ...(relations.out ?? [])
              .filter(({ application }) => application === 'a')
              .map(({ id }) => ({ endpoint: 'out', relation: id, scope: 'unit', data: { value: 'for a' } }) as const),
          ],
        }),
      }),
      copy: CHARMS.copy,
    };
    const text = environment('  a: {charm: copy}\n  b: {charm: copy}\n  s: {charm: server}\n', 's, a:in', 's, b:in');
    const { units } = desiredOf(text, { charms });
    expect(units.map(({ intent }) => intent.files['/value']?.content)).toEqual(['"for a"', '"all"', undefined]);
  });
});

describe('data that do not come to rest', () => {
  it('name the field and the two values that alternate', () => {
    const text = environment('  a: {charm: flip}\n  b: {charm: copy}\n', 'a:out, b:in', 'b:out, a:in');
    expect(faults(text, { charms: CHARMS })).toEqual([
      'environment.yaml:4:7 E2205 value that b/0 publishes on b:out alternates between false and true' +
        ' | charms of "b" and "a" answer each other without end: data must not depend on their own answer',
    ]);
  });

  it('name the last values when they grow', () => {
    const text = environment('  a: {charm: count}\n  b: {charm: copy}\n', 'a:out, b:in', 'b:out, a:in');
    expect(faults(text, { charms: CHARMS })[0]).toContain(
      'E2205 value that b/0 publishes on b:out keeps changing: 100, then 101',
    );
  });
});

describe('a faulty charm', () => {
  const broken = (part: 'function' | 'intent' | 'publish' | 'relation', path: string, message: string) => ({
    broken: testCharm({ name: 'broken', unit: () => ({ kind: 'fault', fault: { part, path, message } }) }),
  });
  const text = environment('  a: {charm: broken, units: 3}\n');

  it.each([
    ['function', '', 'TypeError: x is undefined', 'E2201 charm broken of "a" failed: TypeError: x is undefined'],
    [
      'intent',
      'files./etc/x.mode',
      'must be octal',
      'E2201 charm broken of "a" asks for something wrong: files./etc/x.mode must be octal',
    ],
    [
      'publish',
      'publish.website.port',
      'must be a number, not "80"',
      'E2202 charm broken of "a" publishes wrong data on endpoint website: port must be a number, not "80"',
    ],
    [
      'relation',
      'relations.backend.port',
      'is missing',
      'E2203 charm broken of "a" cannot read its relation data: relations.backend.port is missing',
    ],
  ] as const)('in its %s is told once for all its units', (part, path, message, expected) => {
    expect(faults(text, { charms: broken(part, path, message) })).toEqual([
      `environment.yaml:3:7 ${expected} | found while planning a/0`,
    ]);
  });

  const intent = (unit: TestCharm['unit']) => ({
    broken: testCharm({ name: 'broken', endpoints: ['provides out relay'], ...(unit && { unit }) }),
  });
  it.each([
    [
      'a service after none',
      { services: { a: service('a', { after: ['b'] }) } },
      'services.a.after names a service that is not there: b',
    ],
    [
      'services after each other',
      { services: { a: service('a', { after: ['b'] }), b: service('b', { after: ['a'] }) } },
      'services.a.after waits for itself',
    ],
    [
      'a watched file that is none',
      { services: { a: service('a', { reloadOn: ['/x'] }) } },
      'services.a watches a file that is not there: /x',
    ],
    [
      'an endpoint that is none',
      { publish: [{ endpoint: 'x', relation: null, scope: 'unit', data: {} } as const] },
      'endpoint x: is no endpoint of the charm',
    ],
    [
      'a relation it does not have',
      { publish: [{ endpoint: 'out', relation: 'r', scope: 'unit', data: {} } as const] },
      'endpoint out: is given data for a relation it does not have: r',
    ],
  ])('that names %s', (_name, wrong, expected) => {
    expect(faults(text, { charms: intent(() => wrong) })[0]).toContain(expected);
  });
});

describe('secrets', () => {
  it('are used by who owns them and by who was given them', () => {
    const { units, secrets } = desiredOf(shop());
    expect(secrets).toEqual(['db/web-password']);
    expect(units.map(({ name, secrets: used }) => [name, used])).toEqual([
      ['db/0', ['db/web-password']],
      ['lb/0', []],
      ['web/0', ['db/web-password']],
      ['web/1', ['db/web-password']],
    ]);
  });

  it.each([
    ['in a file', { files: { '/x': file('p={{secret:db/web-password}}') } }, 'files./x'],
    [
      'in a variable',
      { services: { s: service('s', { environment: { P: '{{secret:db/web-password}}' } }) } },
      'services.s.environment.P',
    ],
    [
      'in its data',
      {
        publish: [
          { endpoint: 'out', relation: null, scope: 'unit', data: { p: '{{secret:db/web-password}}' } } as const,
        ],
      },
      'publish.out',
    ],
  ])('of others are refused %s', (_name, intent, field) => {
    const charms = { thief: testCharm({ name: 'thief', endpoints: ['provides out relay'], unit: () => intent }) };
    expect(faults(shop({ 'applications:\n': 'applications:\n  t: {charm: thief}\n' }), { charms })).toEqual([
      `environment.yaml:3:7 E2204 charm thief of "t" uses the secret db/web-password in ${field} of t/0` +
        ' | only its own secrets and those in its relation data',
    ]);
  });
});

describe('what a unit sees', () => {
  it('is frozen, shared among units, and complete', () => {
    const views: View[] = [];
    const charms = {
      spy: testCharm({
        name: 'spy',
        endpoints: ['requires in relay optional', 'requires other relay optional'],
        options: { size: 1 },
        storage: { data: '/data' },
        unit: (view) => {
          views.push(view);
          return {};
        },
      }),
      one: CHARMS.one,
    };
    bench(
      environment(
        '  a: {charm: one}\n  s: {charm: spy, units: 2, storage: {data: 1G}, constraints: {memory: 1G}}\n',
        'a, s:in',
      ),
      { charms },
    );
    const [left, right] = views.slice(-2);
    expect(left?.relations).toBe(right?.relations);
    expect(Object.isFrozen(left?.relations.in?.[0]?.units[0])).toBe(true);
    expect(left).toMatchObject({
      environment: 'e',
      unit: { name: 's/0', number: 0, hostname: 's-0' },
      application: { name: 's', units: ['s/0', 's/1'] },
      leader: true,
      options: { size: 1 },
      relations: {
        in: [{ id: 'a:out s:in', application: 'a', units: [{ name: 'a/0', data: { value: 1 } }] }],
        other: [],
      },
      storage: { data: { path: '/data', bytes: 1024 ** 3 } },
      constraints: { memoryBytes: 1024 ** 3, cpuMillicores: null },
    });
    expect(right).toMatchObject({ unit: { name: 's/1' }, leader: false });
  });

  it('asks no unit more often than needed', () => {
    const asked: string[] = [];
    const charms = {
      one: relay('one', ({ unit }) => asked.push(unit.name) && 1),
      next: relay('next', (view) => asked.push(view.unit.name) && incoming(view)),
    };
    bench(environment('  a: {charm: one, units: 2}\n  b: {charm: next, units: 2}\n', 'a:out, b:in'), { charms });
    expect(asked).toEqual(['a/0', 'a/1', 'b/0', 'b/1']);
  });
});
