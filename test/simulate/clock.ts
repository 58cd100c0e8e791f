import type { Clock } from '../../controller/read/clock.ts';

/** Time that passes only when nothing else can happen. */
export interface SimulationTime extends Clock {
  /** Calls back at that time. */
  at(atMs: number, call: () => void): void;
  /** Lets time pass until the promise is settled. */
  drive<T>(promise: Promise<T>): Promise<T>;
}

interface Alarm {
  readonly atMs: number;
  readonly order: number;
  readonly ring: () => void;
}

export function createTime(): SimulationTime {
  let nowMs = 1_000_000;
  let order = 0;
  let alarms: Alarm[] = [];
  const at = (atMs: number, ring: () => void): void => {
    order += 1;
    const alarm = { atMs, order, ring };
    const index = alarms.findIndex((other) => other.atMs > atMs);
    if (index < 0) alarms.push(alarm);
    else alarms.splice(index, 0, alarm);
  };
  const ringNext = (): boolean => {
    const [first, ...rest] = alarms;
    if (first === undefined) return false;
    alarms = rest;
    nowMs = Math.max(nowMs, first.atMs);
    first.ring();
    return true;
  };
  return {
    nowMs: () => nowMs,
    at,
    sleep: (durationMs, signal) => {
      if (signal?.aborted) return Promise.resolve();
      return new Promise((resolve) => {
        at(nowMs + durationMs, resolve);
        signal?.addEventListener('abort', resolve);
      });
    },
    async drive(promise) {
      let settled = false;
      const done = (): void => {
        settled = true;
      };
      promise.then(done, done);
      for (let idle = 0; ; idle += 1) {
        await quiet();
        if (settled) return promise;
        if (ringNext()) idle = 0;
        else if (idle > PATIENCE) throw new Error('everybody waits and nothing will come');
        else await realTime();
      }
    },
  };
}

/** Real milliseconds until something real (loading a module) is taken for something that will never come. */
const PATIENCE = 5000;

function realTime(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 1));
}

/** Until every promise that can go on has gone on. */
function quiet(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
