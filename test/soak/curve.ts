// The curve of a soak run: how memory, descriptors, timers and lateness of each process went over its life, as a slope
// an hour, and which of them grew beyond what settles. Young processes are not judged: they still fill their caches. Pure.

export type Look = {
  readonly at: number;
  readonly process: string;
  readonly rssKb: number;
  readonly pssKb: number;
  readonly descriptors: number;
  readonly timers: number;
  /** How late its event loop was at most of the times (99 of 100) since the last look, in milliseconds. */
  readonly lateMs: number;
};

type Measured = 'rssKb' | 'pssKb' | 'descriptors' | 'timers' | 'lateMs';

export type Slope = {
  readonly process: string;
  readonly livedMs: number;
  readonly what: Measured;
  readonly first: number;
  readonly last: number;
  readonly anHour: number;
  /** Undefined: too young to say. */
  readonly flat: boolean | undefined;
};

/** What a process may gain in an hour. A collector that takes its time makes a saw: a slope of some megabytes is none. */
export const gainMax: Readonly<Record<Measured, number>> = {
  rssKb: 24_000,
  pssKb: 24_000,
  descriptors: 6,
  timers: 6,
  lateMs: 60,
};
/** What it takes to fill heaps and caches; what comes before is not looked at. */
export const youthMs = 240_000;
/** Shorter lives say nothing of an hour. */
const judgedMs = 480_000;

export function slopesOf(looks: readonly Look[]): readonly Slope[] {
  const names = [...new Set(looks.map(({ process }) => process))];
  return names.flatMap((process) => {
    const all = looks.filter((look) => look.process === process);
    const born = all[0]?.at ?? 0;
    const livedMs = (all.at(-1)?.at ?? 0) - born;
    const grown = livedMs > youthMs + judgedMs ? all.filter(({ at }) => at - born > youthMs) : all;
    return (Object.keys(gainMax) as Measured[]).map((what) => {
      const points = grown.map((look) => ({ at: look.at, value: look[what] }));
      const anHour = slope(points) * 3_600_000;
      return {
        ...{ process, livedMs, what, anHour },
        first: points[0]?.value ?? 0,
        last: points.at(-1)?.value ?? 0,
        flat: livedMs > youthMs + judgedMs ? anHour <= gainMax[what] : undefined,
      };
    });
  });
}

/** Of the line that fits best (least squares), in units a millisecond. */
function slope(points: readonly { readonly at: number; readonly value: number }[]): number {
  if (points.length < 2) return 0;
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [x, y] = [mean(points.map(({ at }) => at)), mean(points.map(({ value }) => value))];
  const [above, below] = points.reduce(
    ([a, b], { at, value }) => [a + (at - x) * (value - y), b + (at - x) ** 2],
    [0, 0],
  );
  return below === 0 ? 0 : above / below;
}

/** In a few words, which do not say more than was looked at. */
export function verdictOn(slopes: readonly Slope[]): string {
  const growing = slopes.filter(({ flat }) => flat === false);
  if (growing.length > 0)
    return `GROWS: ${growing.map(({ process, what }) => `${what} of ${process}`).join(', ')}`;
  const judged = new Set(slopes.filter(({ flat }) => flat !== undefined).map(({ process }) => process));
  return judged.size === 0
    ? 'no process lived long enough to be judged by its growth'
    : `nothing grows in the ${judged.size} processes that lived long enough`;
}

/** One line a measure, oldest processes first, no more than that many processes. */
export function formatSlopes(slopes: readonly Slope[], processesMax = 4): string {
  const oldest = [
    ...new Set([...slopes].sort((a, b) => b.livedMs - a.livedMs).map(({ process }) => process)),
  ];
  const rows = slopes
    .filter(({ process }) => oldest.indexOf(process) < processesMax)
    .map(({ process, livedMs, what, first, last, anHour, flat }) => [
      process,
      `${Math.round(livedMs / 60_000)} min`,
      what,
      first.toFixed(0),
      last.toFixed(0),
      `${anHour >= 0 ? '+' : ''}${anHour.toFixed(1)}`,
      `${gainMax[what]}`,
      flat === undefined ? 'too young' : flat ? 'flat' : 'GROWS',
    ]);
  const all = [['process', 'lived', 'measured', 'first', 'last', 'an hour', 'at most', ''], ...rows];
  const widths = all[0]?.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0))) ?? [];
  return all
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
