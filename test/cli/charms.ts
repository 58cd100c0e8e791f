import type { Program } from './program.ts';

/** Charms whose texts change only here: what the command prints of them can be compared word by word. */
export function writeCharms(program: Program): void {
  program.write('charms/pages/charm.ts', PAGES);
  program.write('charms/gate/charm.ts', GATE);
}

const PAGES = `import { charm, http, intent } from 'cantrip/kit';

export default charm(
  {
    name: 'pages',
    summary: 'Serves pages',
    provides: { website: http },
    resources: { site: { target: '/srv/site', summary: 'The pages' } },
    storage: { cache: '/var/cache/pages' },
    ports: ['http'],
    install: { packages: ['busybox'] },
  },
  () =>
    intent({
      files: { '/etc/pages.conf': 'root /srv/site\\nport 80\\n' },
      services: { pages: { command: 'pages --config /etc/pages.conf', ready: { tcp: 80 } } },
      commands: [{ name: 'prepare', key: '1', command: 'pages --prepare', when: 'before' }],
      ports: { http: 80 },
      publish: { website: { port: 80 } },
    }),
);
`;

const GATE = `import { charm, http, intent, waiting, z } from 'cantrip/kit';

export default charm(
  {
    name: 'gate',
    summary: 'Stands in front of pages',
    requires: { backend: http },
    options: z.object({
      greeting: z.string().default('welcome').describe('What it says'),
      width: z.int().optional().describe('How many may pass at once'),
    }),
    ports: ['http'],
    install: { packages: ['busybox'] },
  },
  (unit) => {
    const servers = unit.relations('backend').flatMap((relation) => relation.units);
    if (servers.length === 0) return waiting('for a backend');
    const lines = servers.map(({ address, data }) => \`server \${address}:\${data.port}\`);
    return intent({
      message: 'open',
      files: { '/etc/gate.conf': [unit.options.greeting, ...lines, ''].join('\\n') },
      services: { gate: { command: 'gate /etc/gate.conf', reloadOn: ['/etc/gate.conf'], reload: 'SIGHUP' } },
      ports: { http: 80 },
    });
  },
);
`;
