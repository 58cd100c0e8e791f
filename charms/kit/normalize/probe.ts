import type { Check, Probe } from '../../../model/charm.ts';
import { refuse } from '../fault.ts';
import type { CheckSpec, ProbeSpec } from '../spec.ts';
import { account, onlyKnown, portNumber } from './basics.ts';
import { durationMs } from './duration.ts';
import { commandOf } from './words.ts';

const MEMBERS = ['exec', 'expect', 'failures', 'http', 'interval', 'port', 'tcp', 'timeout', 'user'];

export function probeOf(spec: ProbeSpec, path: string): Probe {
  onlyKnown(spec, MEMBERS, path);
  const { interval = '1s', timeout = '2s', failures = 3 } = spec;
  if (!Number.isInteger(failures) || failures < 1)
    refuse(`${path}.failures`, `must be a whole number from 1, not ${failures}`);
  return {
    check: checkOf(spec, path),
    intervalMs: durationMs(interval, `${path}.interval`),
    timeoutMs: durationMs(timeout, `${path}.timeout`),
    failures,
  };
}

function checkOf(spec: CheckSpec, path: string): Check {
  const kinds = ['http', 'tcp', 'exec'].filter((kind) => kind in spec);
  if (kinds.length !== 1)
    refuse(path, `must have exactly one of http, tcp and exec, not ${kinds.join(' and ') || 'none'}`);
  if ('tcp' in spec) return { kind: 'tcp', port: portNumber(spec.tcp, `${path}.tcp`) };
  if ('exec' in spec) {
    const { exec, user = 'root' } = spec;
    return { kind: 'exec', command: commandOf(exec, `${path}.exec`), user: account(user, `${path}.user`) };
  }
  if (!spec.http.startsWith('/')) refuse(`${path}.http`, `must be a path that starts with '/', not '${spec.http}'`);
  return { kind: 'http', port: portNumber(spec.port, `${path}.port`), path: spec.http, expect: spec.expect ?? null };
}
