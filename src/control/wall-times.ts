// Times of the wall clock beside those of the monotonic one and beside ages, wherever an answer has any: one rule for every
// answer. `heardAgoMs` gets `heardAt`, `sinceMs` (of CLOCK_MONOTONIC) `since`, `failedForMs` `failedSince`. RFC 3339, in UTC, with
// milliseconds. They are for people and for other machines; nothing here is decided by them.

export type Clocks = {
  /** In milliseconds, of CLOCK_MONOTONIC. */
  readonly monotonicMs: number;
  /** In milliseconds since 1970, at the same moment. */
  readonly wallMs: number;
  /** RFC 3339, in UTC, with milliseconds. */
  readonly format: (wallMs: number) => string;
};

type Rule = readonly [ending: string, replacement: string, wallOf: (value: number, clocks: Clocks) => number];

/** Of each field whose name ends so: what its fellow is called, and what that says. */
const rules: readonly Rule[] = [
  ['AgoMs', 'At', (value, { wallMs }) => wallMs - value],
  ['ForMs', 'Since', (value, { wallMs }) => wallMs - value],
  ['SinceMs', 'Since', (value, { wallMs, monotonicMs }) => wallMs - (monotonicMs - value)],
  ['NowMs', 'Now', (value, { wallMs, monotonicMs }) => wallMs - (monotonicMs - value)],
];

/** The same, with a fellow behind each such field; the very same where there is none. */
export function withWallTimes(value: unknown, clocks: Clocks): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    const items = value.map((item) => withWallTimes(item, clocks));
    return items.every((item, index) => item === value[index]) ? value : items;
  }
  let changed = false;
  const entries = Object.entries(value).flatMap(([key, each]) => {
    const timed = withWallTimes(each, clocks);
    const fellow = fellowOf(key, each, clocks);
    changed ||= timed !== each || fellow !== undefined;
    return fellow === undefined ? [[key, timed]] : [[key, timed], fellow];
  });
  return changed ? Object.fromEntries(entries) : value;
}

function fellowOf(key: string, value: unknown, clocks: Clocks): [string, string] | undefined {
  if (typeof value !== 'number' || !Number.isFinite(value)) return undefined;
  const rule = rules.find(([ending]) => key.endsWith(ending) || key === lowerFirst(ending));
  if (rule === undefined) return undefined;
  const [ending, replacement, wallOf] = rule;
  const name = lowerFirst(`${key.slice(0, -ending.length)}${replacement}`);
  return [name, clocks.format(Math.round(wallOf(value, clocks)))];
}

const lowerFirst = (text: string): string => `${text.slice(0, 1).toLowerCase()}${text.slice(1)}`;
