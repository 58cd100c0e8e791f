import { describe, expect, test } from 'vitest';
import type { RouteSpec } from '../../../model/desired.ts';
import { networkIdentity } from '../../../providers/container/identity.ts';
import { networkRules, removalOfRules } from '../../../providers/container/rules.ts';

const identity = { key: '0123abcd', bridge: 'ct0123abcd', table: 'cantrip_0123abcd' };
const network = { environment: 'shop', subnet: '10.87.12.0/24' };

function route(change: Partial<RouteSpec>): RouteSpec {
  const targets = [
    { unit: 'web/0', address: '10.87.12.3', port: 80 },
    { unit: 'web/1', address: '10.87.12.4', port: 80 },
  ];
  return {
    environment: 'shop',
    id: 'web:http',
    application: 'web',
    host: { port: 8080, address: null },
    targets,
    ...change,
  };
}

/** Rules of one chain, as they stand in the script. */
function chain(name: string, routes: readonly RouteSpec[]): readonly string[] {
  const lines = networkRules(identity, network, routes)
    .script.split('\n')
    .map((line) => line.trim());
  const start = lines.indexOf(`chain ${name} {`) + 2;
  return lines.slice(start, lines.indexOf('}', start));
}

describe('rules of a network', () => {
  test('replace the whole table in one transaction', () => {
    const lines = networkRules(identity, network, []).script.split('\n');
    expect(lines.slice(0, 3)).toEqual([
      'add table inet cantrip_0123abcd',
      'delete table inet cantrip_0123abcd',
      'table inet cantrip_0123abcd {',
    ]);
    expect(removalOfRules(identity)).toBe('add table inet cantrip_0123abcd\ndelete table inet cantrip_0123abcd\n');
  });

  test.each([
    ['to the bridge', 'forward', 'iifname != "ct0123abcd" oifname "ct0123abcd" drop'],
    ['to the bridge what is published', 'forward', 'ct status dnat accept'],
    ['from the bridge to the host', 'input', 'meta l4proto tcp reject with tcp reset'],
    ['name servers of the host', 'input', 'meta l4proto { tcp, udp } th dport 53 accept'],
    ['to the outside', 'postrouting', 'ip saddr 10.87.12.0/24 oifname != "ct0123abcd" masquerade'],
    ['from 127.0.0.1', 'postrouting', 'ip saddr 127.0.0.0/8 oifname "ct0123abcd" masquerade'],
    ['back to itself', 'postrouting', 'ip saddr 10.87.12.0/24 oifname "ct0123abcd" ct status dnat masquerade'],
  ])('%s: %s', (_case, name, rule) => {
    expect(chain(name, [])).toContain(rule);
  });

  const all = 'meta nfproto ipv4 fib daddr type local tcp dport 8080 dnat ip to';
  test.each<[string, Partial<RouteSpec>, readonly string[]]>([
    ['two targets take turns', {}, [`${all} numgen inc mod 2 map { 0 : 10.87.12.3 . 80, 1 : 10.87.12.4 . 80 }`]],
    ['one target', { targets: [{ unit: 'web/0', address: '10.87.12.3', port: 81 }] }, [`${all} 10.87.12.3:81`]],
    ['no target: nothing to send to', { targets: [] }, []],
    [
      'one address of the host',
      { host: { port: 8080, address: '192.0.2.7' }, targets: [{ unit: 'web/0', address: '10.87.12.3', port: 80 }] },
      ['meta nfproto ipv4 ip daddr 192.0.2.7 tcp dport 8080 dnat ip to 10.87.12.3:80'],
    ],
  ])('%s', (_case, change, rules) => {
    expect(chain('output', [route(change)])).toEqual(rules);
    expect(chain('prerouting', [route(change)])).toEqual(rules);
  });

  test('what is published on the loopback only is not translated for others', () => {
    const loopback = route({ host: { port: 8080, address: '127.0.0.1' } });
    expect(chain('output', [loopback])).toHaveLength(1);
    expect(chain('prerouting', [loopback])).toEqual([]);
  });

  test('the marker tells rules apart, and the order of routes does not', () => {
    const other = route({ id: 'api:http', host: { port: 9090, address: null } });
    const marker = (routes: readonly RouteSpec[]): string => networkRules(identity, network, routes).marker;
    expect(marker([route({}), other])).toBe(marker([other, route({})]));
    expect(marker([route({})])).not.toBe(marker([]));
    expect(networkRules(identity, network, []).script).toContain(`chain ${marker([])} {`);
  });
});

test('names in the kernel depend on the environment and on the state directory', () => {
  const shop = networkIdentity('/var/lib/cantrip', 'shop');
  expect(shop.bridge).toMatch(/^ct[0-9a-f]{8}$/);
  expect(shop.table).toBe(`cantrip_${shop.key}`);
  expect(networkIdentity('/var/lib/cantrip', 'blog').key).not.toBe(shop.key);
  expect(networkIdentity('/tmp/state', 'shop').key).not.toBe(shop.key);
});
