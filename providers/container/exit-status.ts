import { constants } from 'node:os';

/** A wait status in words: `ended with status 3`, `was killed by SIGKILL`. */
export function describeExit(waitStatus: number): string {
  const signal = waitStatus & 0x7f;
  if (signal === 0) return `ended with status ${exitStatus(waitStatus)}`;
  const name = Object.entries(constants.signals).find(([, number]) => number === signal)?.[0];
  return `was killed by ${name ?? `signal ${signal}`}`;
}

/** The status as shells tell it: 128 and the signal's number for those killed. */
export function exitStatus(waitStatus: number): number {
  const signal = waitStatus & 0x7f;
  return signal === 0 ? (waitStatus >> 8) & 0xff : 128 + signal;
}
