import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

/** Keep-alive clients that ask one question after the other and note every answer that is not a 200. */
export interface Load {
  /** Stops the clients and tells what they saw. */
  stop(): Promise<LoadReport>;
}

export interface LoadReport {
  readonly requests: number;
  /** Connections that carried them. */
  readonly connections: number;
  readonly failures: readonly string[];
}

/** Each client rests for this long between two questions, so that the load does not starve what it is laid on. */
const REST_MS = 3;

export function startLoad(url: string, clients: number): Load {
  let stopped = false;
  let requests = 0;
  let connections = 0;
  const failures: string[] = [];
  const client = async (): Promise<void> => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    while (!stopped) {
      const seen = await ask(url, agent).catch((error: NodeJS.ErrnoException) => error.code ?? error.message);
      requests += 1;
      if (typeof seen !== 'object' || seen.status !== 200)
        failures.push(`request ${requests}: ${JSON.stringify(seen)}`);
      if (typeof seen !== 'object' || !seen.reused) connections += 1;
      await sleep(REST_MS);
    }
    agent.destroy();
  };
  const running = Promise.all(Array.from({ length: clients }, client));
  return {
    stop: async () => {
      stopped = true;
      await running;
      return { requests, connections, failures };
    },
  };
}

interface Seen {
  readonly status: number;
  /** Whether the connection had carried a request before. */
  readonly reused: boolean;
}

function ask(url: string, agent: Agent): Promise<Seen> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { agent, timeout: 10_000 }, (response) => {
      response.resume();
      response.once('end', () => resolve({ status: response.statusCode ?? 0, reused: sent.reusedSocket }));
      response.once('error', reject);
    });
    sent.once('timeout', () => sent.destroy(new Error('no answer in 10 s')));
    sent.once('error', reject);
    sent.end();
  });
}
