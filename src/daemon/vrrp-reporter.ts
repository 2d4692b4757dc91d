// Turns what a state machine reports, and what was wrong with adverts, into events and counters. Nothing here
// changes what happens. RFC 9568 §8: whatever the network can cause to be logged is limited in rate.
import type { VrrpInstanceConfig } from '../config/config.ts';
import type { Ip } from '../net/ip.ts';
import type { Report } from '../vrrp/types.ts';
import type { Note, Validation } from '../vrrp/validate.ts';
import type { VrrpInstanceStatus } from './vrrp-messages.ts';
import type { Emit } from './vrrp-ports.ts';
import type { RateLimit } from './vrrp-rate-limit.ts';

export type Reporter = {
  readonly report: (report: Report) => void;
  readonly rejected: (source: Ip, rejection: Extract<Validation, { outcome: 'rejected' }>) => void;
  readonly accepted: (source: Ip, notes: readonly Note[]) => void;
  readonly counters: () => Pick<
    VrrpInstanceStatus,
    'reason' | 'advertsReceived' | 'advertsRejected' | 'transitions'
  >;
};

type Present = {
  readonly config: VrrpInstanceConfig;
  readonly priority: number;
  /** Why the instance cannot take part. */
  readonly fault: () => string | undefined;
};

export function createReporter(
  present: () => Present,
  { emit, limit }: { readonly emit: Emit; readonly limit: RateLimit },
): Reporter {
  const advertsRejected: Record<string, number> = {};
  let advertsReceived = 0;
  let transitions = 0;
  let reason = 'startup';

  const identity = () => {
    const { config } = present();
    return { instance: config.name, vrid: config.virtualRouterId, interface: config.interface };
  };

  const foreign = (source: Ip, reason: string) =>
    limit.note(`${present().config.name} ${source} foreign`, (count) =>
      emit({ event: 'vrrp.foreign_router', ...identity(), source, reason, count }),
    );

  const rejectedFor = (source: Ip, why: string, detail?: string) => {
    advertsRejected[why] = (advertsRejected[why] ?? 0) + 1;
    const said = detail === undefined ? why : `${why}: ${detail}`;
    limit.note(`${present().config.name} ${source} ${why}`, (count) =>
      emit({ event: 'vrrp.advert_rejected', ...identity(), source, reason: said, count }),
    );
  };

  const transition = (report: Extract<Report, { type: 'transition' }>) => {
    transitions += 1;
    const { from, to, priority, peer, outageMsEstimate } = report;
    // The state machine knows only that the router is unfit; the shell knows why.
    const isUnfit = to === 'fault' || report.reason === 'track_failed';
    reason = (isUnfit ? present().fault() : undefined) ?? report.reason;
    emit({
      event: 'vrrp.transition',
      ...identity(),
      ...{ from, to, reason, priority },
      ...(peer !== undefined && { peer }),
      ...(outageMsEstimate !== undefined && { outage_ms_estimate: outageMsEstimate }),
    });
  };

  return {
    report: (report) => {
      const { instance, vrid } = identity();
      switch (report.type) {
        case 'transition':
          return transition(report);
        case 'splitBrainSuspected':
          return emit({
            event: 'vrrp.split_brain_suspected',
            ...{ instance, vrid, peer: report.peer, peer_priority: report.peerPriority },
          });
        case 'ownAddressHeard':
          return rejectedFor(report.source, 'own_address');
        case 'stall': {
          const late_ms = Math.round(report.lateUs / 1000);
          return emit({ event: 'vrrp.stall', instance, late_ms, action: report.action });
        }
        case 'handoverFailed':
          return emit({ event: 'vrrp.handover_failed', instance, vrid, reason: report.reason });
      }
    },
    rejected: (source, rejection) => {
      if (rejection.foreign !== true) return rejectedFor(source, rejection.reason, rejection.detail);
      advertsRejected[rejection.reason] = (advertsRejected[rejection.reason] ?? 0) + 1;
      foreign(source, `${rejection.reason}: ${rejection.detail}`);
    },
    accepted: (source, notes) => {
      advertsReceived += 1;
      for (const { what, ours, theirs } of notes) {
        const { instance } = identity();
        if (what === 'virtual_router') {
          foreign(source, `addresses: ${ours}, got ${theirs}`);
          continue;
        }
        limit.note(`${instance} ${source} differs ${what}`, (count) => {
          // Said once a window; how often it was heard again is of no interest.
          if (count === 1) emit({ event: 'vrrp.advert_differs', instance, source, what, ours, theirs });
        });
      }
    },
    counters: () => ({ reason, advertsReceived, advertsRejected: { ...advertsRejected }, transitions }),
  };
}
