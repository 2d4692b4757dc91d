// What `monitor` prints, and its status: the first line as schedulers show it, with the numbers behind it, then what is wrong
// and what there is, a line each. Source: Monitoring Plugins Development Guidelines, "Plugin Output".
import type { MonitoredRouter, MonitoredService, MonitorFacts } from '../daemon/report/monitor-facts.ts';
import { shown } from '../net/shown.ts';
import { alerts, type Range } from './monitor-range.ts';

/** Of a plug-in: OK, WARNING, CRITICAL, UNKNOWN. */
export type MonitorStatus = 0 | 1 | 2 | 3;
const words = ['OK', 'WARNING', 'CRITICAL', 'UNKNOWN'] as const;

/** How many servers of a service may be down. */
export type Thresholds = { readonly warning?: Range; readonly critical?: Range };

type Finding = { readonly status: 1 | 2; readonly text: string };
export type Monitored = { readonly status: MonitorStatus; readonly text: string };

export function formatMonitor(facts: MonitorFacts, thresholds: Thresholds): Monitored {
  const findings = [...findingsIn(facts, thresholds)].sort((a, b) => b.status - a.status);
  const status = findings[0]?.status ?? 0;
  const first = [...(findings.length > 0 ? [briefly(findings)] : []), summaryOf(facts)].join('; ');
  const details = [
    ...findings.map((each) => `${words[each.status]}: ${each.text}`),
    ...facts.routers.map(({ name, phase, reason }) => `${name} ${phase}: ${reason}`),
    ...facts.services.map((service) => `${service.name}: ${numbersOf(service)}`),
  ];
  const lines = [headOf(status, first, facts), ...bounded(details).map(plain)];
  return { status, text: `${lines.join('\n')} | ${furtherNumbers(facts, thresholds).join(' ')}\n` };
}

/** Where there is no answer to judge. */
export const unknown = (reason: string): Monitored => ({
  status: 3,
  text: `LVS UNKNOWN - ${plain(reason)}\n`,
});

function headOf(status: MonitorStatus, text: string, { services }: MonitorFacts): string {
  const numbers =
    services.length === 0 ? '' : ` | ${number('servers_up', sum(services, 'up'), countOf(services))}`;
  return `LVS ${words[status]} - ${plain(text)}${numbers}`;
}

function findingsIn(facts: MonitorFacts, thresholds: Thresholds): readonly Finding[] {
  const { phase, live, routers, services, problems } = facts;
  if (phase !== 'ready') return [{ status: 1, text: `lvs-director is ${phase}` }];
  return [
    ...(live.ok ? [] : [{ status: 2 as const, text: live.reason }]),
    ...routers.flatMap(routerFinding),
    ...services.flatMap((service) => serviceFinding(service, thresholds)),
    ...problems.map((text) => ({ status: 1 as const, text })),
  ];
}

/** Where none is known, the silence of their process is the finding. */
function routerFinding({ name, phase, reason, lacks }: MonitoredRouter): readonly Finding[] {
  if (!['active', 'backup', 'leaving', 'unknown'].includes(phase))
    return [{ status: 2, text: `${name} ${phase}: ${reason}` }];
  if (lacks.length === 0) return [];
  return [{ status: phase === 'active' ? 2 : 1, text: `${name} ${phase} without ${lacks.join(', ')}` }];
}

/** Not to be served is critical, whatever the thresholds: they say how many servers may be down while it is. */
function serviceFinding(
  { name, down, all, health }: MonitoredService,
  { warning, critical }: Thresholds,
): readonly Finding[] {
  const text = `${name}: ${down.length} of ${all} server(s) down`;
  if (!health.ok) return [{ status: 2, text: health.reason }];
  if (critical !== undefined && alerts(critical, down.length)) return [{ status: 2, text }];
  const isWarned = warning === undefined ? down.length > 0 : alerts(warning, down.length);
  return isWarned ? [{ status: 1, text }] : [];
}

const briefly = ([first, ...others]: readonly Finding[]): string =>
  `${first?.text}${others.length === 0 ? '' : ` (and ${others.length} more)`}`;

/** More are told by how many are in which state. */
const namedMax = 4;

function summaryOf({ routers, services, director }: MonitorFacts): string {
  const parts =
    routers.length <= namedMax ? routers.map(({ name, phase }) => `${name} ${phase}`) : phasesOf(routers);
  if (services.length > 0) parts.push(`${sum(services, 'up')}/${countOf(services)} servers`);
  return parts.length === 0
    ? `${director}: no virtual router and no service is configured`
    : parts.join(', ');
}

function phasesOf(routers: readonly MonitoredRouter[]): string[] {
  const phases = [...new Set(routers.map(({ phase }) => phase))];
  return phases.map((phase) => `${routers.filter((each) => each.phase === phase).length} ${phase}`);
}

function numbersOf({ up, down, unverified, out, all }: MonitoredService): string {
  const namedDown = `${down.slice(0, 10).join(', ')}${down.length > 10 ? ' ...' : ''}`;
  const parts = [
    `${up}/${all} up`,
    ...(down.length > 0 ? [`${down.length} down (${namedDown})`] : []),
    ...(unverified > 0 ? [`${unverified} not checked yet`] : []),
    ...(out > 0 ? [`${out} out by an operator`] : []),
  ];
  return parts.join(', ');
}

/** Schedulers keep a few kilobytes of what a plug-in says. */
const detailsMax = 40;
const bounded = (lines: readonly string[]): readonly string[] =>
  lines.length <= detailsMax
    ? lines
    : [...lines.slice(0, detailsMax), `... and ${lines.length - detailsMax} more lines`];

/** The numbers stand behind a bar, so no text may have one. */
const plain = (text: string): string => shown(text, 400).replaceAll('|', '/');

const sum = (services: readonly MonitoredService[], key: 'up' | 'unverified' | 'out' | 'all'): number =>
  services.reduce((total, service) => total + service[key], 0);
const countOf = (services: readonly MonitoredService[]): number => sum(services, 'all');

/** 'label'=value;warning;critical;minimum;maximum */
const number = (label: string, value: number, max: number, limits = ';'): string =>
  `'${label}'=${value};${limits};0;${max}`;

function furtherNumbers(
  { routers, services }: MonitorFacts,
  { warning, critical }: Thresholds,
): readonly string[] {
  const all = countOf(services);
  const down = services.reduce((total, each) => total + each.down.length, 0);
  // They are of one service.
  const limits = services.length === 1 ? `${warning?.text ?? '0'};${critical?.text ?? ''}` : ';';
  const active = routers.filter(({ phase }) => phase === 'active').length;
  return [
    number('servers_down', down, all, limits),
    number('servers_out', sum(services, 'out'), all),
    number('services_served', services.filter(({ health }) => health.ok).length, services.length),
    number('routers_active', active, routers.length),
  ];
}
