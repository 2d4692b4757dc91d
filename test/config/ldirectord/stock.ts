// What stock ldirectord made of a config (the corpus holds its tables as JSON) and what we made of it, as one
// comparable form: effective values only, so that "from the top level" and "said twice" look alike.

import { checkPortOf } from '../../../src/health/checks/plan.ts';
import type { Config } from '../../../src/model/config/config.ts';
import type { VirtualConfig } from '../../../src/model/config/service.ts';
import { familyOf, type Ip, parseIp } from '../../../src/net/ip.ts';
import { formatNetmask } from '../../../src/net/prefix.ts';
import { effectiveVirtuals, type Question } from '../../../src/roster/effective.ts';
import { environment } from '../../make/environment.ts';

export type Comparable = Readonly<Record<string, unknown>>;
export type StockTable = {
  readonly global: Readonly<Record<string, unknown>>;
  readonly virtual: readonly Readonly<Record<string, unknown>>[];
};

export function ofStock({ global, virtual }: StockTable): readonly Comparable[] {
  return virtual.map((each) => virtualOfStock(each, global));
}

function virtualOfStock(virtual: Comparable, global: Comparable): Comparable {
  const own = (key: string) => virtual[key] ?? global[key];
  const reals = virtual.real as readonly Comparable[];
  return {
    id: canonicalId(String(virtual.id)),
    flags: canonicalFlags(String(virtual.flags)),
    service: virtual.service,
    checktype: virtual.checktype === 'combined' ? Number(virtual.num_connects) : virtual.checktype,
    checkcommand: virtual.checkcommand,
    checkport: virtual.checkport === undefined ? undefined : Number(virtual.checkport),
    request: virtual.request,
    receive: virtual.receive,
    httpmethod: virtual.httpmethod,
    virtualhost: virtual.virtualhost || undefined,
    login: virtual.login,
    passwd: virtual.passwd,
    database: virtual.database,
    secret: virtual.secret,
    checktimeout: Number(virtual.checktimeout),
    negotiatetimeout: Number(virtual.negotiatetimeout),
    checkinterval: Number(own('checkinterval')),
    checkcount: Number(virtual.checkcount),
    failurecount: Number(virtual.failurecount),
    quiescent: own('quiescent') === 'yes',
    readdquiescent: own('readdquiescent') === 'yes',
    cleanstop: own('cleanstop') === 'yes',
    servicename: virtual.servicename,
    comment: virtual.comment,
    fallbackcommand: own('fallbackcommand') ?? undefined,
    fallback: fallbackOfStock(virtual, global),
    reals: reals.map(realOfStock),
  };
}

function fallbackOfStock(virtual: Comparable, global: Comparable): Comparable | undefined {
  const shared = (virtual.af === 6 ? global.fallback6 : global.fallback) as Comparable | null;
  const protocol = virtual.protocol === 'udp' ? 'udp' : 'tcp';
  const found = (virtual.fallback ?? shared?.[protocol]) as Comparable | undefined;
  if (found === undefined) return undefined;
  const port = Number(found.port ?? virtual.port);
  return { server: bare(String(found.server)), port, forward: found.forward };
}

function realOfStock(real: Comparable): Comparable {
  const url = /^[a-z_]+:\/\/(?:\[[^\]]*\]|[^:/]*):(\d+)/.exec(String(real.url));
  return {
    server: bare(String(real.server)),
    port: Number(real.port),
    forward: real.forward,
    weight: Number(real.weight),
    request: real.request,
    receive: real.receive,
    upper: Number(real['u-threshold'] ?? 0),
    lower: Number(real['l-threshold'] ?? 0),
    checked: url === null ? undefined : Number(url[1]),
  };
}

/** Names as their addresses, in the order of the file. */
export function ofConfig({ virtuals }: Config): readonly Comparable[] {
  const addressesOf = ({ name, family }: Question) => environment.resolveHost(name, family) ?? [];
  const known = {
    addressesOf: (question: Question) => [addressesOf(question)].flat(),
    fleetOf: () => undefined,
  };
  return effectiveVirtuals(virtuals, known).virtuals.map((virtual) => {
    const reals = [...virtual.reals].sort((a, b) => a.at.line - b.at.line);
    return virtualOfConfig({ ...virtual, reals });
  });
}

