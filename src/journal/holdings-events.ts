// What is said of what an active router holds: virtual addresses, routes and rules, and the settings that go with them.
import type { FullReason } from '../model/vrrp.ts';
import { entry } from './entry.ts';
import { describeReason } from './reasons.ts';

const severalOf = ({ route, others }: { readonly route: string; readonly others: number }): string =>
  others === 0 ? route : `${route} and ${others} more`;

export const holdingsEvents = {
  'vrrp.route_failed': entry<{ instance: string; route: string; reason: string }>(
    'warn',
    (event) => `${event.instance}: cannot add ${event.route}: ${event.reason}`,
  ),
  'vrrp.route_restored': entry<{
    instance: string;
    route: string;
    /** That many beside it, at the same time. */
    others: number;
    count: number;
  }>(
    'warn',
    (event) =>
      `${event.instance}: restored ${severalOf(event)}: somebody had removed it (${event.count} times)`,
  ),
  'vrrp.route_removed': entry<{ instance: string; route: string; others: number; count: number }>(
    'warn',
    (event) =>
      `${event.instance}: removed ${severalOf(event)}: it was there although this director does not serve (${event.count} times)`,
  ),
  'vrrp.restored': entry<{ instance: string; what: string; from: string; to: string; count: number }>(
    'warn',
    (event) =>
      `${event.instance}: restored ${event.what}: ${event.from} -> ${event.to} (${event.count} times)`,
  ),
  'vrrp.accept_failed': entry<{ instance: string; reason: string }>(
    'error',
    (event) => `${event.instance}: cannot drop packets that are addressed to its VIPs: ${event.reason}`,
  ),
  'vip.added': entry<{ instance: string; address: string; interface: string; lease_s?: number }>(
    'info',
    (event) => `${event.instance}: ${event.address} added to ${event.interface}`,
  ),
  'vip.removed': entry<{ instance: string; address: string; interface: string; reason: FullReason }>(
    'info',
    (event) =>
      `${event.instance}: ${event.address} removed from ${event.interface}: ${describeReason(event.reason)}`,
  ),
  'vip.restored': entry<{ instance: string; address: string; interface: string }>(
    'warn',
    (event) =>
      `${event.instance}: ${event.address} had been removed from ${event.interface} by someone else; put back`,
  ),
  'vip.announced': entry<{ instance: string; addresses: number; round: number }>(
    'info',
    (event) => `${event.instance}: ${event.addresses} address(es) announced, round ${event.round}`,
  ),
  'vip.answered_elsewhere': entry<{ instance: string; address: string; mac: string; count: number }>(
    'warn',
    (event) => `${event.instance}: ${event.mac} answers for ${event.address} as well (${event.count} times)`,
  ),
  'vip.lease_expired': entry<{ instance: string; address: string; interface: string }>(
    'warn',
    (event) => `${event.instance}: the lease of ${event.address} on ${event.interface} ran out`,
  ),
  'vip.failed': entry<{ instance: string; address: string; interface: string; reason: string }>(
    'error',
    (event) => `${event.instance}: cannot hold ${event.address} on ${event.interface}: ${event.reason}`,
  ),
};
