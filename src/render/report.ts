// The report as text for a terminal, and as Markdown: the same tables, of the same rows.
import type { Failover } from '../explain/report/failovers.ts';
import type { Repeated, Report } from '../explain/report/report.ts';
import { shown } from '../net/shown.ts';
import { formatDuration } from './duration.ts';
import { formatTable } from './table.ts';

type Section = {
  readonly title: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** Where there are no rows. */
  readonly none?: string;
};

export function formatReport(report: Report): string {
  const parts = sectionsOf(report).flatMap(({ title, head, rows, none }) => {
    if (rows.length > 0) return [`${title}\n${formatTable(head, rows)}`];
    return none === undefined ? [] : [none];
  });
  return `${[shown(headOf(report), 1000), ...parts].join('\n\n')}\n`;
}

export function markdownReport(report: Report): string {
  const parts = sectionsOf(report).flatMap(({ title, head, rows, none }) => {
    if (rows.length > 0)
      return [`## ${title}`, [head, head.map(() => '---'), ...rows].map(markdownRow).join('\n')];
    return none === undefined ? [] : [none];
  });
  return `${['# Report', markdownText(headOf(report)), ...parts].join('\n\n')}\n`;
}

const markdownRow = (cells: readonly string[]): string => `| ${cells.map(markdownText).join(' | ')} |`;
/** What was quoted of the network must not become a link, a picture or a cell. */
const markdownText = (text: string): string =>
  shown(text, 1000).replace(/[\\`*_[\]<>|#!]/g, (sign) => (text === '---' ? sign : `\\${sign}`));

function headOf({ directors, from, to }: Report): string {
  const who = directors.length === 0 ? '' : `${directors.join(' and ')}: `;
  if (from === undefined || to === undefined) return `${who}nothing was told in that time`;
  return `${who}from ${from} to ${to} (${span(from, to)})`;
}

/** Of a clock that was set back meanwhile nothing is known. */
function span(from: string, until: string): string {
  const ms = Date.parse(until) - Date.parse(from);
  return ms < 0 ? 'the clock was set back' : formatDuration(ms / 1000);
}

const sectionsOf = (report: Report): readonly Section[] => [
  {
    title: 'Failovers',
    head: ['WHEN', 'ROUTER', 'FROM', 'TO', 'OUTAGE', 'WHY', 'ASKED BY'],
    rows: report.failovers.map(failoverRow),
    none: 'No failover',
  },
  {
    title: 'Who was active',
    head: ['ROUTER', 'DIRECTOR', 'FROM', 'UNTIL', 'FOR'],
    rows: report.holders.map(({ router, holder, from, until }) => [
      ...[router, holder, from, until ?? 'now'],
      until === undefined ? '' : span(from, until),
    ]),
  },
  {
    title: 'Servers that fell',
    head: ['SERVER', 'SERVICE', 'BY', 'FALLS', 'DOWN', 'LAST', 'NOW', 'DETAIL'],
    rows: report.servers.map((each) => [
      ...[each.real, each.service, each.director, `${each.falls}${each.flapping ? ' (flapping)' : ''}`],
      ...[formatDuration(each.downSeconds), each.lastFall, each.isDown ? 'down' : 'up', each.detail],
    ]),
    none: 'No server fell',
  },
  {
    title: 'Drift repaired',
    head: ['LAST', 'DIRECTOR', 'TIMES', 'WHAT'],
    rows: report.drift.map(repeatedRow),
    none: 'No drift',
  },
  {
    title: 'Reloads',
    head: ['WHEN', 'DIRECTOR', 'OUTCOME', 'FILE', 'PROBLEM'],
    rows: report.reloads.map(({ at, director, outcome, config, problem }) => [
      ...[at, director, outcome, config, problem ?? ''],
    ]),
    none: 'No reload',
  },
  {
    title: 'Runs of the daemon',
    head: ['DIRECTOR', 'STARTED', 'ENDED', 'HOW'],
    rows: report.runs.map(({ director, started, ended, how }) => [director, started, ended ?? '', how]),
  },
  { title: 'Troubles', head: ['LAST', 'DIRECTOR', 'TIMES', 'WHAT'], rows: report.troubles.map(repeatedRow) },
];

const failoverRow = ({ at, router, from, to, cause, askedBy, ...outage }: Failover): readonly string[] => [
  ...[at, router, from ?? '-', to ?? '-', formatOutage(outage), cause, askedBy ?? 'nobody'],
];

function formatOutage({
  estimatedOutageMs: estimated,
  measuredOutageMs: measured,
}: Pick<Failover, 'estimatedOutageMs' | 'measuredOutageMs'>): string {
  const parts = [
    ...(measured === undefined ? [] : [`${measured} ms measured`]),
    ...(estimated === undefined ? [] : [`${estimated} ms estimated`]),
  ];
  return parts.length === 0 ? '-' : parts.join(', ');
}

const repeatedRow = ({ last, director, count, event, message }: Repeated): readonly string[] => [
  ...[last, director, String(count), `${event}: ${message}`],
];
