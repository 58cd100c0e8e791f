import { parseUnitName } from '../../../model/names.ts';
import { byText } from '../../../model/order.ts';
import type { Style } from '../../output/style.ts';
import { duration, harmless, truncate } from '../../output/text.ts';
import type { ProgressState, Row } from './state.ts';

export interface TreeOptions {
  readonly style: Style;
  readonly columns: number;
  /** At most so many lines. */
  readonly rows: number;
  readonly nowMs: number;
}

/**
 * The tree by application and unit as lines that fit the terminal. When there is no room, what is finished is folded
 * first.
 */
export function renderTree(state: ProgressState, options: TreeOptions): string[] {
  const groups = groupsOf(state);
  const head = headLine(state, options);
  const full = groups.flatMap((group, index) => groupLines(group, index === groups.length - 1, options));
  const folded = groups
    .filter((group) => isBusy(group))
    .flatMap((group, index, busy) => foldedLines(group, index === busy.length - 1, options));
  const body = full.length < options.rows ? full : folded.slice(0, Math.max(0, options.rows - 1));
  return [head, ...body].slice(0, Math.max(1, options.rows)).map((line) => truncate(line, options.columns));
}

interface Group {
  readonly name: string;
  readonly own: Row | null;
  /** By number. */
  readonly units: readonly (readonly [string, Row])[];
}

function groupsOf(state: ProgressState): Group[] {
  const groups = new Map<string, { own: Row | null; units: [string, Row][] }>();
  for (const [key, row] of state.rows) {
    const unit = parseUnitName(key);
    const name = unit?.application ?? key;
    const group = groups.get(name) ?? { own: null, units: [] };
    if (unit === null) group.own = row;
    else group.units.push([key, row]);
    groups.set(name, group);
  }
  return [...groups]
    .filter(([name]) => name !== state.environment || groups.size === 1)
    .sort(([a], [b]) => byText(a, b))
    .map(([name, { own, units }]) => ({ name, own, units: units.sort(([a], [b]) => numberOf(a) - numberOf(b)) }));
}

function numberOf(unit: string): number {
  return parseUnitName(unit)?.number ?? 0;
}

function headLine(state: ProgressState, { style, nowMs }: TreeOptions): string {
  const rows = [...state.rows.values()];
  const done = rows.reduce((sum, row) => sum + row.done, 0);
  const total = rows.reduce((sum, row) => sum + row.total, 0);
  const time = style.dim(duration(nowMs - state.startedMs));
  const note = state.note === null ? '' : `  ${style.yellow(harmless(state.note))}`;
  return `${style.bold(state.environment)}  ${done} of ${total} done  ${time}${note}`;
}

function groupLines(group: Group, isLast: boolean, options: TreeOptions): string[] {
  const { style } = options;
  const own = group.own === null || isThrough(group.own) ? '' : `  ${rowText(group.own, options)}`;
  const bar = isLast ? '  ' : `${style.dim('│')} `;
  const width = Math.max(...group.units.map(([unit]) => unit.length));
  return [
    `${style.dim(isLast ? '└' : '├')} ${style.bold(group.name)}${own}`,
    ...group.units.map(([unit, row], index) => {
      const branch = style.dim(index === group.units.length - 1 ? '└' : '├');
      return `${bar}${branch} ${unit.padEnd(width)}  ${rowText(row, options)}`;
    }),
  ];
}

/** One line a group: how many of its units are through, and what the longest under way does. */
function foldedLines(group: Group, isLast: boolean, options: TreeOptions): string[] {
  const rows = [...(group.own === null ? [] : [group.own]), ...group.units.map(([, row]) => row)];
  const through = group.units.filter(([, row]) => isThrough(row)).length;
  const busy = rows.filter((row) => row.running.length > 0 || row.fault !== null);
  const oldest = busy.sort((a, b) => (a.running[0]?.sinceMs ?? 0) - (b.running[0]?.sinceMs ?? 0))[0];
  const text = oldest === undefined ? '' : `  ${rowText(oldest, options)}`;
  const units = group.units.length === 0 ? '' : `  ${through} of ${group.units.length} units`;
  return [`${options.style.dim(isLast ? '└' : '├')} ${options.style.bold(group.name)}${units}${text}`];
}

function isBusy({ own, units }: Group): boolean {
  return [...(own === null ? [] : [own]), ...units.map(([, row]) => row)].some((row) => !isThrough(row));
}

function isThrough(row: Row): boolean {
  return row.done >= row.total && row.running.length === 0 && row.fault === null;
}

function rowText(row: Row, { style, nowMs }: TreeOptions): string {
  const [first] = row.running;
  if (first !== undefined) {
    const time = nowMs - first.sinceMs >= 1000 ? style.dim(`  ${duration(nowMs - first.sinceMs)}`) : '';
    return style.cyan(harmless(first.text)) + time;
  }
  if (row.fault !== null) return style.red(harmless(row.fault));
  return row.done >= row.total ? style.green('done') : style.dim(`${row.total - row.done} to do`);
}
