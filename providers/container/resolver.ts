/**
 * Where resolver settings may stand on a host, the usual place first; the second names the servers behind systemd's
 * local stub.
 */
export const RESOLVER_FILES = ['/etc/resolv.conf', '/run/systemd/resolve/resolv.conf'] as const;

export interface ResolverSettings {
  readonly servers: readonly string[];
  readonly search: string | null;
}

/**
 * What containers can use of the host's settings: from the first file that names any, the servers that are not on the
 * host's loopback, because nothing answers there inside a container, and a server that does not answer makes programs
 * hang at start.
 */
export function usableResolver(texts: readonly string[]): ResolverSettings {
  const all = texts.map(parse);
  return all.find((settings) => settings.servers.length > 0) ?? { servers: [], search: null };
}

/**
 * The resolv.conf for containers. Without servers a short time-out keeps those from waiting who ask their own
 * loopback regardless.
 */
export function resolverFile({ servers, search }: ResolverSettings): string {
  if (servers.length === 0) return '# no name server of the host can be reached\noptions timeout:1 attempts:1\n';
  const lines = servers.map((server) => `nameserver ${server}`);
  if (search !== null) lines.push(`search ${search}`);
  return [...lines, 'options timeout:2 attempts:2', ''].join('\n');
}

function parse(text: string): ResolverSettings {
  const lines = text.split('\n').map((line) => line.trim().split(/\s+/));
  const servers = lines.filter(([word]) => word === 'nameserver').map(([, server]) => server ?? '');
  const search =
    lines
      .filter(([word]) => word === 'search' || word === 'domain')
      .at(-1)
      ?.slice(1) ?? [];
  return { servers: servers.filter(isReachable).slice(0, 3), search: search.length === 0 ? null : search.join(' ') };
}

/** Containers speak IPv4 only. */
function isReachable(server: string): boolean {
  return /^\d+\.\d+\.\d+\.\d+$/.test(server) && !server.startsWith('127.') && server !== '0.0.0.0';
}
