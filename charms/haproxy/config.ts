import { byText } from '../../model/order.ts';
import type { Backend } from '../backends.ts';
import type { HaproxyOptions } from './options.ts';
import { PATHS } from './script.ts';

export interface ConfigInput {
  readonly options: HaproxyOptions;
  /** With at least one unit each. */
  readonly backends: readonly Backend[];
  /** The one that gets what no route matches; null: such requests are refused. */
  readonly fallback: Backend | null;
  readonly threads: number | null;
  readonly state?: string;
}

/**
 * haproxy.cfg in full: what a restarted process starts from, and what the reload script compares a running one with.
 */
export function haproxyConfig(input: ConfigInput): string {
  const { options, backends } = input;
  return `${[
    ...globalSection(input),
    ...defaultsSection(options),
    ...frontend(input),
    ...(options.stats === undefined ? [] : stats(options.stats)),
    ...backends.flatMap((backend) => backendSection(backend, options)),
  ].join('\n')}\n`;
}

function globalSection({ options, threads, state = PATHS.state }: ConfigInput): string[] {
  return [
    'global',
    '  log stdout format raw daemon',
    '  user haproxy',
    '  group haproxy',
    `  maxconn ${options.maxconn}`,
    '  no strict-limits',
    ...(threads === null ? [] : [`  nbthread ${threads}`]),
    `  server-state-file ${state}/servers`,
    `  stats socket ${state}/admin.sock mode 600 level admin expose-fd listeners`,
    '  hard-stop-after 60s',
    '',
  ];
}

function defaultsSection(options: HaproxyOptions): string[] {
  const { connect, client, server, queue, keepAlive } = options.timeouts;
  return [
    'defaults',
    '  mode http',
    '  option httplog',
    '  option dontlognull',
    ...(options.accessLog ? [] : ['  option dontlog-normal']),
    '  option forwardfor',
    '  # A new process sends nothing to a server that has not passed a check; new workers know what the old ones knew.',
    '  load-server-state-from-file global',
    `  timeout connect ${connect}`,
    `  timeout client ${client}`,
    `  timeout server ${server}`,
    `  timeout queue ${queue}`,
    `  timeout http-keep-alive ${keepAlive}`,
    '  timeout http-request 10s',
    '  timeout tunnel 1h',
    '  # A replaced worker answers each connection once more and says that it closes, instead of just closing.',
    '  option idle-close-on-response',
    '  # A refused connection goes to another server at once; a lone server is tried again after a pause.',
    '  retries 3',
    '  option redispatch 1',
    '  retry-on conn-failure empty-response',
    '',
  ];
}

/** The backend for requests that nobody gets. No application's name has a dot. */
const NOBODY = 'no.application';

function frontend({ options, backends, fallback }: ConfigInput): string[] {
  const routes = backends.flatMap(({ application }): Route[] => {
    const route = options.routes[application];
    return route === undefined ? [] : [{ application, ...route }];
  });
  return [
    'frontend website',
    '  # Not for the backends: what becomes of their servers HAProxy tells by itself.',
    '  log global',
    `  bind :${options.port}`,
    '  # Only what may be done twice is sent again after an answer was lost.',
    '  http-request disable-l7-retry unless METH_GET or { method HEAD OPTIONS }',
    ...routes.sort(byNarrowness).flatMap(route),
    `  default_backend ${fallback?.application ?? NOBODY}`,
    '',
    ...(fallback === null ? [`backend ${NOBODY}`, '  http-request deny deny_status 404', ''] : []),
  ];
}

/** Conditions of one route; without any the application gets nothing from here. */
function route({ application, host, path }: Route): string[] {
  const conditions = [
    ...(host === undefined ? [] : [`{ req.hdr(host),field(1,:),lower -m str ${host.toLowerCase()} }`]),
    ...(path === undefined ? [] : [`{ path -m reg '^${path.replace(/\/$/, '').replaceAll('.', '\\.')}(/|$)' }`]),
  ];
  return conditions.length === 0 ? [] : [`  use_backend ${application} if ${conditions.join(' ')}`];
}

type Route = HaproxyOptions['routes'][string] & { readonly application: string };

/** The narrower route first: one with a host before one without, then the longer path. */
function byNarrowness(a: Route, b: Route): number {
  const hosts = Number(b.host !== undefined) - Number(a.host !== undefined);
  return hosts || (b.path ?? '').length - (a.path ?? '').length || byText(a.application, b.application);
}

function stats(port: number): string[] {
  return [
    'frontend stats',
    '  log global',
    `  bind :${port}`,
    '  option dontlog-normal',
    '  http-request use-service prometheus-exporter if { path /metrics }',
    '  stats enable',
    '  stats uri /',
    '',
  ];
}

function backendSection(backend: Backend, options: HaproxyOptions): string[] {
  const health = backend.units[0]?.data.health;
  return [
    `backend ${backend.application}`,
    `  balance ${options.balance}`,
    ...(options.balance === 'source' ? ['  hash-type consistent'] : []),
    ...(health === undefined ? [] : [`  option httpchk GET ${health}`]),
    `  # Each server: ${serverKeywords(options)}`,
    ...backend.units.map((unit) => server(unit, options)),
    '',
  ];
}

function server(unit: Backend['units'][number], options: HaproxyOptions): string {
  return `  server ${unit.hostname} ${unit.address}:${unit.data.port} ${serverKeywords(options)}`;
}

/**
 * In full on each server, since servers that are added later take nothing from a default. They would not keep
 * connections for the next request either without being told to.
 */
function serverKeywords({ check, serverMaxconn }: HaproxyOptions): string {
  const limit = serverMaxconn === undefined ? '' : ` maxconn ${serverMaxconn}`;
  const times = `inter ${check.interval} fastinter ${check.down} downinter ${check.down} fall ${check.fall} rise 1`;
  return `check ${times} pool-max-conn -1 pool-purge-delay 5s${limit}`;
}
