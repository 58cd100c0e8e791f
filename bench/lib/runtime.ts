import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { AgentClient, type ContainerConfig } from '../../providers/container/native/agent.ts';
import { debianRoot } from './root.ts';

const NATIVE = join(process.cwd(), 'native/build');
const BRIDGE = 'ctbench0';

/** The runtime alone: an agent with run directory and bridge of its own. */
export interface Runtime {
  readonly agent: AgentClient;
  /** Configuration of the n-th container: network, limits, overlay on the shared root. */
  container(index: number): ContainerConfig;
  startAndRemove(index: number): Promise<void>;
  stop(): Promise<void>;
}

export async function openRuntime(): Promise<Runtime> {
  const layer = debianRoot();
  const state = mkdtempSync('/var/tmp/cantrip-bench-state-');
  const runDirectory = mkdtempSync('/run/cantrip-bench-');
  const agent = await AgentClient.open({ runDirectory, program: join(NATIVE, 'cantrip-agent') });
  await agent.ensureBridge({ name: BRIDGE, address: '10.99.0.1/16', mac: '02:00:63:00:00:01' });
  const container = (index: number): ContainerConfig => configure({ index, layer, state });
  return {
    agent,
    container,
    startAndRemove: async (index) => {
      const config = container(index);
      await agent.start(config);
      await agent.remove(config.id, { graceMs: 0, trash: [config.upper, config.work] });
    },
    stop: async () => {
      await agent.removeBridge(BRIDGE);
      await agent.shutdown();
      agent.close();
      for (const folder of [state, runDirectory]) rmSync(folder, { recursive: true, force: true });
    },
  };
}

function configure({ index, layer, state }: { index: number; layer: string; state: string }): ContainerConfig {
  const id = index.toString(16).padStart(16, '0');
  return {
    id,
    hostname: `bench-${index}`,
    layers: [layer],
    upper: `${state}/${id}-upper`,
    work: `${state}/${id}-work`,
    mounts: [],
    network: {
      bridge: BRIDGE,
      address: `10.99.${(index >> 8) + 1}.${index & 255}/16`,
      gateway: '10.99.0.1',
      mac: `02:00:63:01:${hex(index >> 8)}:${hex(index & 255)}`,
    },
    limits: { cpuMillicores: 500, memoryBytes: 256 << 20, pids: 200, cpuWeight: 0 },
    init: join(NATIVE, 'cantrip-init'),
    logs: state,
    builder: false,
  };
}

function hex(byte: number): string {
  return byte.toString(16).padStart(2, '0');
}
