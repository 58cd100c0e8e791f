import { Agent, request } from 'node:http';

/** Keep-alive clients that ask in a closed loop and count every answer that is not a 200. */
export interface Load {
  /** Stops the clients and tells what they saw. */
  stop(): Promise<LoadReport>;
}

export interface LoadReport {
  readonly requests: number;
  readonly failures: readonly string[];
}

export function startLoad(url: string, clients: number): Load {
  let stopped = false;
  let requests = 0;
  const failures: string[] = [];
  const client = async (): Promise<void> => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    while (!stopped) {
      const answer = await get(url, agent).catch((error: NodeJS.ErrnoException) => error.code ?? error.message);
      requests += 1;
      if (answer !== 200) failures.push(`${answer} at request ${requests}`);
    }
    agent.destroy();
  };
  const running = Promise.all(Array.from({ length: clients }, client));
  return {
    stop: async () => {
      stopped = true;
      await running;
      return { requests, failures };
    },
  };
}

function get(url: string, agent: Agent): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { agent, timeout: 10_000 }, (response) => {
      response.resume();
      response.once('end', () => resolve(response.statusCode ?? 0));
      response.once('error', reject);
    });
    sent.once('timeout', () => sent.destroy(new Error('no answer in 10 s')));
    sent.once('error', reject);
    sent.end();
  });
}
