// What `why` found, for a terminal: one paragraph for each server, service and router.

import type {
  CheckWhy,
  LeaverWhy,
  RouterWhy,
  ServerWhy,
  ServiceWhy,
  WhyAnswer,
} from '../daemon/report/why.ts';
import { describeFallback } from '../journal/describe-fallback.ts';
import { describeReason } from '../journal/reasons.ts';
import { formatDuration } from './duration.ts';
import { formatEnd, formatFlaps, formatQuorum, formatServices } from './services.ts';

export const formatWhy = ({ servers, leavers, services, routers, problems = [] }: WhyAnswer): string =>
  [
    ...routers.map(formatRouter),
    ...problems.map((problem) => `${problem}\n`),
    ...services.map(formatService),
    ...servers.map(formatServer),
    ...leavers.map(formatLeaver),
  ].join('\n');

function formatServer(why: ServerWhy): string {
  const lines = [
    `${why.real}${why.name === undefined ? '' : ` (${why.name})`} of ${why.service}${why.tier === undefined ? '' : `, fallback ${why.tier}`}`,
    `  service  ${formatServing(why)}`,
    `  verdict  ${why.checks.length === 0 ? 'not checked' : why.verdict}${why.maintenance ? ', held out by a file in maintenancedir' : ''}`,
    ...(why.checks.length === 0 ? ['  check    none'] : why.checks.map(formatCheck)),
    ...(why.flaps === undefined ? [] : [`  flapping ${formatFlaps(why.flaps)}`]),
    ...why.answers.map(
      ({ outcome, check, detail, agoMs }) =>
        `           ${formatDuration(agoMs / 1000)} ago: ${outcome}: ${check === undefined ? '' : `${check}: `}${detail}`,
    ),
    ...why.weights.map(
      ({ origin, weight, detail }, index) =>
        `  ${index === 0 ? 'weight  ' : '        '} ${String(weight).padStart(5)}  ${origin}: ${detail}`,
    ),
    `  table    ${formatPlace(why.inTable)}`,
    ...(why.draining === undefined
      ? []
      : [`  drained  for ${formatDuration(why.draining.forMs / 1000)}${formatEnd(why.draining)}`]),
  ];
  return `${lines.join('\n')}\n`;
}

function formatCheck({ name, kind, verdict, ...counts }: CheckWhy, index: number): string {
  const { failures, fall, successes, rise } = counts;
  const which = name === undefined ? kind : `${name}: ${verdict}`;
  return `  ${index === 0 ? 'check   ' : '        '} ${which}; ${failures} of ${fall} failures, ${successes} of ${rise} successes in a row`;
}

const formatPlace = (place: ServerWhy['inTable']): string =>
  place === undefined
    ? 'not there'
    : `weight ${place.weight}, ${place.active} active and ${place.inactive} inactive connections`;

function formatServing({
  servedBy,
  fallback,
  quorum,
}: Pick<ServerWhy, 'servedBy' | 'fallback' | 'quorum'>): string {
  const who = {
    reals: 'real servers serve',
    fallback: 'a fallback serves',
    nobody: 'nobody serves',
  } as const;
  return [
    ...(quorum === undefined ? [] : [formatQuorum(quorum)]),
    fallback === undefined ? who[servedBy] : describeFallback(fallback),
  ].join('; ');
}

function formatLeaver(why: LeaverWhy): string {
  const { activeConnections: active, inactiveConnections: inactive } = why;
  const lines = [
    `${why.real} of ${why.service}`,
    `  leaving  for ${formatDuration(why.forMs / 1000)}: not configured any more${formatEnd(why)}`,
    `  table    weight 0, ${active} active and ${inactive} inactive connections`,
  ];
  return `${lines.join('\n')}\n`;
}

function formatService(why: ServiceWhy): string {
  const lines = [
    `${why.service}${why.servicename === undefined ? '' : ` (${why.servicename})`}, ${why.scheduler}`,
    `  service  ${formatServing(why)}`,
    `  verdicts ${formatVerdicts(why)}`,
  ];
  return `${lines.join('\n')}\n\n${formatServices([why])}\n`;
}

function formatVerdicts({ reals, settled }: ServiceWhy): string {
  const counts = (['up', 'held', 'down', 'unverified'] as const).map((verdict) => {
    return { verdict, count: reals.filter((real) => real.verdict === verdict).length };
  });
  const told = counts.filter(({ count, verdict }) => count > 0 || verdict === 'up');
  return `${told.map(({ verdict, count }) => `${count} ${verdict}`).join(', ')}${settled ? '' : '; not all have their first'}`;
}

function formatRouter(why: RouterWhy): string {
  const { interface: device, phase, forMs, reason, transitions, active, peers = [] } = why;
  const rejected = Object.entries(why.advertsRejected).map(([code, count]) => `${code} ${count}`);
  const lines = [
    `${why.name}: VRID ${why.vrid} on ${device}${why.syncGroup === undefined ? '' : `, sync group ${why.syncGroup}`}`,
    `  state    ${phase} for ${formatDuration(forMs / 1000)}: ${describeReason(reason)}; ${transitions} transition(s)`,
    `  priority ${formatPriority(why)}`,
    ...(why.tracked ?? []).map(
      ({ name, state, adds }) => `           ${adds === '0' ? '+0' : adds}  ${name}: ${state}`,
    ),
    `  active   ${phase === 'active' ? 'this director' : active === undefined ? 'nobody was heard' : `${active.address}, priority ${active.priority}`}`,
    ...peers.map(
      ({ address, priority, heardAgoMs }, index) =>
        `  ${index === 0 ? 'peers   ' : '        '} ${address}, priority ${priority}, heard ${formatAgo(heardAgoMs)} ago`,
    ),
    `  adverts  ${why.advertsSent} sent, ${why.advertsReceived} received${rejected.length === 0 ? '' : `, rejected: ${rejected.join(', ')}`}`,
    `  holds    ${why.addresses.join(', ') || 'no address'}`,
    ...(why.missing ?? []).map(
      ({ what, reason }, index) =>
        `  ${index === 0 ? 'lacks   ' : '        '} ${what}: ${describeReason(reason)}`,
    ),
  ];
  return `${lines.join('\n')}\n`;
}

const formatPriority = ({ priority, basePriority }: RouterWhy): string =>
  basePriority === undefined ? `${priority}, as configured` : `${priority}, of ${basePriority} configured`;

/** An advert is seldom more than a few seconds old. */
const formatAgo = (ms: number): string => (ms < 10_000 ? `${ms} ms` : formatDuration(ms / 1000));
