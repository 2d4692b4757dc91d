// What one instance tracks, as its shell asks for it: interfaces from the network view of this process, all else
// from what the main process has found out. What it means for the priority is vrrp/track.ts's decision.
import type { VrrpInstanceConfig } from '../../../model/config/router.ts';
import type { Finding, Tracker } from '../../../model/tracking.ts';
import type { FullReason } from '../../../model/vrrp.ts';
import { findingKey, type Influence, influences, priorityOffset } from '../../../vrrp/track.ts';
import type { Findings, VrrpInstanceStatus } from '../messages.ts';
import type { NetworkView } from '../network-view.ts';

export type TrackPorts = { readonly view: NetworkView; readonly findings: () => Findings };

export type Tracking = {
  readonly offset: number;
  /** The first that keeps the instance out of the election: "track_failed: script web". */
  readonly fault?: FullReason;
  readonly all: readonly Influence[];
};

export function trackingOf({ trackers = [] }: VrrpInstanceConfig, ports: TrackPorts): Tracking {
  const all = influences(trackers, (tracker) => findingOf(tracker, ports));
  const failed = all.find(({ adds }) => adds === 'fault');
  return {
    offset: priorityOffset(all),
    all,
    ...(failed !== undefined && { fault: `track_failed: ${findingKey(failed.tracker)}` }),
  };
}

function findingOf(tracker: Tracker, { view, findings }: TrackPorts): Finding {
  if (tracker.kind !== 'interface') return findings()[findingKey(tracker)] ?? 'unknown';
  const link = view.linkNamed(tracker.name);
  return link?.up === true && link.running ? 'up' : 'down';
}

export const trackedStatus = ({ all }: Tracking): NonNullable<VrrpInstanceStatus['tracked']> =>
  all.map(({ tracker, finding, adds }) => ({
    name: findingKey(tracker),
    state: formatFinding(finding),
    adds: typeof adds === 'number' && adds > 0 ? `+${adds}` : String(adds),
  }));

/** For the log: what moves the priority now, as "script web down: -20"; empty where nothing does. */
export const reasonsOf = (tracking: Tracking): readonly string[] =>
  trackedStatus(tracking)
    .filter(({ adds }) => adds !== '0')
    .map(({ name, state, adds }) => `${name} ${state}: ${adds}`);

export const formatFinding = (finding: Finding): string =>
  typeof finding === 'object' ? String(finding.value) : finding;
