// Turns what a state machine reports, and what was wrong with adverts, into events and counters. Nothing here
// changes what happens. RFC 9568 §8: whatever the network can cause to be logged is limited in rate.

import type { Emit } from '../../../journal/event.ts';
import type { VrrpInstanceConfig } from '../../../model/config/router.ts';
import type { FullReason, Reason } from '../../../model/vrrp.ts';
import type { Report } from '../../../vrrp/types.ts';
import type { AdvertFacts, Note, Validation } from '../../../vrrp/validate.ts';
import type { RateLimit } from '../../pace/rate-limit.ts';
import type { Answer } from '../adverts/interface.ts';
import type { VrrpInstanceStatus } from '../messages.ts';

export type Reporter = {
  readonly report: (report: Report) => void;
  /** The state machine knows only that the router is unfit; the shell knows why. */
  readonly explain: (reason: Reason) => FullReason;
  readonly rejected: (packet: Packet, rejection: Extract<Validation, { outcome: 'rejected' }>) => void;
  readonly accepted: (packet: Packet, notes: readonly Note[]) => void;
  /** Another host has one of our addresses. */
  readonly answeredElsewhere: (answer: Answer) => void;
  readonly counters: () => Pick<
    VrrpInstanceStatus,
    'reason' | 'advertsReceived' | 'advertsRejected' | 'transitions'
  >;
};

/** From whom, and how many packets it stands for. */
type Packet = Pick<AdvertFacts, 'source' | 'standsFor'>;

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
  readonly advertsRejected: Record<string, number>;
  transitions: number;
};

type Reporting = {
  readonly present: () => Present;
  readonly emit: Emit;
  readonly limit: RateLimit;
  readonly counters: Counters;
};

export function createReporter(
  present: () => Present,
  { emit, limit }: { readonly emit: Emit; readonly limit: RateLimit },
): Reporter {
  const counters: Counters = { reason: 'startup', advertsReceived: 0, advertsRejected: {}, transitions: 0 };
  const reporting: Reporting = { present, emit, limit, counters };
  return {
    report: (report) => tell(reporting, report),
    explain: (reason) => explain(reporting, reason),
    rejected: (packet, rejection) => {
      const { reason, detail } = rejection;
      if (rejection.foreign !== true) return reject(reporting, packet, { reason, detail });
      count(reporting, packet, reason);
      tellForeign(reporting, packet, `${reason}: ${detail}`);
    },
    answeredElsewhere: ({ address, mac = 'unknown' }) => {
      const { instance } = identity(reporting);
      limit.note(`${instance} answered elsewhere`, (count) =>
        emit({ event: 'vip.answered_elsewhere', instance, address, mac, count }),
      );
    },
    accepted: (packet, notes) => {
      counters.advertsReceived += packet.standsFor ?? 1;
      for (const note of notes) tellDifference(reporting, packet, note);
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
  const { source, standsFor } = packet;
  const place = identity(reporting);
  count(reporting, packet, why);
  const reason = detail === undefined ? why : `${why}: ${detail}`;
  reporting.limit.note(
    `${place.instance} ${source} ${why}`,
    (count) => reporting.emit({ event: 'vrrp.advert_rejected', ...place, source, reason, count }),
    standsFor,
  );
}

function tellForeign(reporting: Reporting, { source, standsFor }: Packet, reason: string): void {
  const place = identity(reporting);
  reporting.limit.note(
    `${place.instance} ${source} foreign`,
    (count) => reporting.emit({ event: 'vrrp.foreign_router', ...place, source, reason, count }),
    standsFor,
  );
}

/** Said once for as long as it goes on; how often it was heard again is of no interest. */
function tellDifference(reporting: Reporting, packet: Packet, { what, ours, theirs }: Note): void {
  if (what === 'virtual_router') {
    tellForeign(reporting, packet, `addresses: ${ours}, got ${theirs}`);
    return;
  }
  const { instance } = identity(reporting);
  const { source } = packet;
  let isNew = true;
  reporting.limit.note(`${instance} ${source} differs ${what}`, () => {
    if (isNew) reporting.emit({ event: 'vrrp.advert_differs', instance, source, what, ours, theirs });
  });
  isNew = false;
}

function tell(reporting: Reporting, report: Report): void {
  const { emit, limit } = reporting;
  const { instance, vrid } = identity(reporting);
  switch (report.type) {
    case 'transition':
      tellTransition(reporting, report);
      return;
    case 'splitBrainSuspected': {
      const { peer, peerPriority: peer_priority } = report;
      // The state machine forgets a peer that falls silent, and would tell of it anew each time it comes back.
      limit.note(`${instance} ${peer} split`, () =>
        emit({ event: 'vrrp.split_brain_suspected', instance, vrid, peer, peer_priority }),
      );
      return;
    }
    case 'ownAddressHeard':
      reject(reporting, report, { reason: 'own_address' });
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
