import { request } from 'node:http';
import { createServer } from 'node:net';

/**
 * Nobody waits longer for an answer: a peer that accepts connections for a server that is not there would not give
 * one.
 */
const PATIENCE_MS = 250;

export interface Answer {
  readonly status: number;
  /** Which unit answered, as the shop says it. */
  readonly servedBy: string;
}

/** One request on a connection of its own; `item` is posted as a new row of the shop. */
export function ask(port: number, item?: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const method = item === undefined ? 'GET' : 'POST';
    const outgoing = request({ host: '127.0.0.1', port, method, agent: false, timeout: PATIENCE_MS }, (response) => {
      response.resume();
      response.once('end', () => {
        resolve({ status: response.statusCode ?? 0, servedBy: String(response.headers['x-served-by'] ?? '') });
      });
      response.once('error', reject);
    });
    outgoing.once('timeout', () => outgoing.destroy(new Error(`no answer within ${PATIENCE_MS} ms`)));
    outgoing.once('error', reject);
    outgoing.end(item === undefined ? undefined : `item=${item}`);
  });
}

/** Ports of 127.0.0.1 that nobody has, all different. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  const ports: number[] = [];
  for (const server of servers) {
    if (!server.listening) await new Promise((resolve) => server.once('listening', resolve));
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('a listener without a port');
    ports.push(address.port);
  }
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
