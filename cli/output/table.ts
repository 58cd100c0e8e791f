import { widthOf } from './text.ts';

export interface Column {
  readonly title: string;
  readonly align?: 'left' | 'right';
}

/**
 * Lines of a table: two spaces between columns, nothing behind the last cell of a line. Columns without any cell are
 * left out.
 */
export function renderTable(columns: readonly Column[], rows: readonly (readonly string[])[]): string[] {
  const used = columns.map((_column, index) => rows.some((row) => (row[index] ?? '') !== ''));
  const titles = columns.map((column) => column.title);
  const widths = columns.map((_column, index) =>
    Math.max(...[titles, ...rows].map((row) => widthOf(row[index] ?? ''))),
  );
  return [titles, ...rows].map((row) =>
    columns
      .map((column, index) => pad(row[index] ?? '', widths[index] as number, column.align ?? 'left'))
      .filter((_cell, index) => used[index])
      .join('  ')
      .trimEnd(),
  );
}

function pad(text: string, width: number, align: 'left' | 'right'): string {
  const room = ' '.repeat(Math.max(0, width - widthOf(text)));
  return align === 'right' ? room + text : text + room;
}
