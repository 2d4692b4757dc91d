// Characters and sets of them as the engines take them.
import type { CodePoints } from './code-points.ts';

/** @param escaped a code in the engine's spelling */
export function writeSet(set: CodePoints, escaped: (code: string) => string): string {
  const write = (code: number): string => {
    const character = String.fromCodePoint(code);
    return /^[\w ,:;=@"'<>~!%&`]$/.test(character) ? character : escaped(code.toString(16));
  };
  const [range, more] = set;
  if (range !== undefined && more === undefined && range[0] === range[1]) return write(range[0]);
  if (range === undefined) return `[^${escaped('0')}-${escaped('10ffff')}]`;
  const ranges = set.map(([from, to]) => (from === to ? write(from) : `${write(from)}-${write(to)}`));
  return `[${ranges.join('')}]`;
}

export const writeTimes = (min: number, max: number): string => {
  if (max === Number.POSITIVE_INFINITY) return min === 0 ? '*' : min === 1 ? '+' : `{${min},}`;
  if (min === max) return `{${min}}`;
  return min === 0 && max === 1 ? '?' : `{${min},${max}}`;
};
