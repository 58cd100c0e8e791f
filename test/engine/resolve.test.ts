import { describe, expect, it } from 'vitest';
import type { Observed, ObservedProvider } from '../../model/observed.ts';
import { bench, desiredOf, faults } from './support/bench.ts';
import { testCharm } from './support/charms.ts';
import { shop } from './support/shop.ts';

const CHARMS = {
  store: testCharm({ name: 'store', endpoints: ['provides data kv', 'provides admin kv', 'provides metrics prom'] }),
  app: testCharm({
    name: 'app',
    endpoints: ['requires data kv', 'requires scrape prom optional', 'peers cluster app'],
  }),
  single: testCharm({ name: 'single', endpoints: ['provides data kv limit=1'] }),
  site: testCharm({ name: 'site', resources: ['root'], ports: ['http', 'https'], storage: { data: '/data' } }),
};

const REQUIRED =
  'environment.yaml:4:3 E2108 warning: "a" needs a relation for data (kv) | add [a:data, APPLICATION] to relations';

const HEAD = 'environment: e\napplications:\n';

describe('a right environment', () => {
  it('has no faults', () => expect(faults(shop())).toEqual([]));

  it('gets defaults for its options and an image by content', () => {
    const [web] = bench(shop()).result.desired?.units.filter(({ application }) => application === 'web') ?? [];
    expect(web?.intent.files['/etc/web.conf']?.content).toContain('greeting=hello');
    expect(web?.machine.image).toMatchObject({ base: 'debian/12', key: expect.stringMatching(/^[0-9a-f]{16}$/) });
  });
});

describe('faults of an application against its charm', () => {
  const cases: readonly (readonly [name: string, text: string, fault: string])[] = [
    [
      'unknown option',
      shop({ 'charm: haproxy,': 'charm: haproxy, options: {balanse: leastconn},' }),
      'environment.yaml:5:34 E2001 option balanse of "lb": is not known here | did you mean "balance"?',
    ],
    [
      'unknown storage',
      shop({ 'data: 2G': 'date: 2G' }),
      'environment.yaml:3:37 E2002 charm postgresql of "db" has no storage "date" | did you mean "data"?',
    ],
    [
      'unknown port',
      shop({ 'http: 8080': 'htp: 8080' }),
      'environment.yaml:5:33 E2005 charm haproxy of "lb" has no port "htp" | did you mean "http"?',
    ],
    [
      'unknown resource',
      shop({ 'charm: haproxy,': 'charm: haproxy, resources: {site: ./site},' }),
      'environment.yaml:5:36 E2003 charm haproxy of "lb" has no resource "site" | it has none',
    ],
    [
      'a port of the host on a provider without routes',
      shop({ 'charm: haproxy,': 'charm: haproxy, provider: cloud,' }),
      'environment.yaml:5:50 E2006 warning: port 8080 is not published: provider cloud cannot do it' +
        ' | units of "lb" are reached at their own addresses',
    ],
  ];
  it.each(cases)('%s', (_name, text, fault) => expect(faults(text)).toEqual([fault]));

  it('all of them at once, in the order of the file', () => {
    const text = shop({ 'data: 2G': 'date: 2G', 'http: 8080': 'htp: 8080' });
    expect(faults(text).map((fault) => fault.split(' ')[1])).toEqual(['E2002', 'E2005']);
  });

  it('a missing resource; one that cannot be read was told before', () => {
    const missing = `${HEAD}  site: {charm: site}\n`;
    const unread = `${HEAD}  site: {charm: site, resources: {root: ./html}}\n`;
    expect(faults(missing, { charms: CHARMS })).toEqual([
      'environment.yaml:3:3 E2004 resource "root" of "site" is missing: root | add resources: {root: ./DIRECTORY}',
    ]);
    expect(bench(unread, { charms: CHARMS }).result).toMatchObject({ desired: null, diagnostics: [] });
    const directories = new Map([['site/root', 'abc']]);
    expect(faults(unread, { charms: CHARMS, directories })).toEqual([]);
  });

  it('a charm that could not be loaded makes no other fault and no result', () => {
    const { result } = bench(`${HEAD}  a: {charm: nothing}\n  b: {charm: store}\nrelations:\n  - [a, b]\n`, {
      charms: CHARMS,
    });
    expect(result).toMatchObject({ desired: null, diagnostics: [] });
  });
});

