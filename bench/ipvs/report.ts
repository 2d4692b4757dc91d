// From the samples to the tables: medians, ratios to the peers of the same run, and the goals. Pure.
import { formatTable } from '../../src/render/table.ts';
import { median } from '../failover/observation.ts';
import type { Sample } from './scenarios.ts';

export type Group = { readonly services: number; readonly samples: readonly Sample[] };

type Goal = { readonly text: string; readonly met: (group: Group) => boolean };

const wall = (group: Group, measure: string, who: Sample['who']) =>
  medianOf(group, measure, who, ({ wallMs }) => wallMs);
const cpu = (group: Group, measure: string, who: Sample['who']) =>
  medianOf(group, measure, who, ({ cpuMs }) => cpuMs);

/** Beside what the peers take for the whole: ipvsadm has nothing but messages, keepalived little else. */
const loadsFasterThanPeers =
  (measure: string) =>
  (group: Group): boolean => {
    const ours = wall(group, measure, 'lvs-director');
    const [theirs, byHand] = (['keepalived', 'ipvsadm'] as const).map((who) =>
      wall(group, 'load from empty', who),
    );
    return ours * 4 <= (theirs ?? 0) && ours * 6 <= (byHand ?? 0);
  };

/** Where the peers have no such part, it stands beside the whole. */
const peersOf: Readonly<Record<string, string>> = { 'load: messages alone': 'load from empty' };

/** What this project has set itself. */
const goals: Readonly<Record<string, Goal>> = {
  'load from empty': { text: 'keepalived / 4, ipvsadm / 6', met: loadsFasterThanPeers('load from empty') },
  'load: messages alone': {
    text: 'keepalived / 4, ipvsadm / 6',
    met: loadsFasterThanPeers('load: messages alone'),
  },
  'scan of an equal table': {
    text: 'CPU < 100 ms, or the limit and a half',
    met: (group) => {
      const limit = cpu(group, 'scan of an equal table', 'limit');
      return cpu(group, 'scan of an equal table', 'lvs-director') < Math.max(100, 1.5 * limit);
    },
  },
};

export const goalsMissed = (group: Group): boolean => Object.values(goals).some(({ met }) => !met(group));

export function formatReport(main: Group, grown: readonly Group[]): string {
  const measures = [...new Set(main.samples.map(({ measure }) => measure))];
  const rows = measures.map((measure) => {
    const goal = goals[measure];
    return [
      measure,
      ...(['lvs-director', 'keepalived', 'ipvsadm', 'limit'] as const).map((who) => cell(main, measure, who)),
      ...(['keepalived', 'ipvsadm'] as const).map((who) =>
        ratio(wall(main, peersOf[measure] ?? measure, who), wall(main, measure, 'lvs-director')),
      ),
      goal === undefined ? '' : `${goal.text}: ${goal.met(main) ? 'met' : 'missed'}`,
    ];
  });
  const head = [
    'ms (CPU ms), medians',
    'lvs-director',
    'keepalived',
    'ipvsadm',
    'the limit',
    'k / ours',
    'i / ours',
    'goal',
  ];
  const runs = main.samples.filter(({ measure, who }) => measure === measures[0] && who === 'lvs-director');
  const table = [
    `${main.services} services of ten servers, ${main.services * 11} entries, ${runs.length} runs`,
    formatTable(head, rows),
  ];
  return [...table, ...(grown.length > 0 ? ['', growthTable(grown)] : [])].join('\n');
}

function growthTable(grown: readonly Group[]): string {
  const head = [
    ...['entries', 'load', 'keepalived', 'ratio', 'same again', 'one weight'],
    ...['messages', 'limit', 'scan CPU', 'limit', 'stop', 'memory MB', 'keepalived MB'],
  ];
  const rows = grown.map((group) => {
    const ours = (measure: string) => wall(group, measure, 'lvs-director');
    const theirs = (measure: string) => wall(group, measure, 'keepalived');
    return [
      String(group.services * 11),
      number(ours('load from empty')),
      number(theirs('load from empty')),
      ratio(theirs('load from empty'), ours('load from empty')),
      number(ours('reload of the same')),
      number(ours('one weight changed')),
      number(ours('load: messages alone')),
      number(wall(group, 'load: messages alone', 'limit')),
      number(ours('scan of an equal table')),
      number(wall(group, 'scan of an equal table', 'limit')),
      number(ours('stop with clean-up')),
      number(ours('memory, MB')),
      number(theirs('memory, MB')),
    ];
  });
  return formatTable(head, rows);
}

function cell(group: Group, measure: string, who: Sample['who']): string {
  const [ms, used] = [wall(group, measure, who), cpu(group, measure, who)];
  if (Number.isNaN(ms)) return '';
  return used === 0 ? number(ms) : `${number(ms)} (${number(used)})`;
}

const medianOf = (
  { samples }: Group,
  measure: string,
  who: Sample['who'],
  numberOf: (sample: Sample) => number,
): number =>
  median(samples.filter((sample) => sample.measure === measure && sample.who === who).map(numberOf));

const number = (value: number): string =>
  Number.isNaN(value) ? '' : value < 10 ? value.toFixed(1) : value.toFixed(0);
const ratio = (theirs: number, ours: number): string =>
  Number.isNaN(theirs) || Number.isNaN(ours) ? '' : (theirs / ours).toFixed(1);
