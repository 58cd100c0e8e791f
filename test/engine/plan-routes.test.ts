import { describe, expect, it } from 'vitest';
import { deployed, orderText, planFor, planText } from './support/bench.ts';
import { service, testCharm } from './support/charms.ts';

const site = testCharm({
  name: 'site',
  ports: ['http'],
  options: { healthy: 'yes' },
  packages: ['nginx'],
  unit: () => ({ services: { nginx: service('nginx') }, ports: { http: 80 } }),
});
const charms = { site };

/** Applications with one line each: `a: 8080`, `a: 8080 × 2 on debian/13`. */
function environment(...lines: readonly string[]): string {
  const body = lines.map((line) => {
    const [, name, port, units = '1', image = 'debian/12'] =
      /^(\w+): (\d+)(?: × (\d+))?(?: on (\S+))?$/.exec(line) ?? [];
    return `  ${name}: {charm: site, units: ${units}, image: ${image}, expose: {http: ${port}}}`;
  });
  return ['environment: ports', 'applications:', ...body, ''].join('\n');
}

/** What happens to routes and what it waits for, when one environment becomes another. */
function routes(before: readonly string[], after: readonly string[]): readonly string[] {
  const from = deployed(environment(...before), { charms });
  const { plan } = planFor(environment(...after), { charms, from });
  const lines = orderText(plan).filter((line) => line.startsWith('route'));
  return lines.map((line) => line.replace(/(image\.ensure container) \w+/, '$1 IMAGE'));
}

describe('ports of the host that go from one application to another', () => {
  it.each<[string, readonly string[], readonly string[], readonly string[]]>([
    [
      'two exchange theirs',
      ['a: 8080', 'b: 8081'],
      ['a: 8081', 'b: 8080'],
      [
        'route.remove a:http container',
        'route.ensure b:http < route.remove a:http container',
        'route.ensure a:http < route.remove a:http container, route.ensure b:http',
      ],
    ],
    [
      'each gets the next one’s',
      ['a: 8080', 'b: 8081', 'c: 8082'],
      ['a: 8081', 'b: 8082', 'c: 8083'],
      ['route.ensure c:http', 'route.ensure b:http < route.ensure c:http', 'route.ensure a:http < route.ensure b:http'],
    ],
    [
      'a new application gets it when it is ready, and not before the old one let it go',
      ['a: 8080'],
      ['a: 8081', 'b: 8080'],
      ['route.ensure a:http', 'route.ensure b:http < route.ensure a:http, unit.await b/0'],
    ],
    [
      'an application that goes keeps it until the next is ready',
      ['a: 8080'],
      ['b: 8080'],
      [
        'route.remove a:http container < unit.await b/0',
        'route.ensure b:http < route.remove a:http container, unit.await b/0',
      ],
    ],
  ])('%s', (_name, before, after, expected) => {
    expect(routes(before, after)).toEqual(expected);
  });

  it('one address of the host may keep what another gets', () => {
    const at = (address: string): string => `{http: "${address}:8080"}`;
    const one = environment('a: 8080').replace('{http: 8080}', at('127.0.0.1'));
    const two = environment('a: 8080', 'b: 9090')
      .replace('{http: 8080}', at('127.0.0.1'))
      .replace('{http: 9090}', at('127.0.0.2'));
    const { plan } = planFor(two, { charms, from: deployed(one, { charms }) });
    expect(orderText(plan).filter((line) => line.startsWith('route'))).toEqual([
      'route.ensure b:http < unit.await b/0',
    ]);
  });

  it('the cause of the removal is who gets it', () => {
    const from = deployed(environment('a: 8080'), { charms });
    expect(planText(environment('b: 8080'), { charms, from })).toContain(
      '- port 8080 of the host for a:http  # port 8080 goes to b:http (environment.yaml:3:',
    );
  });
});

describe('units that are replaced one after the other', () => {
  it('get no traffic while they are, and it comes back to each when it is ready', () => {
    expect(routes(['a: 8080 × 3'], ['a: 8080 × 3 on debian/13'])).toEqual([
      'route.ensure a:http without a/0 < image.ensure container IMAGE',
      'route.ensure a:http without a/1 < image.ensure container IMAGE, unit.await a/0',
      'route.ensure a:http without a/2 < image.ensure container IMAGE, unit.await a/1',
      'route.ensure a:http < unit.await a/0, unit.await a/1, unit.await a/2',
    ]);
  });
  it('a lone one is all there is', () => {
    expect(routes(['a: 8080'], ['a: 8080 on debian/13'])).toEqual([]);
  });
  it('the machine goes when traffic is led elsewhere', () => {
    const from = deployed(environment('a: 8080 × 2'), { charms });
    const { plan } = planFor(environment('a: 8080 × 2 on debian/13'), { charms, from });
    const removal = plan.operations.find(({ id }) => id === 'machine.remove a/1');
    expect(removal?.dependsOn).toContain('route.ensure a:http without a/1');
  });
});

describe('units that ran without serving', () => {
  it('get traffic when what they begin to serve is ready', () => {
    const alone = [
      'environment: late',
      'applications:',
      '  db: {charm: postgresql}',
      '  web: {charm: ./shop-web, expose: {http: 8080}}',
      '',
    ];
    const related = [...alone, 'relations:', '  - [web:database, db:database]', ''];
    const { plan } = planFor(related.join('\n'), { from: deployed(alone.join('\n')) });
    expect(orderText(plan).filter((line) => line.startsWith('route'))).toEqual([
      'route.ensure web:http < unit.await web/0',
    ]);
  });
});
