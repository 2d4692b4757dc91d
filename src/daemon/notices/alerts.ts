// Which alert of an Alertmanager an event fires or resolves, by its name and labels. Of events that come in pairs the alert
// lasts until the second one; any other is an alert for a while. Source: the Alertmanager's API v2. Pure.
import { levelOf } from '../../journal/describe-event.ts';
import type { JournalEvent } from '../../journal/event.ts';

export type AlertChange = {
  readonly kind: 'fires' | 'resolves' | 'passes';
  readonly labels: Readonly<Record<string, string>>;
};

type Pair = {
  readonly alertname: string;
  readonly fires: string;
  readonly resolves: readonly string[];
  /** The fields by which both know each other. */
  readonly by: readonly string[];
};

const pairs: readonly Pair[] = [
  { alertname: 'LvsServerDown', fires: 'real.down', resolves: ['real.up'], by: ['service', 'real'] },
  {
    alertname: 'LvsFallbackActive',
    fires: 'service.fallback_on',
    resolves: ['service.fallback_off'],
    by: ['service'],
  },
  {
    alertname: 'LvsQuorumLost',
    fires: 'service.quorum_lost',
    resolves: ['service.quorum_gained'],
    by: ['service'],
  },
  {
    alertname: 'LvsVrrpPathDown',
    fires: 'vrrp.path_down',
    resolves: ['vrrp.path_up'],
    by: ['instance', 'interface'],
  },
  { alertname: 'LvsIpvsUnavailable', fires: 'ipvs.unavailable', resolves: ['ipvs.available'], by: [] },
  { alertname: 'LvsChecksBehind', fires: 'checks.behind', resolves: ['checks.caught_up'], by: [] },
  { alertname: 'LvsConfigRejected', fires: 'daemon.reload_rejected', resolves: ['daemon.reloaded'], by: [] },
];

/** Of the events that say a state and not a change. */
const vrrpFault = 'LvsVrrpFault';

export function alertOf(event: JournalEvent): readonly AlertChange[] {
  if (event.event === 'vrrp.transition') {
    const labels = { alertname: vrrpFault, instance: event.instance };
    if (event.to === 'fault') return [{ kind: 'fires', labels: { ...labels, severity: 'critical' } }];
    return event.from === 'fault' ? [{ kind: 'resolves', labels }] : [];
  }
  const changes = pairs.flatMap((pair) => changeBy(pair, event));
  if (changes.length > 0) return changes;
  return [
    {
      kind: 'passes',
      labels: { alertname: 'LvsEvent', event: event.event, severity: severityOf(event), ...placeOf(event) },
    },
  ];
}

function changeBy({ alertname, fires, resolves, by }: Pair, event: JournalEvent): readonly AlertChange[] {
  const labels = { alertname, ...fieldsOf(event, by) };
  if (event.event === fires) return [{ kind: 'fires', labels: { ...labels, severity: severityOf(event) } }];
  return resolves.includes(event.event) ? [{ kind: 'resolves', labels }] : [];
}

const placeOf = (event: JournalEvent) =>
  fieldsOf(event, ['service', 'real', 'instance', 'interface', 'address']);

/** Those of them that are texts: no others are labels. */
const fieldsOf = (event: JournalEvent, names: readonly string[]): Record<string, string> =>
  Object.fromEntries(
    names.flatMap((name) => {
      const value = (event as Readonly<Record<string, unknown>>)[name];
      return typeof value === 'string' && value !== '' ? [[name, value]] : [];
    }),
  );

const severities = { error: 'critical', warn: 'warning', info: 'info', debug: 'info' } as const;
const severityOf = (event: JournalEvent): string => severities[levelOf(event)];
