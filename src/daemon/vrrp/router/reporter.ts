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

export function createReporter(
  present: () => Present,
  { emit, limit }: { readonly emit: Emit; readonly limit: RateLimit },
): Reporter {
  const advertsRejected: Record<string, number> = {};
  let advertsReceived = 0;
  let transitions = 0;
  let reason: FullReason = 'startup';
  const explain = explainBy(() => present().fault());

  const identity = () => {
    const { config } = present();
    return { instance: config.name, vrid: config.virtualRouterId, interface: config.interface };
  };

  const foreign = ({ source, standsFor }: Packet, reason: string) =>
    limit.note(
      `${present().config.name} ${source} foreign`,
      (count) => emit({ event: 'vrrp.foreign_router', ...identity(), source, reason, count }),
      standsFor,
    );

  const count = (why: string, { standsFor = 1 }: Packet) => {
    advertsRejected[why] = (advertsRejected[why] ?? 0) + standsFor;
  };

  const rejectedFor = (packet: Packet, why: string, detail?: string) => {
    const { source, standsFor } = packet;
    count(why, packet);
    const reason = detail === undefined ? why : `${why}: ${detail}`;
    limit.note(
      `${present().config.name} ${source} ${why}`,
      (count) => emit({ event: 'vrrp.advert_rejected', ...identity(), source, reason, count }),
      standsFor,
    );
  };

  const transition = (report: Extract<Report, { type: 'transition' }>) => {
    transitions += 1;
    const { from, to, priority, peer, detail, outageMsEstimate } = report;
    const said: FullReason = detail === undefined ? explain(report.reason) : `${report.reason}: ${detail}`;
    reason = (to === 'fault' ? present().fault() : undefined) ?? said;
    emit({
      event: 'vrrp.transition',
      ...identity(),
      ...{ from, to, reason, priority },
      ...(peer !== undefined && { peer }),
      ...(outageMsEstimate !== undefined && { outage_ms_estimate: outageMsEstimate }),
    });
  };

  return {
    explain,
    report: (report) => {
      const { instance, vrid } = identity();
      switch (report.type) {
        case 'transition':
          return transition(report);
        case 'splitBrainSuspected':
          // The state machine forgets a peer that falls silent, and would tell of it anew each time it comes back.
          return limit.note(`${instance} ${report.peer} split`, () =>
            emit({
              event: 'vrrp.split_brain_suspected',
              ...{ instance, vrid, peer: report.peer, peer_priority: report.peerPriority },
            }),
          );
        case 'ownAddressHeard':
          return rejectedFor(report, 'own_address');
        case 'stall': {
          const late_ms = Math.round(report.lateUs / 1000);
          return emit({ event: 'vrrp.stall', instance, late_ms, action: report.action });
        }
        case 'handoverFailed':
          return emit({ event: 'vrrp.handover_failed', instance, vrid, reason: report.reason });
      }
    },
    rejected: (packet, rejection) => {
      if (rejection.foreign !== true) return rejectedFor(packet, rejection.reason, rejection.detail);
      count(rejection.reason, packet);
      foreign(packet, `${rejection.reason}: ${rejection.detail}`);
    },
    answeredElsewhere: ({ address, mac = 'unknown' }) => {
      const { instance } = identity();
      limit.note(`${instance} answered elsewhere`, (count) =>
        emit({ event: 'vip.answered_elsewhere', instance, address, mac, count }),
      );
    },
    accepted: (packet, notes) => {
      const { source, standsFor = 1 } = packet;
      advertsReceived += standsFor;
      for (const { what, ours, theirs } of notes) {
        const { instance } = identity();
        if (what === 'virtual_router') {
          foreign(packet, `addresses: ${ours}, got ${theirs}`);
          continue;
        }
        let isNew = true;
        limit.note(`${instance} ${source} differs ${what}`, () => {
          // Said once for as long as it goes on; how often it was heard again is of no interest.
          if (isNew) emit({ event: 'vrrp.advert_differs', instance, source, what, ours, theirs });
        });
        isNew = false;
      }
    },
    counters: () => ({ reason, advertsReceived, advertsRejected: { ...advertsRejected }, transitions }),
  };
}

/** Of the state machine's reasons those that the shell knows more of. */
const unfit: ReadonlySet<Reason> = new Set(['link_down', 'track_failed']);

const explainBy =
  (fault: () => FullReason | undefined) =>
  (reason: Reason): FullReason =>
    (unfit.has(reason) ? fault() : undefined) ?? reason;
