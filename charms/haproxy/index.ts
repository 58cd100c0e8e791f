import { chooseBackends } from '../backends.ts';
import { blocked, charm, http, intent, waiting } from '../kit/index.ts';
import { haproxyConfig } from './config.ts';
import { options } from './options.ts';
import { haproxyScript, PATHS } from './script.ts';

const SCRIPT = '/usr/local/sbin/cantrip-haproxy';

export default charm(
  {
    name: 'haproxy',
    summary: 'Load balancer for HTTP',
    description:
      'Spreads requests over the units of the applications related to `backend`. Units come and go without a dropped ' +
      'connection. With several applications the option `routes` says which requests each of them gets.',
    provides: { website: http },
    requires: { backend: http },
    options,
    ports: ['http', 'stats'],
    install: {
      packages: ['haproxy', 'socat'],
      files: { [SCRIPT]: { content: haproxyScript(PATHS), mode: '0755' } },
    },
  },
  (unit) => {
    const related = unit.relations('backend');
    if (related.length === 0) return blocked("relate 'backend' with an application that serves HTTP");
    const choice = chooseBackends(related, unit.options.routes);
    if (choice.kind === 'unclear') return blocked(choice.message);
    const { backends, fallback } = choice;
    if (backends.length === 0) return waiting('for a backend');
    const { port, stats, drain } = unit.options;
    const { cpuMillicores } = unit.constraints;
    const threads = cpuMillicores === null ? null : Math.ceil(cpuMillicores / 1000);
    const health = fallback?.units[0]?.data.health;
    return intent({
      message: `serving ${backends.map((backend) => backend.application).join(', ')}`,
      files: { [PATHS.config]: haproxyConfig({ options: unit.options, backends, fallback, threads }) },
      services: {
        haproxy: {
          command: [SCRIPT, 'start'],
          reload: [SCRIPT, 'reload', String(drain)],
          ready: { tcp: port },
          // SIGUSR1 lets requests under way finish; process 1 puts an end to it after the time-out.
          stopSignal: 'SIGUSR1',
          stopTimeout: '1s',
        },
      },
      ports: stats === undefined ? { http: port } : { http: port, stats },
      publish: { website: health === undefined ? { port } : { port, health } },
      ...(health === undefined ? {} : { health: { http: health, port } }),
    });
  },
);
