import type { Charm } from '../../model/charm.ts';
import { file, haproxy, postgresql, service, shopWeb, testCharm } from '../engine/support/charms.ts';

/** Units that know each other, keep data, prepare themselves before they start and are checked as a whole. */
const cluster: Charm = testCharm({
  name: 'cluster',
  endpoints: ['peers nodes cluster', 'requires upstream http optional', 'provides http http'],
  storage: { data: '/data' },
  ports: ['http'],
  options: { mode: 'plain' },
  unit: ({ unit, address, application, relations, options }) => {
    const [peers] = relations.nodes ?? [];
    const others = (peers?.units ?? []).map(({ hostname, address: at }) => `${hostname} ${at ?? '-'}`);
    const upstream = (relations.upstream ?? []).flatMap(({ units }) => units.map((one) => one.hostname));
    return {
      files: {
        '/etc/cluster': file([`mode ${options.mode}`, ...others, ''].join('\n')),
        '/etc/upstream': file(`${upstream.join(' ')}\n`),
        '/etc/key': file(`{{secret:${application.name}/key}}\n`, '0600'),
      },
      directories: { '/data/rows': { mode: '0700', owner: 'root', group: 'root' } },
      services: {
        node: service('node', { restartOn: ['/etc/cluster', '/etc/key'] }),
        proxy: service('proxy', {
          after: ['node'],
          reload: { kind: 'signal', signal: 'SIGHUP' },
          reloadOn: ['/etc/upstream'],
        }),
      },
      commands: [
        {
          name: 'format',
          key: String(unit.number),
          command: ['format', '/data'],
          environment: {},
          directory: '/',
          user: 'root',
          group: 'root',
          timeoutMs: 60_000,
          when: 'before',
          requires: [],
        },
      ],
      publish: address === null ? [] : [{ endpoint: 'http', relation: null, scope: 'unit', data: { port: 9000 } }],
      ports: { http: 9000 },
      health: {
        check: { kind: 'tcp', port: 9000 },
        intervalMs: 1000,
        timeoutMs: 1000,
        failures: 3,
      },
    };
  },
});

/** Charms the simulated user chooses from, by the name that stands in the file. */
export const CHARMS: Readonly<Record<string, Charm>> = { cluster, haproxy, postgresql, web: shopWeb };
