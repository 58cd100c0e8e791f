import { byText } from '../../model/order.ts';
import type { Backend } from '../backends.ts';
import type { NginxOptions } from './options.ts';

export interface ConfigInput {
  readonly options: NginxOptions;
  /** Directory to serve, or null. */
  readonly site: string | null;
  /** With at least one unit each. */
  readonly backends: readonly Backend[];
  /** The one that gets what neither a route matches nor the site has. */
  readonly fallback: Backend | null;
  readonly workers: number | null;
}

/** nginx.conf in full. */
export function nginxConfig(input: ConfigInput): string {
  const { options, backends, workers } = input;
  return `${[
    'user www-data;',
    `worker_processes ${workers ?? 'auto'};`,
    'daemon off;',
    'pid /run/nginx.pid;',
    'error_log stderr warn;',
    'events { worker_connections 4096; }',
    'http {',
    ...indent([
      'include /etc/nginx/mime.types;',
      'default_type application/octet-stream;',
      `access_log ${options.accessLog ? '/dev/stdout' : 'off'};`,
      'server_tokens off;',
      'sendfile on;',
      'tcp_nopush on;',
      'keepalive_timeout 65s;',
      `client_max_body_size ${options.maxBody};`,
      ...(options.gzip ? GZIP : []),
      ...(backends.length === 0 ? [] : PROXY),
      ...backends.flatMap(upstream),
      'server {',
      ...indent(server(input)),
      '}',
    ]),
    '}',
  ].join('\n')}\n`;
}

const GZIP = [
  'gzip on;',
  'gzip_vary on;',
  'gzip_types text/css text/plain text/xml application/javascript application/json application/xml image/svg+xml;',
];

const PROXY = [
  'proxy_http_version 1.1;',
  'proxy_connect_timeout 1s;',
  'proxy_set_header Host $http_host;',
  'proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;',
  'proxy_set_header X-Forwarded-Proto $scheme;',
  'proxy_set_header Upgrade $http_upgrade;',
  'proxy_set_header Connection $upgrade_or_keep;',
  "map $http_upgrade $upgrade_or_keep { default upgrade; '' ''; }",
];

function upstream({ application, units }: Backend): string[] {
  const servers = units.map((unit) => `server ${unit.address}:${unit.data.port} max_fails=1 fail_timeout=1s;`);
  return [`upstream ${application} {`, ...indent([...servers, 'keepalive 32;']), '}'];
}

function server(input: ConfigInput): string[] {
  const { options, site } = input;
  return [
    `listen ${options.port} default_server;`,
    ...(site === null ? [] : [`root ${site};`, `index ${options.index.join(' ')};`]),
    ...routes(input).flatMap(([path, application]) => routed(path, application)),
    ...rest(input),
  ];
}

/** Paths with the applications that get them. The longest prefix wins in nginx whatever the order. */
function routes({ options, backends }: ConfigInput): [string, string][] {
  const entries = backends.flatMap(({ application }): [string, string][] => {
    const route = options.routes[application];
    return route === undefined ? [] : [[route.path, application]];
  });
  return entries.sort(([a], [b]) => byText(a, b));
}

/** The path itself and what is below it, but not what merely starts alike. */
function routed(path: string, application: string): string[] {
  const bare = path.replace(/\/+$/, '');
  const below = `location ${bare}/ { proxy_pass http://${application}; }`;
  return bare === '' ? [below] : [`location = ${bare} { proxy_pass http://${application}; }`, below];
}

function rest({ options, site, backends, fallback }: ConfigInput): string[] {
  if (backends.some(({ application }) => options.routes[application]?.path === '/')) return [];
  if (site === null) return [fallback === null ? 'location / { return 404; }' : passAll('/', fallback)];
  if (fallback === null) return [`location / { try_files $uri $uri/ ${options.notFound ?? '=404'}; }`];
  return ['location / { try_files $uri $uri/index.html @application; }', passAll('@application', fallback)];
}

function passAll(location: string, { application }: Backend): string {
  return `location ${location} { proxy_pass http://${application}; }`;
}

function indent(lines: readonly string[]): string[] {
  return lines.map((line) => `  ${line}`);
}
