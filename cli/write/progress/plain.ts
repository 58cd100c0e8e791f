import type { ProgressEvent } from '../../../controller/apply/events.ts';
import type { Operation } from '../../../model/plan.ts';
import type { Terminal } from '../../output/terminal.ts';
import { duration, harmless } from '../../output/text.ts';
import { phraseOf, rowOf } from './phrase.ts';
import type { ProgressView } from './view.ts';

/** What takes longer is announced, so that nobody thinks it hangs. */
const LONG_MS = 1000;

/** A line for each operation that ends, each that takes longer than a second, and all that is told under way. */
export function plainLines(terminal: Terminal, environment: string): ProgressView {
  const timers = new Map<string, NodeJS.Timeout>();
  const say = (operation: Operation, text: string): void => {
    terminal.err(`${rowOf(operation, environment)}: ${harmless(text)}`);
  };
  const settle = (id: string): void => {
    clearTimeout(timers.get(id));
    timers.delete(id);
  };
  return {
    emit: (event) => {
      if (event.kind === 'operation.started') {
        const { operation } = event;
        const timer = setTimeout(() => say(operation, `${phraseOf(operation.action).doing} …`), LONG_MS);
        timers.set(operation.id, timer.unref());
      } else if (event.kind === 'operation.ended') {
        settle(event.operation.id);
        say(event.operation, endText(event));
      } else if (event.kind === 'operation.progress') {
        say(event.operation, event.line);
      } else if (event.kind === 'operation.retry') {
        say(event.operation, `${event.message}; again in ${duration(event.delayMs)}`);
      } else {
        const text = environmentText(event);
        if (text !== null) terminal.err(`${environment}: ${harmless(text)}`);
      }
    },
    note: (line) => terminal.err(line),
    end: () => {
      for (const id of [...timers.keys()]) settle(id);
    },
  };
}

function endText({ operation, result, durationMs }: ProgressEvent & { kind: 'operation.ended' }): string {
  const { doing, done } = phraseOf(operation.action);
  switch (result.kind) {
    case 'done':
      return `${done} (${duration(durationMs)})`;
    case 'stale':
      return `${doing}: no longer as planned, looking again (${result.message})`;
    case 'failed':
      return `${doing} failed: ${result.message}`;
  }
}

function environmentText(event: ProgressEvent): string | null {
  switch (event.kind) {
    case 'lock.waiting': {
      const { holder } = event;
      return holder === null
        ? 'waiting for another command to finish'
        : `waiting for "${holder.verb}" of ${holder.who} (pid ${holder.pid}) to finish`;
    }
    case 'facts.waiting':
      return `waiting to learn about ${event.targets.join(', ')}`;
    default:
      return null;
  }
}
