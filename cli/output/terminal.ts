import type { Style } from './style.ts';
import { createStyle, wantsColour } from './style.ts';

/** Where a command writes. Results go to `out`; progress, questions and complaints to `err`. */
export interface Terminal {
  /** Lines of the result. */
  out(...lines: readonly string[]): void;
  err(...lines: readonly string[]): void;
  /** Text without an end of line, for a picture that is drawn again. */
  draw(text: string): void;
  readonly style: Style;
  readonly errorStyle: Style;
  /** Whether results go to a terminal, whether complaints do, and whether somebody can answer a question. */
  readonly isTerminal: boolean;
  readonly isErrorTerminal: boolean;
  readonly isInputTerminal: boolean;
  size(): { readonly columns: number; readonly rows: number };
  /** Aborted when nobody reads the result any more. */
  readonly closed: AbortSignal;
}

/** The process's own streams. Output that nobody reads any more is silently dropped. */
export function processTerminal(process: NodeJS.Process): Terminal {
  const { stdout, stderr, stdin, env } = process;
  const closed = new AbortController();
  for (const stream of [stdout, stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
      closed.abort();
    });
  }
  return {
    out: (...lines) => stdout.write(lines.map((line) => `${line}\n`).join('')),
    err: (...lines) => stderr.write(lines.map((line) => `${line}\n`).join('')),
    draw: (text) => stderr.write(text),
    style: createStyle(wantsColour(stdout.isTTY === true, env)),
    errorStyle: createStyle(wantsColour(stderr.isTTY === true, env)),
    isTerminal: stdout.isTTY === true,
    isErrorTerminal: stderr.isTTY === true && env.TERM !== 'dumb',
    isInputTerminal: stdin.isTTY === true,
    size: () => ({ columns: stderr.columns || 80, rows: stderr.rows || 24 }),
    closed: closed.signal,
  };
}
