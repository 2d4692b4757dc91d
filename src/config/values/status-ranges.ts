// A list of HTTP statuses as people write it: `200-299,401`.
import type { StatusRange } from '../../model/config/check.ts';

export const statusRule =
  'HTTP statuses from 100 to 599, single or in ranges, with commas between: 200-299,401';

/** @returns undefined for anything that breaks the rule */
export function parseStatusRanges(text: string): readonly StatusRange[] | undefined {
  const ranges = text.split(',').map((part) => parseRange(part.trim()));
  return ranges.every((range) => range !== undefined) ? ranges : undefined;
}

function parseRange(text: string): StatusRange | undefined {
  const match = /^([1-5]\d\d)(?:\s*-\s*([1-5]\d\d))?$/.exec(text);
  if (match === null) return undefined;
  const from = Number(match[1]);
  const to = match[2] === undefined ? from : Number(match[2]);
  return from <= to ? [from, to] : undefined;
}
