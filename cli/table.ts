/** Less of a cell says nothing. */
const CELL_AT_LEAST = 8;

/** Columns under their names, as wide as what is in them. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const all = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  return all.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

/**
 * The same where there is no room for all of it: columns of these names go, one after the other. Of the last column the ends of
 * its cells are left, where there is room for them: of a position they are what changes.
 */
export function tableWithin(
  columns: number,
  head: readonly string[],
  rows: readonly (readonly string[])[],
  spare: readonly string[],
): string[] {
  const lines = table(head, rows);
  const excess = Math.max(...lines.map(({ length }) => length)) - columns;
  const [first, ...others] = spare;
  if (excess <= 0 || first === undefined) return lines;
  const at = head.indexOf(first);
  const left = Math.max(...rows.map((row) => row[at]?.length ?? 0)) - excess;
  if (at === head.length - 1 && left >= Math.max(CELL_AT_LEAST, first.length))
    return table(
      head,
      rows.map((row) => row.with(at, endOf(row[at] ?? '', left))),
    );
  const without = (cells: readonly string[]): readonly string[] => cells.filter((_, column) => column !== at);
  return tableWithin(columns, without(head), rows.map(without), others);
}

const endOf = (cell: string, length: number): string => (cell.length <= length ? cell : `…${cell.slice(1 - length)}`);
