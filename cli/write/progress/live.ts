import type { Terminal } from '../../output/terminal.ts';
import { widthOf } from '../../output/text.ts';
import { advance, startProgress } from './state.ts';
import { renderTree } from './tree.ts';
import type { ProgressView } from './view.ts';

/** At most ten pictures a second. */
const FRAME_MS = 100;

const HIDE_CURSOR = '\u001b[?25l';
const SHOW_CURSOR = '\u001b[?25h';

/** The tree, drawn over itself. It is never as high as the terminal, so that nothing scrolls away below it. */
export function livePicture(terminal: Terminal, environment: string, nowMs: () => number): ProgressView {
  let state = startProgress(environment, nowMs());
  let shown: readonly string[] = [];
  const draw = (): void => {
    if (state.rows.size === 0 && state.note === null) return;
    const { columns, rows } = terminal.size();
    const options = { style: terminal.errorStyle, columns: columns - 1, rows: rows - 1, nowMs: nowMs() };
    const lines = renderTree(state, options);
    terminal.draw(erase(shown, columns) + HIDE_CURSOR + lines.map((line) => `${line}\n`).join(''));
    shown = lines;
  };
  const clear = (): void => {
    if (shown.length > 0) terminal.draw(erase(shown, terminal.size().columns) + SHOW_CURSOR);
    shown = [];
  };
  const timer = setInterval(draw, FRAME_MS);
  timer.unref();
  // A command that is ended from outside must not leave the terminal without a cursor.
  process.once('exit', clear);
  return {
    emit: (event) => {
      state = advance(state, event, nowMs());
    },
    note: (line) => {
      clear();
      terminal.err(line);
      draw();
    },
    end: () => {
      clearInterval(timer);
      process.removeListener('exit', clear);
      clear();
    },
  };
}

/** Back to the first line of the last picture. Lines that a narrower terminal has wrapped take several. */
function erase(shown: readonly string[], columns: number): string {
  const height = shown.reduce((sum, line) => sum + Math.max(1, Math.ceil(widthOf(line) / Math.max(1, columns))), 0);
  return height === 0 ? '' : `\u001b[${height}A\r\u001b[J`;
}
