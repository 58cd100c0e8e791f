import { request } from 'node:http';
import { connect } from 'node:net';
import type { ServiceIntent } from '../../../model/charm.ts';
import type { MachineSpec } from '../../../model/desired.ts';
import type { Provider } from '../../../model/provider.ts';
import { BASE_IMAGE } from './bring-up.ts';
import type { Lab } from './lab.ts';

/** A web server for a minimal Debian: answers every request with the container's name, one connection at a time. */
const SERVER = `
use Socket;
socket(my $server, PF_INET, SOCK_STREAM, 0) or die "socket: $!";
setsockopt($server, SOL_SOCKET, SO_REUSEADDR, 1);
bind($server, sockaddr_in(80, INADDR_ANY)) or die "bind: $!";
listen($server, 64);
chomp(my $name = qx(cat /proc/sys/kernel/hostname));
$| = 1;
print "listening\\n";
while (accept(my $client, $server)) {
  while (my $line = <$client>) { last if $line =~ /^\\r?\\n/ }
  print {$client} "HTTP/1.0 200 OK\\r\\nContent-Length: " . length($name) . "\\r\\n\\r\\n$name";
  close $client;
}
`;

export const WEB: ServiceIntent = {
  command: ['/usr/bin/perl', '-e', SERVER],
  environment: {},
  directory: '/',
  user: 'root',
  group: 'root',
  after: [],
  ready: { check: { kind: 'tcp', port: 80 }, intervalMs: 1000, timeoutMs: 1000, failures: 3 },
  stopSignal: 'SIGTERM',
  stopTimeoutMs: 1000,
  restart: 'always',
  reload: null,
  restartOn: [],
  reloadOn: [],
};

/** Network, image and machines with the web server running; `addresses` by unit. */
export async function startWeb(
  lab: Lab,
  environment: string,
  subnet: string,
  addresses: Readonly<Record<string, string>>,
): Promise<void> {
  const { provider } = lab;
  await provider.ensureNetwork({ environment, subnet });
  await provider.ensureNames(environment, namesOf(addresses));
  await provider.ensureImage(BASE_IMAGE, () => {});
  await Promise.all(
    Object.entries(addresses).map(([unit, address]) => startUnit(provider, lab.spec(environment, unit, { address }))),
  );
}

export async function startUnit(provider: Provider, spec: MachineSpec): Promise<void> {
  await provider.ensureMachine(spec);
  const service = { name: 'web', service: WEB, digest: 'd1', configuration: 'c1', secrets: new Map() };
  await provider.ensureService(spec, service);
  await provider.awaitUnit(spec, ['web'], 10_000);
}

export async function removeAll(provider: Provider, environment: string): Promise<void> {
  const { machines, storage, routes } = await provider.observe(environment);
  await Promise.all(routes.map((route) => provider.removeRoute(route)));
  await Promise.all(machines.map(({ unit }) => provider.removeMachine({ environment, unit }, 1000)));
  await Promise.all(storage.map(({ id }) => provider.removeStorage(environment, id)));
  await provider.removeNetwork(environment);
}

/** Output of a shell script in a unit; the script's failure is the call's. */
export async function shell(lab: Lab, environment: string, unit: string, script: string): Promise<string> {
  const { machines } = await lab.provider.observe(environment);
  const id = machines.find((machine) => machine.unit === unit)?.id;
  if (id === undefined) throw new Error(`no machine of ${unit}`);
  const outcome = await (await lab.init(id)).run({
    arguments: ['/bin/bash', '-c', script],
    environment: [],
    directory: '/',
    user: 'root',
    group: 'root',
    timeoutMs: 10_000,
  });
  if (outcome.status !== 0) throw new Error(`status ${outcome.status}: ${outcome.output.toString('utf8')}`);
  return outcome.output.toString('utf8').trim();
}

/** Body of an answer; each call is a connection of its own. */
export function get(host: string, port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const call = request({ host, port, agent: false, timeout: 3000 }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => resolve(Buffer.concat(chunks).toString('utf8')));
    });
    call.once('error', reject);
    call.once('timeout', () => call.destroy(new Error('no answer')));
    call.end();
  });
}

/** Code of the failure to connect, or null when it can. */
export function connectFault(host: string, port: number): Promise<string | null> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: 1000 });
    const settle = (fault: string | null): void => {
      socket.destroy();
      resolve(fault);
    };
    socket.once('connect', () => settle(null));
    socket.once('timeout', () => settle('no answer'));
    socket.once('error', (error: NodeJS.ErrnoException) => settle(error.code ?? error.message));
  });
}

function namesOf(addresses: Readonly<Record<string, string>>): Record<string, readonly string[]> {
  const units = Object.entries(addresses).map(([unit, address]) => [unit.replace('/', '-'), [address]] as const);
  return { ...Object.fromEntries(units), web: Object.values(addresses) };
}
