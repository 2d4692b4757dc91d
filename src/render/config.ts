// What a config means on this director, for people: the virtual routers, the services with their servers and how
// each is checked. No JSON: `check --json` gives the Config itself.

import { formatDuration } from '../config/values/scalars.ts';
import { checkPlanOf, type TimedTarget } from '../health/checks/plan.ts';
import { describeTarget } from '../model/checks/checks.ts';
import { checksOf } from '../model/checks/checks-of.ts';
import type { Config } from '../model/config/config.ts';
import type { VrrpInstanceConfig } from '../model/config/router.ts';
import type { FallbackConfig, RealConfig, VirtualConfig } from '../model/config/service.ts';
import { formatServiceId } from '../model/ipvs.ts';
import { formatEndpoint } from '../net/endpoint.ts';
import { hideLikely } from '../net/hide-secrets.ts';
import { markKey } from '../net/mark.ts';
import { formatPrefix } from '../net/prefix.ts';
import { formatRoute, formatRule } from '../net/route.ts';
import { findingKey } from '../vrrp/track.ts';
import { formatTable } from './table.ts';

/** Several lines, each with its end. */
export function formatConfig(config: Config): string {
  const services = config.virtuals.map(formatVirtual);
  const nothing =
    config.vrrp.length + config.virtuals.length === 0 ? ['nothing to do: no vrrp, no virtual'] : [];
  const routers = config.vrrp.length === 0 ? [] : [formatRouters(config.vrrp)];
  const tracked = formatTrackers(config.vrrp);
  const head = [`director ${config.director.name}`, ...routers, ...tracked, ...formatStatics(config.vrrp)];
  const parts = [...head, ...services, ...nothing];
  return `${parts.join('\n\n').split('\n').map(hideLikely).join('\n')}\n`;
}

function formatRouters(instances: readonly VrrpInstanceConfig[]): string {
  const head = ['virtual router', 'interface', 'vrid', 'priority', 'adverts', 'peers', 'addresses'];
  const rows = instances.map((instance) => [
    instance.name,
    instance.interface,
    `${instance.virtualRouterId}`,
    `${instance.priority}${instance.preempt ? '' : ' (no preempt)'}`,
    `v${instance.version} every ${formatDuration(instance.advertIntervalMs)}`,
    peersOf(instance),
    addressesOf(instance),
  ]);
  return formatTable(head, rows);
}

/** Addresses, or the names that have none yet. */
const peersOf = ({ unicastPeers, peerNames = [], multicastGroup: group }: VrrpInstanceConfig): string =>
  unicastPeers.join(' ') ||
  peerNames.map(({ name }) => name).join(' ') ||
  (group === undefined ? 'multicast' : `multicast to ${group}`);

/** What moves which router; the members of a sync group have everything in common. */
function formatTrackers(instances: readonly VrrpInstanceConfig[]): string[] {
  const rows = instances.flatMap(({ name, syncGroup, trackers = [] }) => {
    const group = syncGroup ?? '-';
    if (trackers.length === 0) return syncGroup === undefined ? [] : [[name, group, '-', '-']];
    return trackers.map((tracker) => [
      name,
      group,
      findingKey(tracker),
      `${tracker.weight === 0 ? 'fault' : `weight ${tracker.weight}`}${tracker.reverse ? ' reverse' : ''}`,
    ]);
  });
  return rows.length === 0 ? [] : [formatTable(['virtual router', 'sync group', 'tracks', 'effect'], rows)];
}

const addressesOf = (instance: VrrpInstanceConfig): string =>
  instance.virtualAddresses.length === 0
    ? 'none'
    : `${instance.virtualAddresses.map(formatPrefix).join(' ')}${leaseOf(instance)}`;

function formatStatics(instances: readonly VrrpInstanceConfig[]): string[] {
  const lines = instances.flatMap(({ statics }) =>
    statics === undefined
      ? []
      : [
          ...statics.addresses.map((each) => `${formatPrefix(each)} dev ${each.device}`),
          ...statics.routes.map(formatRoute),
          ...statics.rules.map((rule) => `rule ${formatRule(rule)}`),
        ],
  );
  return lines.length === 0 ? [] : [['in every state:', ...lines].join('\n  ')];
}

