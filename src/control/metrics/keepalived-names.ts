// The metrics of keepalived-exporter (github.com/mehdy/keepalived-exporter), by its names, types and labels, so that dashboards
// and alerts that have them go on. What has no counterpart here is 0, as it is where keepalived has none of it.
import type { VrrpInstanceStatus } from '../../daemon/vrrp/messages.ts';
import type { VrrpInstanceConfig } from '../../model/config/router.ts';
import type { Phase } from '../../model/vrrp.ts';
import type { VirtualAddress } from '../../net/virtual-address.ts';
import type { Samples } from './collect.ts';
import { labelsOf, type Sample } from './exposition.ts';
import type { Family } from './families.ts';
import type { MetricsInput } from './input.ts';

const instance = ['iname', 'intf', 'vrid'];
const counter = (help: string): Family => ({ type: 'counter', labels: instance, help });
const state = (help: string): Family => ({ type: 'gauge', labels: [...instance, 'ip_address'], help });
const script = (help: string): Family => ({ type: 'gauge', labels: ['name'], help });

export const keepalivedFamilies = {
  keepalived_up: { type: 'gauge', labels: [], help: '1 where the VRRP process runs, or is not needed.' },
  keepalived_vrrp_state: state('0 INIT, 1 BACKUP, 2 MASTER, 3 FAULT.'),
  keepalived_vrrp_excluded_state: state(
    '0 INIT, 1 BACKUP, 2 MASTER, 3 FAULT; of virtual_ipaddress_excluded.',
  ),
  keepalived_advertisements_received_total: counter('Adverts that were believed.'),
  keepalived_advertisements_sent_total: counter('Adverts that were sent.'),
  keepalived_become_master_total: counter('Transitions to master.'),
  keepalived_release_master_total: counter('Transitions from master.'),
  keepalived_packet_length_errors_total: counter('Packets that were cut off.'),
  keepalived_advertisements_interval_errors_total: counter('Adverts of another interval.'),
  keepalived_ip_ttl_errors_total: counter('Packets with a wrong TTL.'),
  keepalived_invalid_type_received_total: counter('Packets of another type.'),
  keepalived_address_list_errors_total: counter('Adverts of other addresses.'),
  keepalived_authentication_invalid_total: counter('Adverts of an unknown authentication.'),
  keepalived_authentication_mismatch_total: counter('Adverts of another authentication.'),
  keepalived_authentication_failure_total: counter('Adverts with another password.'),
  keepalived_priority_zero_received_total: counter('Adverts of priority 0 that were believed.'),
  keepalived_priority_zero_sent_total: counter('Adverts of priority 0 that were sent.'),
  keepalived_gratuitous_arp_delay_total: counter(
    'The delay of the second round of gratuitous ARP, in seconds.',
  ),
  keepalived_script_status: script('0 bad, 1 good.'),
  keepalived_script_state: script('0 idle, 1 running, 2 to be ended, 3 to be killed.'),
} as const satisfies Readonly<Record<string, Family>>;

