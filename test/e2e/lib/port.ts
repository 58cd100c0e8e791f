import { readFileSync } from 'node:fs';

/** Below the kernel's range for outgoing connections, so that none of those takes it meanwhile. */
const FIRST = 20_000;
const COUNT = 8_000;
const given = new Set<number>();

/** A port nobody listens on, never given twice by this process. */
export function freePort(): number {
  const taken = new Set(['/proc/net/tcp', '/proc/net/tcp6'].flatMap(localPorts));
  const start = process.pid * 7;
  for (let step = 0; step < COUNT; step += 1) {
    const port = FIRST + ((start + step) % COUNT);
    if (taken.has(port) || given.has(port)) continue;
    given.add(port);
    return port;
  }
  throw new Error('all ports are taken');
}

function localPorts(table: string): readonly number[] {
  const lines = readFileSync(table, 'utf8').trim().split('\n').slice(1);
  return lines.map((line) => Number.parseInt(/^\s*\d+: [0-9A-F]+:([0-9A-F]{4})/.exec(line)?.[1] ?? '0', 16));
}