const leaseOf = ({ vipLeaseSec }: VrrpInstanceConfig): string =>
  vipLeaseSec === 'off' ? ' (no lease)' : ` (lease ${vipLeaseSec} s)`;

function formatVirtual(virtual: VirtualConfig): string {
  const persistent = virtual.persistentSec === undefined ? [] : [`persistent ${virtual.persistentSec} s`];
  const traits = [virtual.scheduler, ...virtual.schedFlags, ...persistent, ...(virtual.ops ? ['ops'] : [])];
  const down = virtual.quiescent ? 'weight 0' : 'removed';
  const rules = [
    `checked every ${formatDuration(virtual.checkintervalMs)}`,
    ...(virtual.warmupMs === undefined ? [] : [`first within ${formatDuration(virtual.warmupMs)}`]),
    ...(virtual.retryintervalMs === undefined
      ? []
      : [`${formatDuration(virtual.retryintervalMs)} after a failure`]),
    `${down} after ${virtual.fall} failure(s)`,
    `back after ${virtual.rise} success(es)`,
  ];
  const rows = virtual.reals.map((real) => realRow(virtual, real));
  const fallbacks = virtual.fallbacks.map((tier) => fallbackRow(virtual, tier));
  const table = formatTable(['  server', 'method', 'weight', 'check'], [...rows, ...fallbacks]);
  const marks =
    virtual.marks === undefined ? '' : `  marked by us: ${virtual.marks.map(markKey).join(', ')}\n`;
  return `${formatServiceId(virtual.id)}: ${traits.join(', ')}; ${rules.join(', ')}\n${marks}${table}`;
}

function realRow(virtual: VirtualConfig, real: RealConfig): readonly string[] {
  return [`  ${serverName(virtual, real)}`, real.forward, `${real.weight}`, formatChecks(virtual, real)];
}

/** Of several each with what it does otherwise than its service. */
const formatChecks = (service: VirtualConfig, server: RealConfig): string =>
  checksOf(service, server)
    .map(({ virtual, real }) => {
      const { main, between } = checkPlanOf(virtual, real);
      const others =
        between === undefined ? [] : [`then ${between.connects} x ${formatTarget(between.check)}`];
      const own = [
        ...(virtual.checkaddress === undefined ? [] : [`at ${virtual.checkaddress}`]),
        ...(virtual.checkintervalMs === service.checkintervalMs
          ? []
          : [`every ${formatDuration(virtual.checkintervalMs)}`]),
        ...(virtual.fall === service.fall ? [] : [`down after ${virtual.fall} failure(s)`]),
        ...(virtual.rise === service.rise ? [] : [`back after ${virtual.rise} success(es)`]),
      ];
      return [formatTarget(main), ...others, ...own].join(', ');
    })
    .join('; and ');

/** Without a port where only the firewall mark's packets know it; with the name that it comes from. */
function serverName({ id }: VirtualConfig, { address, port, name }: RealConfig): string {
  const known = port === 0 && id.kind === 'address' ? id.port : port;
  const server = known === 0 ? address : formatEndpoint({ address, port: known });
  return name === undefined ? server : `${server} (${name})`;
}

function fallbackRow(virtual: VirtualConfig, tier: FallbackConfig): readonly string[] {
  const check = tier.checked ? formatChecks(virtual, tier) : 'none';
  const which = virtual.fallbacks.length === 1 ? '' : ` ${virtual.fallbacks.indexOf(tier) + 1}`;
  return [`  ${serverName(virtual, tier)}`, tier.forward, '1', `${check}: the fallback${which}`];
}

/** What is never asked has no deadline. */
function formatTarget({ target, timeoutMs }: TimedTarget): string {
  if (target.kind === 'with-agent') {
    return `${formatTarget({ target: target.main, timeoutMs })}; ${describeTarget(target.agent)} for its weight`;
  }
  const limit =
    target.kind === 'on' || target.kind === 'off' ? '' : ` (at most ${formatDuration(timeoutMs)})`;
  return `${describeTarget(target)}${limit}`;
}
