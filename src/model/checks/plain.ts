// The checks that a checktype chooses and that speak no language of a service, and their stand-ins: a service that
// nobody here speaks is connected to, one that says nothing is taken as up.
// Source: docs/reference/ldirectord.md §3.1; docs/reference/keepalived.md §6 (misc_path, misc_dynamic).
import { formatCommand } from '../../net/format-command.ts';
import { familyOf, type Ip } from '../../net/ip.ts';
import type { RealConfig, VirtualConfig } from '../config/service.ts';
import type { Definitions } from './definition.ts';
import { clientKeys, type ProxyProtocolVersion, placeOf, routeKeys } from './place.ts';
import { trafficPortOf, virtualPortOf } from './ports.ts';

export type ConnectTarget = {
  readonly kind: 'connect';
  readonly address: Ip;
  readonly port: number;
  readonly proxyProtocol?: ProxyProtocolVersion;
};

export type PingTarget = {
  readonly kind: 'ping';
  readonly address: Ip;
  readonly tries: number;
  /** How long one try waits before the next is sent. */
  readonly tryTimeoutMs: number;
};

export type ExternalTarget = {
  readonly kind: 'external';
  readonly command: string;
  /** Absent: the one that runs scripts. */
  readonly user?: string;
  /** An exit status above 1 is a success, and 2 more than the weight (keepalived's misc_dynamic). */
  readonly dynamicWeight?: true;
  /** Runs `command` as a script (checktype external-perl). */
  readonly interpreter?: 'perl';
  /** Those of misc_path; of checkcommand VIP|fwmark VPORT RIP RPORT (docs/reference/ldirectord.md §3.1). */
  readonly arguments: readonly string[];
};

export type PlainTarget =
  | ConnectTarget
  | PingTarget
  | ExternalTarget
  | { readonly kind: 'on' }
  | { readonly kind: 'off' };

export const plainChecks = {
  connect: {
    // oracle as ldirectord has it: a ping where the service is not of TCP; tcp whatever the service is of.
    services: { oracle: { port: 1521 }, tcp: {} },
    reads: clientKeys,
    targetOf: (virtual, real, port) => ({ kind: 'connect', ...placeOf(virtual, real, port) }),
    describe: ({ port }) => `connect to port ${port}`,
  },
  ping: {
    services: {},
    reads: ['checkcount', ...routeKeys],
    targetOf: ({ checkcount, checktimeoutMs }, { address }) => ({
      kind: 'ping',
      address,
      tries: checkcount,
      tryTimeoutMs: checktimeoutMs,
    }),
    describe: ({ tries }) => `ping, ${tries} time(s)`,
  },
  external: {
    services: {},
    reads: ['checkcommand', 'misc_path', 'checkuser', 'misc_dynamic'],
    targetOf: externalTargetOf,
    describe: (target) => formatCommand([target.command, ...target.arguments]),
  },
  on: {
    services: { none: {} },
    reads: [],
    targetOf: () => ({ kind: 'on' }),
    describe: () => 'none: always up',
  },
  off: { services: {}, reads: [], targetOf: () => ({ kind: 'off' }), describe: () => 'none: left as it is' },
} as const satisfies Definitions<PlainTarget>;

function externalTargetOf(virtual: VirtualConfig, real: RealConfig): ExternalTarget {
  const [command = '', ...given] = virtual.miscPath ?? [virtual.checkcommand, ...placesOf(virtual, real)];
  return {
    kind: 'external',
    command,
    ...(virtual.checkuser !== undefined && { user: virtual.checkuser }),
    ...(virtual.miscDynamic && { dynamicWeight: true }),
    ...(virtual.checktype.kind === 'external-perl' && { interpreter: 'perl' }),
    arguments: given,
  };
}

function placesOf(virtual: VirtualConfig, real: RealConfig): readonly string[] {
  const { id } = virtual;
  const vip = id.kind === 'fwmark' ? String(id.fwmark) : bracketed(id.address);
  const [port, realPort] = [virtualPortOf(virtual), trafficPortOf(virtual, real)];
  return [vip, `${port}`, bracketed(real.address), `${realPort}`];
}

const bracketed = (address: Ip): string => (familyOf(address) === 'inet6' ? `[${address}]` : address);
