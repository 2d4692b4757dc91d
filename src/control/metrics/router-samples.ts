// Samples of virtual routers, as the VRRP process told of them last. Routers whose names are no longer configured have none.

import type { VrrpInstanceStatus } from '../../daemon/vrrp/messages.ts';
import type { VrrpInstanceConfig } from '../../model/config/router.ts';
import type { Phase } from '../../model/vrrp.ts';
import { formatPrefix } from '../../net/prefix.ts';
import type { Samples } from './collect.ts';
import { labelsOf, type Sample } from './exposition.ts';
import type { routerFamilies } from './families.ts';
import { histogramSamples, readingOfLateness } from './histogram-samples.ts';
import { type MetricsInput, wallSeconds } from './input.ts';

const phases: readonly Phase[] = ['active', 'backup', 'fault', 'initialize', 'leaving'];

export const routerSamples: Samples<typeof routerFamilies> = {
  *lvs_director_vrrp_state({ facts }) {
    for (const { name, vrid, interface: device, phase } of facts.vrrp) {
      for (const state of phases) {
        const labels = labelsOf({ router: name, vrid, interface: device, state });
        yield { labels, value: state === phase ? 1 : 0 };
      }
    }
  },
  lvs_director_vrrp_priority: ofEach(({ priority }) => priority),
  lvs_director_vrrp_base_priority: ofEach(({ priority, basePriority }) => basePriority ?? priority),
  *lvs_director_vrrp_transitions_total({ facts, events }) {
    for (const { name } of facts.vrrp) {
      for (const [change, value] of events.transitions().get(name)?.counts ?? []) {
        const [from = '', to = ''] = change.split(' ');
        yield { labels: labelsOf({ router: name, from, to }), value };
      }
    }
  },
  lvs_director_vrrp_last_transition_timestamp_seconds: ofEach(({ name, sinceMs }, input) => {
    const heardAt = input.events.transitions().get(name)?.at;
    return heardAt === undefined ? wallSeconds(input, sinceMs * 1000) : heardAt / 1000;
  }),
  lvs_director_vrrp_adverts_sent_total: ofEach(({ advertsSent }) => advertsSent),
  lvs_director_vrrp_adverts_received_total: ofEach(({ advertsReceived }) => advertsReceived),
  *lvs_director_vrrp_adverts_rejected_total({ facts }) {
    for (const { name, advertsRejected } of facts.vrrp) {
      for (const [reason, value] of Object.entries(advertsRejected)) {
        yield { labels: labelsOf({ router: name, reason }), value };
      }
    }
  },
  *lvs_director_vrrp_advert_lateness_seconds({ facts }) {
    if (facts.vrrpProcess === undefined) return;
    yield* histogramSamples('', readingOfLateness(facts.vrrpProcess.advertLateness));
  },
  *lvs_director_vrrp_peer_up({ facts }) {
    const intervals = new Map(facts.config.vrrp.map((each) => [each.name, each.advertIntervalMs]));
    for (const { name, peers = [] } of facts.vrrp) {
      // Beyond that a backup takes over: RFC 9568 §6.1, Active_Down_Interval, at its longest.
      const silentMs = 4 * (intervals.get(name) ?? 1000);
      for (const { address, priority, heardAgoMs } of peers) {
        const value = priority > 0 && heardAgoMs <= silentMs ? 1 : 0;
        yield { labels: labelsOf({ router: name, address }), value };
      }
    }
  },
  *lvs_director_vrrp_path_up({ facts }) {
    for (const { name, paths = [] } of facts.vrrp) {
      for (const { interface: device, up } of paths) {
        yield { labels: labelsOf({ router: name, interface: device }), value: up ? 1 : 0 };
      }
    }
  },
  *lvs_director_vip_held({ facts }) {
    // Of one that is silent nobody knows: what it held stays until its lease ends.
    if (facts.vrrpProcess === undefined) return;
    const held = new Map(facts.vrrp.map(({ name, addresses }) => [name, new Set(addresses)]));
    for (const router of facts.config.vrrp) yield* heldOf(router, held.get(router.name) ?? new Set());
  },
};

function ofEach(measure: (router: VrrpInstanceStatus, input: MetricsInput) => number) {
  return function* samples(input: MetricsInput): Generator<Sample> {
    for (const router of input.facts.vrrp) {
      yield { labels: labelsOf({ router: router.name }), value: measure(router, input) };
    }
  };
}

function* heldOf(router: VrrpInstanceConfig, held: ReadonlySet<string>): Generator<Sample> {
  const { virtualAddresses, excludedAddresses = [], vmac, interface: device } = router;
  for (const prefix of [...virtualAddresses, ...excludedAddresses]) {
    const labels = labelsOf({ address: prefix.address, interface: prefix.device ?? vmac ?? device });
    yield { labels, value: held.has(formatPrefix(prefix)) ? 1 : 0 };
  }
}