export const keepalivedSamples: Samples<typeof keepalivedFamilies> = {
  keepalived_up: ({ facts }) => [
    { labels: '', value: facts.config.vrrp.length === 0 || facts.vrrpProcess !== undefined ? 1 : 0 },
  ],
  keepalived_vrrp_state: statesOf(({ virtualAddresses }) => virtualAddresses, true),
  keepalived_vrrp_excluded_state: statesOf(({ excludedAddresses = [] }) => excludedAddresses, false),
  keepalived_advertisements_received_total: countsOf(({ advertsReceived }) => advertsReceived),
  keepalived_advertisements_sent_total: countsOf(({ advertsSent }) => advertsSent),
  keepalived_become_master_total: countsOf(({ name }, input) =>
    transitionsOf(input, name, (from, to) => to === 'active' && from !== 'leaving'),
  ),
  keepalived_release_master_total: countsOf(({ name }, input) =>
    transitionsOf(input, name, (from) => from === 'active'),
  ),
  keepalived_packet_length_errors_total: rejectedOf('short', 'length'),
  keepalived_advertisements_interval_errors_total: rejectedOf('interval_mismatch', 'interval'),
  keepalived_ip_ttl_errors_total: rejectedOf('ttl'),
  keepalived_invalid_type_received_total: rejectedOf('type'),
  keepalived_address_list_errors_total: rejectedOf('count'),
  keepalived_authentication_invalid_total: countsOf(() => 0),
  keepalived_authentication_mismatch_total: countsOf(() => 0),
  keepalived_authentication_failure_total: rejectedOf('authentication'),
  keepalived_priority_zero_received_total: countsOf(({ resignationsReceived = 0 }) => resignationsReceived),
  keepalived_priority_zero_sent_total: countsOf(({ resignationsSent = 0 }) => resignationsSent),
  keepalived_gratuitous_arp_delay_total: countsOf((_, __, config) => (config?.garpDelayMs ?? 0) / 1000),
  *keepalived_script_status({ facts }) {
    for (const { name, state: found } of scriptsOf(facts.tracked)) {
      yield { labels: labelsOf({ name }), value: found === 'up' ? 1 : 0 };
    }
  },
  *keepalived_script_state({ facts }) {
    for (const { name } of scriptsOf(facts.tracked)) yield { labels: labelsOf({ name }), value: 0 };
  },
};

const numbers: Readonly<Record<Phase, number>> = {
  initialize: 0,
  backup: 1,
  active: 2,
  leaving: 2,
  fault: 3,
};

type Counted = (
  router: VrrpInstanceStatus,
  input: MetricsInput,
  config: VrrpInstanceConfig | undefined,
) => number;

function countsOf(measure: Counted) {
  return function* samples(input: MetricsInput): Generator<Sample> {
    const configs = new Map(input.facts.config.vrrp.map((each) => [each.name, each]));
    for (const router of input.facts.vrrp) {
      const labels = labelsOf({ iname: router.name, intf: router.interface, vrid: router.vrid });
      yield { labels, value: measure(router, input, configs.get(router.name)) };
    }
  };
}

/** By our names of the rules that adverts break. */
function rejectedOf(...reasons: readonly string[]) {
  return countsOf(({ advertsRejected }) =>
    reasons.reduce((sum, each) => sum + (advertsRejected[each] ?? 0), 0),
  );
}

/** @param asRouter one sample of a router without addresses, as the exporter has it. */
function statesOf(addressesOf: (router: VrrpInstanceConfig) => readonly VirtualAddress[], asRouter: boolean) {
  return function* samples({ facts }: MetricsInput): Generator<Sample> {
    const found = new Map(facts.vrrp.map(({ name, phase }) => [name, phase]));
    for (const router of facts.config.vrrp) {
      const { name, virtualRouterId: vrid, interface: device } = router;
      const value = numbers[found.get(name) ?? 'initialize'];
      const addresses = addressesOf(router);
      if (asRouter && addresses.length === 0)
        yield { labels: labelsOf({ iname: name, intf: device, vrid, ip_address: '' }), value };
      for (const { address, device: own = device } of addresses) {
        yield { labels: labelsOf({ iname: name, intf: own, vrid, ip_address: address }), value };
      }
    }
  };
}

function transitionsOf(
  { events }: MetricsInput,
  router: string,
  counts: (from: string, to: string) => boolean,
): number {
  let sum = 0;
  for (const [change, count] of events.transitions().get(router)?.counts ?? []) {
    const [from = '', to = ''] = change.split(' ');
    if (counts(from, to)) sum += count;
  }
  return sum;
}

const scriptsOf = (tracked: MetricsInput['facts']['tracked']) =>
  tracked.flatMap(({ name, state: found }) =>
    name.startsWith('script ') ? [{ name: name.slice('script '.length), state: found }] : [],
  );
