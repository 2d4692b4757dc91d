// Virtual services for a terminal: a table with a row for each service and for each of its servers, those that are
// leaving behind the others.
import type { FlapAccount } from '../daemon/health/flap-hold.ts';
import type { QuorumStatus } from '../daemon/reconcile/quorums.ts';
import type { LeavingStatus } from '../daemon/report/leaving-status.ts';
import type { RealStatus, ServiceStatus, TierStatus } from '../daemon/report/service-status.ts';
import { formatDuration } from './duration.ts';
import { formatTable } from './table.ts';

export function formatServices(services: readonly ServiceStatus[]): string {
  const rows = services.flatMap((service) => [
    serviceRow(service),
    ...service.reals.map(realRow),
    ...(service.leaving ?? []).map(leavingRow),
    ...tierRows(service),
  ]);
  return formatTable(['SERVICE', 'STATE', 'WEIGHT', 'ACTIVE', 'INACTIVE', 'LAST CHECK'], rows);
}

function serviceRow({ service, scheduler, fallbacks, quorum, dropped }: ServiceStatus): string[] {
  const notes = [
    ...(dropped === true ? ['not configured any more'] : []),
    ...(quorum === undefined ? [] : [formatQuorum(quorum)]),
    ...fallbacks.flatMap(({ serving, ...tier }, index) =>
      serving
        ? [`fallback ${tierName(tier)}${fallbacks.length === 1 ? '' : ` (tier ${index + 1})`} serves`]
        : [],
    ),
  ];
  return [`${service} ${scheduler}`, '', '', '', '', notes.join('; ')];
}

const tierName = ({ address, name }: Pick<TierStatus, 'address' | 'name'>): string =>
  name === undefined ? address : `${address} (${name})`;

/** Of several tiers, and of one that is checked: what was found. */
const tierRows = ({ fallbacks }: ServiceStatus): string[][] =>
  fallbacks.flatMap(({ serving, verdict, detail, ...tier }, index) =>
    fallbacks.length === 1 && verdict === undefined
      ? []
      : [
          [
            `  fallback ${index + 1}: ${tierName(tier)}`,
            verdict ?? 'not checked',
            serving ? '1' : '-',
            '',
            '',
            detail ?? '',
          ],
        ],
  );

export const formatQuorum = ({ state, weight, quorum, hysteresis }: QuorumStatus): string =>
  `quorum ${state}: weight ${weight} of ${quorum}${hysteresis === 0 ? '' : ` +- ${hysteresis}`}`;

function realRow(real: RealStatus): string[] {
  const { draining, flaps } = real;
  const checked =
    real.checkedAgoMs === undefined
      ? real.detail
      : `${formatDuration(real.checkedAgoMs / 1000)} ago: ${real.detail}`;
  const notes = [
    ...(draining === undefined ? [] : [`drained by the operator${formatEnd(draining)}`]),
    ...(flaps?.leftMs === undefined ? [] : [formatFlaps(flaps)]),
  ];
  return [
    `  ${real.real}${real.name === undefined ? '' : ` (${real.name})`}`,
    real.verdict,
    real.weight === undefined ? '-' : String(real.weight),
    String(real.activeConnections),
    String(real.inactiveConnections),
    [...notes, checked].join('; '),
  ];
}

const leavingRow = (server: LeavingStatus): string[] => [
  `  ${server.real}`,
  'leaving',
  '0',
  String(server.activeConnections),
  String(server.inactiveConnections),
  `not configured any more${formatEnd(server)}`,
];

/** ", out in 18 s at the latest" */
export const formatEnd = ({ leftMs, persistentClients }: LeavingStatus): string =>
  [
    ...(persistentClients === 0 ? [] : [`, ${persistentClients} persistent client(s)`]),
    ...(leftMs === undefined ? [] : [`, out in ${formatDuration(leftMs / 1000)} at the latest`]),
  ].join('');

/** "held for 24 s more: it fell 3 times lately" */
export function formatFlaps({ falls, holdMs, leftMs }: FlapAccount): string {
  const fell = `fell ${falls} time(s) lately`;
  if (leftMs !== undefined) return `held for ${formatDuration(leftMs / 1000)} more, as it ${fell}`;
  return holdMs === 0 ? fell : `${fell}, to be held for ${formatDuration(holdMs / 1000)} when it comes back`;
}
