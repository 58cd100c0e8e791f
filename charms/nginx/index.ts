import { chooseBackends } from '../backends.ts';
import { blocked, charm, http, intent, waiting } from '../kit/index.ts';
import { nginxConfig } from './config.ts';
import { options } from './options.ts';

const CONFIG = '/etc/nginx/nginx.conf';
const SITE = '/srv/site';

export default charm(
  {
    name: 'nginx',
    summary: 'Web server for a static site, and reverse proxy',
    description:
      'Serves the directory given as the resource `site`, hands requests on to the applications related to ' +
      '`backend`, or does both: then an application gets what the site does not have. The option `routes` says which ' +
      'paths an application gets. When units come or go nginx closes the connections that are idle; haproxy does not.',
    provides: { website: http },
    requires: { backend: { interface: http, optional: true } },
    options,
    resources: { site: { target: SITE, summary: 'Files to serve', optional: true } },
    ports: ['http'],
    install: { packages: ['nginx-light'] },
  },
  (unit) => {
    const related = unit.relations('backend');
    const site = unit.resources.site?.path ?? null;
    if (site === null && related.length === 0)
      return blocked("give it a resource 'site', or relate 'backend' with an application");
    const choice = chooseBackends(related, unit.options.routes);
    if (choice.kind === 'unclear') return blocked(choice.message);
    const { backends, fallback } = choice;
    if (site === null && backends.length === 0) return waiting('for a backend');
    const { port } = unit.options;
    const { cpuMillicores } = unit.constraints;
    const workers = cpuMillicores === null ? null : Math.ceil(cpuMillicores / 1000);
    const served = [...(site === null ? [] : ['a site']), ...backends.map((backend) => backend.application)];
    const health = site === null ? fallback?.units[0]?.data.health : undefined;
    return intent({
      message: `serving ${served.join(', ')}`,
      files: { [CONFIG]: nginxConfig({ options: unit.options, site, backends, fallback, workers }) },
      services: {
        nginx: {
          command: `nginx -c ${CONFIG}`,
          // Reads the new file first and leaves the running server alone when it is wrong.
          reload: `nginx -c ${CONFIG} -s reload`,
          ready: health === undefined ? { tcp: port } : { http: health, port },
          stopSignal: 'SIGQUIT',
          stopTimeout: '5s',
        },
      },
      ports: { http: port },
      publish: { website: health === undefined ? { port } : { port, health } },
    });
  },
);