describe('ports of the host', () => {
  const host = (address: string | null): Observed => ({
    providers: {
      container: {
        ...EMPTY_PROVIDER,
        host: { portsInUse: [{ port: 8080, address, holder: 'nginx (pid 812)' }], subnetsInUse: [] },
      },
    },
  });
  const taken = [
    'environment.yaml:5:33 E2301 port 8080 of the host is taken: nginx (pid 812) has it' +
      ' | choose another port, or free this one',
  ];
  it.each([null, '0.0.0.0', '127.0.0.1'])('taken on %s', (address) => {
    expect(faults(shop(), { observed: host(address) })).toEqual(taken);
  });
  it('free on another address', () => {
    const text = shop({ 'http: 8080': 'http: 127.0.0.1:8080' });
    expect(faults(text, { observed: host('10.1.2.3') })).toEqual([]);
  });
});

const EMPTY_PROVIDER: ObservedProvider = {
  network: null,
  names: {},
  images: [],
  machines: [],
  storage: [],
  routes: [],
  host: { portsInUse: [], subnetsInUse: [] },
};

describe('relations', () => {
  const relate = (ends: string, applications = '  s: {charm: store}\n  a: {charm: app}\n') =>
    faults(`${HEAD}${applications}relations:\n  - [${ends}]\n`, { charms: CHARMS });

  it.each([
    ['both ends given', 'a:data, s:data', []],
    ['the only fitting pair is inferred', 's:metrics, a', [REQUIRED]],
    ['the order of the ends means nothing', 's:data, a:data', []],
    [
      'several pairs fit',
      'a, s',
      [
        REQUIRED,
        'environment.yaml:6:5 E2103 "a" and "s" can be related in 3 ways' +
          ' | write one of [a:data, s:data], [a:data, s:admin], [a:scrape, s:metrics]',
      ],
    ],
    [
      'unknown endpoint',
      'a:dta, s',
      [REQUIRED, 'environment.yaml:6:6 E2101 charm app of "a" has no endpoint "dta" | did you mean "data"?'],
    ],
    [
      'interfaces differ',
      'a:data, s:metrics',
      [
        REQUIRED,
        'environment.yaml:6:5 E2104 a:data (requires kv) and s:metrics (provides prom) speak different interfaces' +
          ' | both ends must have the same interface',
      ],
    ],
    [
      'peers cannot be related',
      'a:cluster, s:data',
      [
        REQUIRED,
        'environment.yaml:6:5 E2104 a:cluster (peers app) and s:data (provides kv) speak different interfaces' +
          ' | both ends must have the same interface',
      ],
    ],
  ])('%s', (_name, ends, expected) => expect(relate(ends)).toEqual(expected));

  it('roles must be opposite', () => {
    expect(relate('s:data, t:data', '  s: {charm: store}\n  t: {charm: store}\n')).toEqual([
      'environment.yaml:6:5 E2105 s:data (provides kv) and t:data (provides kv) have no opposite roles' +
        ' | one end must provide what the other requires',
    ]);
  });

  it('no endpoints fit', () => {
    expect(relate('s, t', '  s: {charm: store}\n  t: {charm: single}\n')[0]).toContain(
      'E2102 no endpoints of "s" and "t" fit',
    );
  });

  it('the same relation twice, once inferred', () => {
    const text = `${HEAD}  s: {charm: single}\n  a: {charm: app}\nrelations:\n  - [a, s]\n  - [a:data, s:data]\n`;
    expect(faults(text, { charms: CHARMS })).toEqual([
      'environment.yaml:7:5 E2107 the relation s:data a:data is declared twice: first on line 6' +
        ' | remove one of the two',
    ]);
  });

  it('no more than the limit', () => {
    const applications = '  s: {charm: single}\n  a: {charm: app}\n  b: {charm: app}\n';
    expect(faults(`${HEAD}${applications}relations:\n  - [a, s]\n  - [b, s]\n`, { charms: CHARMS })).toEqual([
      'environment.yaml:8:5 E2106 s:data takes 1 relation at most, and this is one more | there already: s:data a:data',
    ]);
  });

  it('are named with the provider first', () => {
    expect(desiredOf(shop()).relations.map(({ id }) => id)).toEqual([
      'db:database web:database',
      'web:http lb:backend',
    ]);
  });
});
