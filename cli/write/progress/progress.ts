import type { Terminal } from '../../output/terminal.ts';
import { livePicture } from './live.ts';
import { plainLines } from './plain.ts';
import type { ProgressView } from './view.ts';

/** A tree that is drawn again on a terminal, lines elsewhere. */
export function openProgress(terminal: Terminal, environment: string, nowMs: () => number): ProgressView {
  return terminal.isErrorTerminal ? livePicture(terminal, environment, nowMs) : plainLines(terminal, environment);
}
