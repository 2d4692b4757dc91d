// One sentence for each event of virtual routers and their addresses.

import type { Phase } from '../model/vrrp.ts';
import type { JournalEvent } from './event.ts';
import { describeReason } from './reasons.ts';

/** The words keepalived's users know. */
const phaseAlias: Readonly<Record<Phase, string>> = {
  initialize: 'initialize',
  backup: 'backup',
  active: 'active (master)',
  leaving: 'leaving',
  fault: 'fault',
};

function describeYielding(event: Extract<JournalEvent, { event: 'vrrp.role_yielded' }>): string {
  const { instance, peer, mac = 'unknown', peer_priority, priority, known } = event;
  const who = `${peer} (MAC ${mac})`;
  const stranger = known ? '' : ', which was not known before';
  return `${instance}: gave the role up to ${who}, priority ${peer_priority} against ${priority}${stranger}`;
}

function describeStart({
  pid,
  detail,
  nice,
  advice,
}: Extract<JournalEvent, { event: 'vrrp.process_started' }>) {
  const instead = nice === undefined ? '' : `; it runs with nice ${nice} instead`;
  const how = detail === undefined ? '' : `: ${detail}${instead}`;
  return `VRRP process ${pid} started${how}${advice === undefined ? '' : `: ${advice}`}`;
}

export function describeVrrpEvent(event: JournalEvent): string {
  switch (event.event) {
    case 'vrrp.process_started':
      return describeStart(event);
    case 'vrrp.process_lost':
      return `VRRP process ${event.pid} lost: ${event.reason}; ${event.action}`;
    case 'vrrp.hindered':
      return `virtual routers do not run as configured: ${event.problems.join('; ')}`;
    case 'vrrp.supervisor_lost':
      return `main process lost: ${event.reason}; handing over`;
    case 'vrrp.transition':
      return `${event.instance}: ${phaseAlias[event.from]} -> ${phaseAlias[event.to]}: ${describeReason(event.reason)}`;
    case 'vrrp.start_delayed':
      return `${event.instance}: takes part in ${Math.round(event.delay_ms / 100) / 10} s: ${event.reason}`;
    case 'vrrp.track_changed':
      return `tracked ${event.tracked}: ${event.state}${event.detail === undefined ? '' : `: ${event.detail}`}`;
    case 'vrrp.notified':
      return `${event.instance}: told ${event.command} of ${event.state}: ${event.exit}`;
    case 'vrrp.priority_changed':
      return `${event.instance}: priority ${event.from} -> ${event.to}: ${event.because.join(', ') || 'nothing tracked moves it any more'}`;
    case 'vrrp.advert_rejected':
      return `${event.instance ?? event.interface}: advert from ${event.source} rejected: ${event.reason} (${event.count} times)`;
    case 'vrrp.advert_differs':
      return `${event.instance}: ${event.source} advertises another ${event.what}: ${event.theirs}, ours is ${event.ours}`;
    case 'vrrp.foreign_router':
      return `${event.instance}: ${event.source} is another cluster's router on our vrid ${event.vrid}, or configured differently: ${event.reason} (${event.count} times)`;
    case 'vrrp.path_down':
      return `${event.instance}: no adverts over ${event.interface}: ${describeReason(event.reason)}; the other paths go on`;
    case 'vrrp.path_up':
      return `${event.instance}: adverts over ${event.interface} again, after ${event.down_ms} ms`;
    case 'vrrp.handover_failed':
      return `${event.instance}: the role was not handed over: ${describeReason(event.reason)}`;
    case 'vrrp.peers_changed':
      return `${event.instance}: peers changed: ${[...event.added.map((peer) => `+${peer}`), ...event.removed.map((peer) => `-${peer}`)].join(' ')}`;
    case 'vrrp.peers_unknown':
      return `${event.instance}: waits until the address of a peer is known (${event.names.join(', ')})`;
    case 'vrrp.split_brain_suspected':
      return `${event.instance}: ${event.peer} (priority ${event.peer_priority}) is active on vrid ${event.vrid} as well`;
    case 'vrrp.role_yielded':
      return describeYielding(event);
    case 'vrrp.stall':
      return `${event.instance}: woke ${event.late_ms} ms late; ${event.action}`;
    case 'vrrp.send_failed':
      return `${event.instance}: cannot send adverts: ${event.reason} (${event.count} times)`;
    case 'vrrp.route_restored':
      return `${event.instance}: restored ${severalOf(event)}: somebody had removed it (${event.count} times)`;
    case 'vrrp.route_removed':
      return `${event.instance}: removed ${severalOf(event)}: it was there although this director does not serve (${event.count} times)`;
    case 'vrrp.restored':
      return `${event.instance}: restored ${event.what}: ${event.from} -> ${event.to} (${event.count} times)`;
    case 'vrrp.accept_failed':
      return `${event.instance}: cannot drop what is addressed to its VIPs: ${event.reason}`;
    case 'vrrp.route_failed':
      return `${event.instance}: cannot add ${event.route}: ${event.reason}`;
    case 'vip.added':
      return `${event.instance}: ${event.address} added to ${event.interface}`;
    case 'vip.removed':
      return `${event.instance}: ${event.address} removed from ${event.interface}: ${describeReason(event.reason)}`;
    case 'vip.restored':
      return `${event.instance}: ${event.address} had been removed from ${event.interface} by someone else; put back`;
    case 'vip.announced':
      return `${event.instance}: ${event.addresses} address(es) announced, round ${event.round}`;
    case 'vip.answered_elsewhere':
      return `${event.instance}: ${event.mac} answers for ${event.address} as well (${event.count} times)`;
    case 'vip.lease_expired':
      return `${event.instance}: the lease of ${event.address} on ${event.interface} ran out`;
    case 'vip.failed':
      return `${event.instance}: cannot hold ${event.address} on ${event.interface}: ${event.reason}`;
    default:
      return event.event;
  }
}

const severalOf = ({ route, others }: { readonly route: string; readonly others: number }): string =>
  others === 0 ? route : `${route} and ${others} more`;
