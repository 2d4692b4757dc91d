// What is asked of one real server of one virtual service: the check its configuration means, with its times.
// Decides the probe, its port and its texts; knows nothing of schedules or verdicts.
// Source: ldirectord's directives checktype, service, checkport, request, receive, virtualhost and checkcount.

import type { CheckTarget } from '../../model/check.ts';
import type { RealConfig, VirtualConfig } from '../../model/config/service.ts';
import { familyOf, type Ip } from '../../net/ip.ts';
import { httpTargetOf } from './http.ts';
import { dnsTargetOf, grpcTargetOf, ldapTargetOf, radiusTargetOf, sqlTargetOf } from './services.ts';
import { agentTargetOf, proxyProtocolOf, textTargetOf } from './text.ts';

/** A target with its hard deadline, counted from the start of the check. */
export type TimedTarget = { readonly target: CheckTarget; readonly timeoutMs: number };

/** Between two runs of `main` come `connects` runs of `between`; most checks have none. */
export type CheckPlan = {
  readonly main: TimedTarget;
  readonly between?: { readonly check: TimedTarget; readonly connects: number };
};

/** Where a service listens when neither checkport nor the real server says. */
const servicePorts: Readonly<Record<string, number>> = {
  dns: 53,
  ftp: 21,
  http: 80,
  http_proxy: 3128,
  https: 443,
  imap: 143,
  imaps: 993,
  ldap: 389,
  ldaps: 636,
  mysql: 3306,
  nntp: 119,
  oracle: 1521,
  pgsql: 5432,
  pop: 110,
  pops: 995,
  radius: 1812,
  sip: 5060,
  smtp: 25,
  submission: 587,
};

/** The plan of checks for `real` as a server of `virtual`. */
export function checkPlanOf(virtual: VirtualConfig, real: RealConfig): CheckPlan {
  const plan = plainPlanOf(virtual, real);
  const { main, between } = plan;
  const { agentPort, service } = virtual;
  if (agentPort === undefined || service === 'agent' || main.target.kind === 'off') return plan;
  const agent = agentTargetOf(virtual, real, agentPort);
  const withAgent = ({ target, timeoutMs }: TimedTarget): TimedTarget => ({
    target: { kind: 'with-agent', main: target, agent },
    timeoutMs,
  });
  if (between === undefined) return { main: withAgent(main) };
  return { main: withAgent(main), between: { ...between, check: withAgent(between.check) } };
}

function plainPlanOf(virtual: VirtualConfig, real: RealConfig): CheckPlan {
  switch (virtual.checktype.kind) {
    case 'negotiate':
      return { main: negotiateOf(virtual, real) };
    case 'connect':
      return { main: connectOf(virtual, real) };
    case 'ping':
      return { main: pingOf(virtual, real) };
    case 'external':
    case 'external-perl':
      return { main: externalOf(virtual, real) };
    case 'on':
    case 'off':
      return { main: { target: { kind: virtual.checktype.kind }, timeoutMs: virtual.checktimeoutMs } };
    case 'combined': {
      const { connects } = virtual.checktype;
      const main = negotiateOf(virtual, real);
      return connects > 0 ? { main, between: { check: connectOf(virtual, real), connects } } : { main };
    }
  }
}

/** The port that clients' traffic reaches on the real server; 0 where only a firewall mark could tell. */
export const trafficPortOf = (virtual: VirtualConfig, real: RealConfig): number =>
  real.port !== 0 ? real.port : virtualPortOf(virtual);

/**
 * checkport, else the real server's port, else the service's own (ldirectord looks no further and then
 * checks port 0), else the virtual's; 0 where none of them says.
 */
export function checkPortOf(virtual: VirtualConfig, real: RealConfig): number {
  if (virtual.checkport !== undefined) return virtual.checkport;
  if (real.port !== 0) return real.port;
  return servicePorts[virtual.service] ?? virtualPortOf(virtual);
}

function negotiateOf(virtual: VirtualConfig, real: RealConfig): TimedTarget {
  return { target: negotiateTargetOf(virtual, real), timeoutMs: virtual.negotiatetimeoutMs };
}

function negotiateTargetOf(virtual: VirtualConfig, real: RealConfig): CheckTarget {
  const port = checkPortOf(virtual, real);
  switch (virtual.service) {
    case 'http':
    case 'https':
      return httpTargetOf(virtual, real, virtual.service, port);
    case 'dns':
      return dnsTargetOf(virtual, real, port);
    case 'ldap':
    case 'ldaps':
      return ldapTargetOf(virtual, real, port);
    case 'mysql':
    case 'pgsql':
      return sqlTargetOf(virtual, real, port);
    case 'radius':
      return radiusTargetOf(virtual, real, port);
    case 'grpc':
    case 'grpcs':
      return grpcTargetOf(virtual, real, port);
    case 'none': // no conversation to hold: ldirectord counts the server as up without any traffic
      return { kind: 'on' };
    default: // a service whose language nobody here speaks: whether it takes connections is still worth knowing
      return textTargetOf(virtual, real, port) ?? connectOf(virtual, real).target;
  }
}

/** A service over anything but TCP has no connection to open: its server is pinged instead. */
function connectOf(virtual: VirtualConfig, real: RealConfig): TimedTarget {
  if (protocolOf(virtual) !== 'tcp') return pingOf(virtual, real);
  return {
    target: {
      kind: 'connect',
      address: real.address,
      port: checkPortOf(virtual, real),
      ...proxyProtocolOf(virtual),
    },
    timeoutMs: virtual.checktimeoutMs,
  };
}

/** Each try has the whole checktimeout, as in ldirectord, so the check as a whole has a multiple of it. */
function pingOf(virtual: VirtualConfig, real: RealConfig): TimedTarget {
  const { checkcount: tries, checktimeoutMs: tryTimeoutMs } = virtual;
  return {
    target: { kind: 'ping', address: real.address, tries, tryTimeoutMs },
    timeoutMs: tries * tryTimeoutMs,
  };
}

function externalOf(virtual: VirtualConfig, real: RealConfig): TimedTarget {
  const { id } = virtual;
  const vip = id.kind === 'fwmark' ? String(id.fwmark) : bracketed(id.address);
  return {
    target: {
      kind: 'external',
      command: virtual.checkcommand,
      ...(virtual.checkuser !== undefined && { user: virtual.checkuser }),
      ...(virtual.miscDynamic && { dynamicWeight: true }),
      ...(virtual.checktype.kind === 'external-perl' && { interpreter: 'perl' }),
      arguments: [
        vip,
        String(virtualPortOf(virtual)),
        bracketed(real.address),
        String(trafficPortOf(virtual, real)),
      ],
    },
    timeoutMs: virtual.checktimeoutMs,
  };
}

const virtualPortOf = ({ id }: VirtualConfig): number => (id.kind === 'address' ? id.port : 0);

/** A firewall mark says nothing of the protocol; its servers are taken to speak TCP. */
const protocolOf = ({ id }: VirtualConfig) => (id.kind === 'address' ? id.protocol : 'tcp');

const bracketed = (address: Ip): string => (familyOf(address) === 'inet6' ? `[${address}]` : address);
