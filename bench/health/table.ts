// From the runs to the table: one row a load and product, medians of the runs. A ratio compares runs that were made one
// after the other, so that both met the same machine. Pure.
import { median } from '../failover/observation.ts';
import { type Lateness, summarise } from './lateness.ts';
import { describeLoad, type Load } from './load.ts';
import type { Product } from './products.ts';
import type { Measured } from './run.ts';

export type Result = { readonly load: Load; readonly product: Product; readonly runs: readonly Measured[] };

const headings = [
  'servers',
  'product',
  'checks/s',
  'made',
  'checks/CPU-s',
  'to keepalived',
  'to ldirectord',
  'late p50/p99/max',
  'own p99/max',
  'MB',
  'processes',
  'first round',
  'wrongly out',
  'out after p50/max',
  'adverts late p99/max',
  'TIME_WAIT',
  'listener',
  'lost',
  'load',
];

export function formatTable(results: readonly Result[]): string {
  const all = [headings, ...results.map((result) => cellsOf(result, results))];
  const widths = headings.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]) =>
    row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ');
  return all.map((row) => line(row).trimEnd()).join('\n');
}

function cellsOf({ load, product, runs }: Result, results: readonly Result[]): readonly string[] {
  const of = (value: (run: Measured) => number) => median(runs.map(value));
  const times = (lateness: (run: Measured) => Lateness | undefined, keys: readonly (keyof Lateness)[]) => {
    const known = runs.flatMap((run) => lateness(run) ?? []);
    return known.length === 0
      ? ''
      : keys.map((key) => short(median(known.map((one) => one[key])))).join(' / ');
  };
  const ratioTo = (peer: Product): string => {
    const peers = results.find((one) => one.product === peer && one.load === load)?.runs;
    if (peer === product || peers === undefined) return '';
    const ratios = runs.flatMap((run, i) => run.checksPerCpuSec / (peers[i]?.checksPerCpuSec ?? Number.NaN));
    return median(ratios.filter((ratio) => !Number.isNaN(ratio))).toFixed(2);
  };
  const checked = load.tcp + load.http > 0;
  const removals = summarise(runs.flatMap(({ removalMs }) => removalMs));
  return [
    describeLoad(load),
    product,
    ...(checked
      ? [
          of((run) => run.checksPerSec).toFixed(0),
          load.shared ? '' : `${(100 * of((run) => run.madePart)).toFixed(1)}%`,
          of((run) => run.checksPerCpuSec).toFixed(0),
          ratioTo('keepalived'),
          ratioTo('ldirectord'),
          load.shared ? '' : times((run) => run.late, ['p50Ms', 'p99Ms', 'maxMs']),
          times((run) => run.ownLate, ['p99Ms', 'maxMs']),
        ]
      : ['', '', '', '', '', '', '']),
    of((run) => run.residentMb).toFixed(0),
    of((run) => run.processes).toFixed(0),
    checked ? `${of((run) => run.firstRoundSec).toFixed(1)} s` : '',
    of((run) => run.wronglyOut).toFixed(0),
    Number.isNaN(removals.maxMs) ? '' : `${short(removals.p50Ms)} / ${short(removals.maxMs)}`,
    times((run) => run.advertsLate, ['p99Ms', 'maxMs']),
    of((run) => run.portsWaiting).toFixed(0),
    `${(100 * of((run) => run.listenerPart)).toFixed(0)}%`,
    of((run) => run.lost).toFixed(0),
    of((run) => run.loadAverage).toFixed(1),
  ];
}

/** Milliseconds. */
const short = (ms: number): string =>
  Number.isFinite(ms) ? (Math.abs(ms) < 10 ? ms.toFixed(1) : ms.toFixed(0)) : 'never';