function virtualOfConfig(virtual: VirtualConfig): Comparable {
  const { checktype, fallbacks } = virtual;
  const [fallback] = fallbacks;
  return {
    id: idOf(virtual),
    flags: flagsOf(virtual),
    service: virtual.service,
    checktype: checktype.kind === 'combined' ? checktype.connects : checktype.kind,
    checkcommand: virtual.checkcommand,
    checkport: virtual.checkport,
    request: virtual.request,
    receive: virtual.receive,
    httpmethod: virtual.httpmethod,
    virtualhost: virtual.virtualhost,
    login: virtual.login,
    passwd: virtual.passwd,
    database: virtual.database,
    secret: virtual.secret,
    checktimeout: virtual.checktimeoutMs / 1000,
    negotiatetimeout: virtual.negotiatetimeoutMs / 1000,
    checkinterval: virtual.checkintervalMs / 1000,
    checkcount: virtual.checkcount,
    failurecount: virtual.fall,
    quiescent: virtual.quiescent,
    readdquiescent: virtual.readdquiescent,
    cleanstop: virtual.cleanstop,
    servicename: virtual.servicename,
    comment: virtual.comment,
    fallbackcommand: virtual.fallbackcommand,
    fallback: fallback && { server: fallback.address, port: fallback.port, forward: fallback.forward },
    reals: virtual.reals.map((real) => ({
      server: real.address,
      port: real.port,
      forward: real.forward,
      weight: real.weight,
      request: real.request ?? virtual.request,
      receive: real.receive ?? virtual.receive,
      upper: real.upperThreshold,
      lower: real.lowerThreshold,
      // Stock makes no URL for a proxy but of a server's own request, so its port does not show.
      checked:
        virtual.service === 'http_proxy' && real.request === undefined
          ? undefined
          : checkPortOf(virtual, real) || undefined,
    })),
  };
}

const bare = (server: string): Ip | string => parseIp(server.replaceAll(/[[\]]/g, '')) ?? server;

function idOf({ id }: VirtualConfig): string {
  if (id.kind === 'fwmark') return `${id.family === 'inet6' ? 'fwm6' : 'fwm'}:${id.fwmark}`;
  const host = familyOf(id.address) === 'inet6' ? `[${id.address}]` : id.address;
  return `${id.protocol}:${host}:${id.port}`;
}

const canonicalId = (id: string): string => id.replace(/\[.*\]/, (host) => `[${bare(host)}]`);

function flagsOf(virtual: VirtualConfig): string {
  const { id, persistentSec, netmaskPrefix, schedFlags } = virtual;
  const letter = id.kind === 'fwmark' ? '-f' : id.protocol === 'udp' ? '-u' : '-t';
  const name = idOf(virtual).replace(/^[a-z0-9]+:/, '');
  const inet6 = id.kind === 'fwmark' ? id.family === 'inet6' : familyOf(id.address) === 'inet6';
  const mask =
    netmaskPrefix === undefined ? '' : ` -M ${inet6 ? netmaskPrefix : formatNetmask(netmaskPrefix)}`;
  const parts = [
    `${letter} ${name}${id.kind === 'fwmark' && inet6 ? ' -6' : ''}`,
    ...(virtual.ops ? ['-o'] : []),
    `-s ${virtual.scheduler}`,
    ...(persistentSec === undefined ? [] : [`-p ${persistentSec}${mask}`]),
    ...(schedFlags.length === 0 ? [] : [`-b ${schedFlags.join(',')}`]),
  ];
  return parts.join(' ');
}

function canonicalFlags(flags: string): string {
  const sorted = flags
    .trim()
    .replace(/-b (\S+)/, (_, list: string) => `-b ${list.split(',').sort().join(',')}`);
  return sorted.replace(/\[.*\]/, (host) => `[${bare(host)}]`);
}
