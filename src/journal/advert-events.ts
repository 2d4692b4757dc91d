// What is said of adverts: those that are not believed or do not fit, the paths they take, peers, and sending.

import type { FullReason } from '../model/vrrp.ts';
import { describeChanges } from './describe-changes.ts';
import { entry } from './entry.ts';
import { describeReason } from './reasons.ts';

export const advertEvents = {
  'vrrp.advert_rejected': entry<{
    interface: string;
    instance?: string;
    vrid?: number;
    source: string;
    reason: string;
    count: number;
  }>(
    // A cluster with a VRID of its own is no fault of anybody.
    ({ reason }) => (reason === 'unknown_vrid' ? 'info' : 'warn'),
    (event) =>
      `${event.instance ?? event.interface}: advert from ${event.source} rejected: ${event.reason} (${event.count} times)`,
  ),
  'vrrp.advert_differs': entry<{
    instance: string;
    source: string;
    mac?: string;
    what: string;
    ours: string;
    theirs: string;
  }>(
    'warn',
    (event) =>
      `${event.instance}: ${event.source} (MAC ${event.mac ?? 'unknown'}) advertises another ${event.what}: ${event.theirs}, ours is ${event.ours}`,
  ),
  'vrrp.foreign_router': entry<{
    instance: string;
    vrid: number;
    interface: string;
    source: string;
    mac?: string;
    reason: string;
    count: number;
  }>(
    'warn',
    (event) =>
      `${event.instance}: ${event.source} (MAC ${event.mac ?? 'unknown'}) is another cluster's router on our vrid ${event.vrid}, or configured differently: ${event.reason} (${event.count} times)`,
  ),
  'vrrp.path_down': entry<{ instance: string; vrid: number; interface: string; reason: FullReason }>(
    'warn',
    (event) =>
      `${event.instance}: no adverts over ${event.interface}: ${describeReason(event.reason)}; the other paths still work`,
  ),
  'vrrp.path_up': entry<{ instance: string; vrid: number; interface: string; down_ms: number }>(
    'info',
    (event) => `${event.instance}: adverts over ${event.interface} again, after ${event.down_ms} ms`,
  ),
  'vrrp.peers_changed': entry<{ instance: string; added: readonly string[]; removed: readonly string[] }>(
    'info',
    (event) => `${event.instance}: peers changed: ${describeChanges(event)}`,
  ),
  'vrrp.peers_unknown': entry<{ instance: string; names: readonly string[] }>(
    'warn',
    (event) => `${event.instance}: waits until the address of a peer is known (${event.names.join(', ')})`,
  ),
  'vrrp.send_failed': entry<{ instance: string; reason: string; count: number }>(
    'warn',
    (event) => `${event.instance}: cannot send adverts: ${event.reason} (${event.count} times)`,
  ),
};
