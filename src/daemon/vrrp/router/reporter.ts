// Turns what a state machine reports, and what was wrong with adverts, into events and counters. Nothing here
// changes what happens. RFC 9568 §8: whatever the network can cause to be logged is limited in rate.

import type { Emit } from '../../../journal/event.ts';
import type { VrrpInstanceConfig } from '../../../model/config/router.ts';
import type { FullReason, Reason } from '../../../model/vrrp.ts';
import type { Difference } from '../../../vrrp/differences.ts';
import type { Report } from '../../../vrrp/types.ts';
import type { AdvertFacts, Rejection } from '../../../vrrp/validate.ts';
import type { RateLimit } from '../../pace/rate-limit.ts';
import type { Answer } from '../adverts/interface.ts';
import type { Sender } from '../adverts/sender-macs.ts';
import type { VrrpInstanceStatus } from '../messages.ts';
import { createStrangers, describeDifference, type StrangerPorts, type Strangers } from './strangers.ts';

export type Reporter = {
  readonly report: (report: Report) => void;
  /** The state machine knows only that the router is unfit; the shell knows why. */
  readonly explain: (reason: Reason) => FullReason;
  readonly rejected: (packet: Packet, rejection: Rejection) => void;
  readonly accepted: (packet: Packet & { readonly priority: number }, notes: readonly Difference[]) => void;
  /** Another host has one of our addresses. */
  readonly answeredElsewhere: (answer: Answer) => void;
  readonly counters: () => Pick<
    VrrpInstanceStatus,
    'reason' | 'advertsReceived' | 'advertsRejected' | 'transitions' | 'resignationsReceived'
  >;
};

/** From whom, and how many packets it stands for. */
type Packet = Sender & Pick<AdvertFacts, 'standsFor'>;

type Present = {
  readonly config: VrrpInstanceConfig;
  readonly priority: number;
  /** Why the instance cannot take part. */
  readonly fault: () => FullReason | undefined;
};

type Counters = {
  /** Of the last transition. */
  reason: FullReason;
  advertsReceived: number;
  /** Absent: none. */
  resignationsReceived?: number;
  readonly advertsRejected: Record<string, number>;
  transitions: number;
};

type Reporting = {
  readonly present: () => Present;
  readonly emit: Emit;
  readonly limit: RateLimit;
  readonly counters: Counters;
  readonly strangers: Strangers;
};

export function createReporter(present: () => Present, ports: StrangerPorts): Reporter {
  const counters: Counters = { reason: 'startup', advertsReceived: 0, advertsRejected: {}, transitions: 0 };
  const { emit, limit } = ports;
  const reporting: Reporting = {
    ...{ present, emit, limit, counters },
    strangers: createStrangers(() => present().config, ports),
  };
  return {
    report: (report) => tell(reporting, report),
    explain: (reason) => explain(reporting, reason),
    rejected: (packet, rejection) => {
      const { reason, detail, foreign, also = [] } = rejection;
      if (foreign !== true) return reject(reporting, packet, { reason, detail });
      count(reporting, packet, reason);
      reporting.strangers.foreign(
        packet,
        [`${reason}: ${detail}`, ...also.map(describeDifference)].join('; '),
      );
    },
    answeredElsewhere: ({ address, mac = 'unknown' }) => {
      const { instance } = identity(reporting);
      limit.note(`${instance} answered elsewhere`, (count) =>
        emit({ event: 'vip.answered_elsewhere', instance, address, mac, count }),
      );
    },
    accepted: (packet, notes) => {
      const { standsFor = 1, priority } = packet;
      counters.advertsReceived += standsFor;
      if (priority === 0) counters.resignationsReceived = (counters.resignationsReceived ?? 0) + standsFor;
      reporting.strangers.believed(packet, notes);
    },
    counters: () => ({ ...counters, advertsRejected: { ...counters.advertsRejected } }),
  };
}

function identity({ present }: Reporting) {
  const { config } = present();
  return { instance: config.name, vrid: config.virtualRouterId, interface: config.interface };
}

function count({ counters: { advertsRejected } }: Reporting, { standsFor = 1 }: Packet, why: string): void {
  advertsRejected[why] = (advertsRejected[why] ?? 0) + standsFor;
}

function reject(
  reporting: Reporting,
  packet: Packet,
  { reason: why, detail }: { readonly reason: string; readonly detail?: string },
): void {
  const { source, standsFor, over } = packet;
  const place = { ...identity(reporting), interface: over };
  count(reporting, packet, why);
  const reason = detail === undefined ? why : `${why}: ${detail}`;
  reporting.limit.note(
    `${place.instance} ${source} ${why}`,
    (count) => reporting.emit({ event: 'vrrp.advert_rejected', ...place, source, reason, count }),
    standsFor,
  );
}

function tell(reporting: Reporting, report: Report): void {
  const { emit } = reporting;
  const { instance, vrid } = identity(reporting);
  switch (report.type) {
    case 'transition':
      tellTransition(reporting, report);
      return;
    case 'splitBrainSuspected':
      reporting.strangers.alsoActive(report.peer, report.peerPriority);
      return;
    case 'lowerActiveHeard': {
      const { peer, peerPriority: peer_priority } = report;
      const { priority } = reporting.present();
      emit({ event: 'vrrp.lower_active_heard', instance, vrid, peer, peer_priority, priority });
      return;
    }
    case 'ownAddressHeard':
      reject(reporting, { ...report, over: identity(reporting).interface }, { reason: 'own_address' });
      return;
    case 'stall': {
      const late_ms = Math.round(report.lateUs / 1000);
      emit({ event: 'vrrp.stall', instance, late_ms, action: report.action });
      return;
    }
    case 'handoverFailed':
      emit({ event: 'vrrp.handover_failed', instance, vrid, reason: report.reason });
      return;
  }
}

function tellTransition(reporting: Reporting, report: Extract<Report, { type: 'transition' }>): void {
  const { from, to, priority, peer, detail, outageMsEstimate } = report;
  const said: FullReason =
    detail === undefined ? explain(reporting, report.reason) : `${report.reason}: ${detail}`;
  const reason = (to === 'fault' ? reporting.present().fault() : undefined) ?? said;
  reporting.counters.transitions += 1;
  reporting.counters.reason = reason;
  reporting.emit({
    event: 'vrrp.transition',
    ...identity(reporting),
    ...{ from, to, reason, priority },
    ...(peer !== undefined && { peer }),
    ...(outageMsEstimate !== undefined && { outage_ms_estimate: outageMsEstimate }),
  });
}

/** Of the state machine's reasons those that the shell knows more of. */
const unfit: ReadonlySet<Reason> = new Set(['link_down', 'track_failed']);

const explain = ({ present }: Reporting, reason: Reason): FullReason =>
  (unfit.has(reason) ? present().fault() : undefined) ?? reason;
