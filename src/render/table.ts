// Columns for a terminal: each as wide as its widest cell, two blanks between, nothing at the end of a line.
import { showable } from '../net/shown.ts';

export function formatTable(head: readonly string[], given: readonly (readonly string[])[]): string {
  const rows = showable(given);
  const widths = head.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  return [head, ...rows].map(line).join('\n');
}
