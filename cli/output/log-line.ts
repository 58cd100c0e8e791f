import type { LogLine } from '../../model/provider.ts';
import type { Style } from './style.ts';
import { printable } from './text.ts';

/** `10:02:03 web/0 node  text`; each unit in a colour of its own, what went to standard error in red. */
export function logPrinter(style: Style, units: readonly { readonly unit: string }[]): (line: LogLine) => string {
  const colours = [style.cyan, style.green, style.yellow, style.blue];
  const width = Math.max(0, ...units.map(({ unit }) => unit.length));
  const paints = new Map(units.map(({ unit }, index) => [unit, colours[index % colours.length]]));
  return ({ unit, service, timeMs, stream, text: raw }) => {
    const paint = paints.get(unit) ?? style.bold;
    const text = printable(raw);
    const words = stream === 'error' ? style.red(text) : stream === 'supervisor' ? style.dim(text) : text;
    return `${style.dim(clock(timeMs))} ${paint(unit.padEnd(width))} ${style.dim(service)}  ${words}`;
  };
}

function clock(timeMs: number): string {
  const time = new Date(timeMs);
  const parts = [time.getHours(), time.getMinutes(), time.getSeconds()];
  return parts.map((part) => String(part).padStart(2, '0')).join(':');
}
