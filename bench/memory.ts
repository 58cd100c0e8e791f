// What does an idle container cost beyond its own processes, the kernel's part included? MemAvailable before and after
// many of them, and what process 1 of each holds.
import { readFileSync } from 'node:fs';
import { benchArguments } from './lib/arguments.ts';
import { printReport, reportLines } from './lib/report.ts';
import { openRuntime } from './lib/runtime.ts';

const CONTAINERS = 200;
const { json, runs } = benchArguments(3);
const runtime = await openRuntime();
const available: number[] = [];
const kernel: number[] = [];
const init: number[] = [];
try {
  for (let round = 0; round < runs; round += 1) {
    const before = memory();
    for (let index = 1; index <= CONTAINERS; index += 1) await runtime.agent.start(runtime.container(index));
    await settle();
    const after = memory();
    available.push((before.available - after.available) / CONTAINERS);
    kernel.push((after.kernel - before.kernel) / CONTAINERS);
    for (const { pid } of await runtime.agent.list()) init.push(proportionalSetSize(pid));
    for (let index = 1; index <= CONTAINERS; index += 1) {
      const { id, upper, work } = runtime.container(index);
      await runtime.agent.remove(id, { graceMs: 0, trash: [upper, work] });
    }
    await settle();
  }
  printReport(
    reportLines('memory', [
      { subject: 'cantrip per container', unit: 'kB', samples: available },
      { subject: 'cantrip kernel part', unit: 'kB', samples: kernel },
      { subject: 'cantrip init', unit: 'kB', samples: init },
    ]),
    json,
  );
} finally {
  await runtime.stop();
}

interface Memory {
  readonly available: number;
  /** Unreclaimable slab, stacks, page tables and per-CPU data. */
  readonly kernel: number;
}

function memory(): Memory {
  const text = readFileSync('/proc/meminfo', 'utf8');
  const read = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(text)?.[1] ?? 0);
  const kernel = ['SUnreclaim', 'KernelStack', 'PageTables', 'Percpu'].map(read).reduce((sum, value) => sum + value);
  return { available: read('MemAvailable'), kernel };
}

function proportionalSetSize(pid: number): number {
  return Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1] ?? 0);
}

/** The kernel frees namespaces and groups some time after the request. */
async function settle(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 2000));
}
