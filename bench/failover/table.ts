// From the runs to the table: one row a scenario, advert interval and measure. Pure.
import { goalOf, type Measure, numberOf } from './goals.ts';
import { median } from './observation.ts';
import type { Measured } from './run.ts';

/** Who played the two directors. The last one is only for what the leaving director decides alone. */
export const pairings = ['keepalived', 'lvs-director', 'lvs-director, then keepalived'] as const;
export type Pairing = (typeof pairings)[number];

export type Result = {
  readonly scenario: string;
  readonly title: string;
  readonly intervalMs: number;
  readonly pairing: Pairing;
  readonly measures: readonly Measure[];
  readonly runs: readonly Measured[];
};

export type Summary = {
  readonly median: number;
  readonly max: number;
  /** In some run it had not ended when the run did. */
  readonly withoutEnd: boolean;
};

export type Row = {
  readonly title: string;
  readonly intervalMs: number;
  readonly measure: Measure;
  readonly keepalived?: Summary;
  readonly ours?: Summary;
  /** Ours first, keepalived as the peer that succeeds it. */
  readonly mixed?: Summary;
  /** Median of what the protocol allows in our runs; in each run it depends on when the last advert was. */
  readonly limitMs?: number;
  /** The most that a run of ours was beyond its own limit; negative: within it. */
  readonly beyondMs?: number;
  readonly goal?: { readonly text: string; readonly met: boolean };
};

export function summarise(measure: Measure, runs: readonly Measured[]): Summary | undefined {
  if (runs.length === 0) return undefined;
  const values = runs.map((run) => numberOf(measure, run));
  const withoutEnd = measure === 'both hold' && runs.some((run) => run.bothWithoutEnd);
  return { median: median(values), max: Math.max(...values), withoutEnd };
}

export function rowsOf(results: readonly Result[]): readonly Row[] {
  const keys = new Map(results.map((result) => [`${result.scenario} ${result.intervalMs}`, result]));
  return [...keys.values()].flatMap(({ scenario, title, intervalMs, measures }) => {
    const runsOf = (pairing: Pairing) =>
      results.find(
        (one) => one.scenario === scenario && one.intervalMs === intervalMs && one.pairing === pairing,
      )?.runs ?? [];
    const ours = runsOf('lvs-director');
    const mixed = runsOf('lvs-director, then keepalived');
    return measures.map((measure): Row => {
      const goal = goalOf(scenario, measure, intervalMs);
      const keepalived = summarise(measure, runsOf('keepalived'));
      const [own, beside] = [summarise(measure, ours), summarise(measure, mixed)];
      return {
        ...{ title, intervalMs, measure },
        ...(keepalived !== undefined && { keepalived }),
        ...(own !== undefined && { ours: own }),
        ...(beside !== undefined && { mixed: beside }),
        ...(measure === 'outage' && limits(ours)),
        ...(goal !== undefined &&
          ours.length > 0 && { goal: { text: goal.text, met: [...ours, ...mixed].every(goal.met) } }),
      };
    });
  });
}

function limits(runs: readonly Measured[]): Pick<Row, 'limitMs' | 'beyondMs'> {
  const limited = runs.flatMap(({ outageMs, limitMs }) =>
    limitMs === undefined ? [] : [{ outageMs, limitMs }],
  );
  if (limited.length === 0) return {};
  return {
    limitMs: median(limited.map(({ limitMs }) => limitMs)),
    beyondMs: Math.max(...limited.map(({ outageMs, limitMs }) => outageMs - limitMs)),
  };
}

const headings = [
  'scenario',
  'adverts',
  'measure',
  'keepalived',
  'lvs-director',
  'ratio',
  'beside keepalived',
  'protocol',
  'beyond it',
  'goal',
  '',
];

/** Milliseconds as "median / max"; `>`: without end, so long it was watched. */
export function formatTable(rows: readonly Row[]): string {
  const cells = rows.map((row) => [
    row.title,
    row.intervalMs >= 1000 ? `${row.intervalMs / 1000} s` : `${row.intervalMs} ms`,
    row.measure,
    both(row, row.keepalived),
    both(row, row.ours),
    ratio(row),
    both(row, row.mixed),
    row.limitMs === undefined ? '' : number(row.limitMs),
    row.beyondMs === undefined || row.limitMs === 0 ? '' : number(row.beyondMs),
    row.goal?.text ?? '',
    row.goal === undefined ? '' : row.goal.met ? 'met' : 'missed',
  ]);
  const all = [headings, ...cells];
  const widths = headings.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]) =>
    row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ');
  return all.map((row) => line(row).trimEnd()).join('\n');
}

function both({ measure }: Row, summary: Summary | undefined): string {
  if (summary === undefined) return '';
  const show = measure === 'backup acts' ? String : number;
  const mark = summary.withoutEnd ? '> ' : '';
  return `${mark}${show(summary.median)} / ${mark}${show(summary.max)}`;
}

/** How many times as long as ours keepalived's median is. */
function ratio({ keepalived, ours, measure }: Row): string {
  if (keepalived === undefined || ours === undefined || measure === 'backup acts') return '';
  if (keepalived.withoutEnd && !ours.withoutEnd) return 'no end';
  if (ours.median === 0) return keepalived.median === 0 ? '' : 'to 0';
  const value = keepalived.median / ours.median;
  return value.toFixed(value < 10 ? 1 : 0);
}

const number = (ms: number): string => (Math.abs(ms) < 100 ? ms.toFixed(1) : ms.toFixed(0));
