// Checks that ask one question of a directory, a database or a name server. In each the request is what is asked for,
// without the slash that stands before every request.
// Source: ldirectord's checks of these names; keepalived's DNS_CHECK; grpc.health.v1.
import { type Ip, parseIp } from '../../net/ip.ts';
import { reverseNameOf } from '../../net/reverse-name.ts';
import type { RealConfig, VirtualConfig } from '../config/service.ts';
import type { TlsTarget } from '../tls-target.ts';
import { bareRequestOf, receiveOf, wantedOf } from './asked.ts';
import type { Definitions } from './definition.ts';
import { encryptionOf, noTls, reachKeys, type TcpPlace, tlsTargetOf } from './place.ts';

export type DnsTarget = {
  readonly kind: 'dns';
  readonly address: Ip;
  readonly port: number;
  readonly transport: 'udp' | 'tcp';
  /** Without a final dot; empty: the root. */
  readonly name: string;
  /** A, AAAA, PTR, SOA... */
  readonly type: string;
  /** Any of these is right: NOERROR, NXDOMAIN... */
  readonly rcodes: readonly string[];
  /** A record of `type` must match; absent: the rcode is enough. */
  readonly receive?: string;
};

export type LdapTarget = Omit<TcpPlace, 'proxyProtocol'> & {
  readonly kind: 'ldap';
  /** Absent: anonymous. */
  readonly login?: { readonly user: string; readonly password: string };
  /** The entry that must be there; empty: the root DSE. */
  readonly base: string;
  /** Its DN must match. */
  readonly receive?: string;
};

export type SqlTarget = Omit<TcpPlace, 'proxyProtocol'> & {
  readonly kind: 'sql';
  readonly engine: 'mysql' | 'pgsql';
  readonly user: string;
  readonly password: string;
  readonly database: string;
  /** Must yield at least one row. */
  readonly query: string;
};

export type RadiusTarget = {
  readonly kind: 'radius';
  readonly address: Ip;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly secret: string;
};

/** grpc.health.v1: `service` must be SERVING; empty: the server as a whole. */
export type GrpcTarget = TlsTarget & {
  readonly kind: 'grpc';
  readonly scheme: 'grpc' | 'grpcs';
  readonly address: Ip;
  readonly port: number;
  /** :authority, and the TLS server name unless `sni` is set. */
  readonly virtualhost?: string;
  readonly service: string;
};

export type QueryTarget = DnsTarget | LdapTarget | SqlTarget | RadiusTarget | GrpcTarget;

export const queries = {
  dns: {
    services: { dns: { port: 53 } },
    reads: ['checkport', ...reachKeys, 'request', 'receive', 'dns_type', 'dns_rcode'],
    targetOf: dnsTargetOf,
    describe: (target) =>
      `dns ${target.type} ${target.name || '.'} by ${target.transport}, port ${target.port}${wantedOf(target)}`,
  },
  ldap: {
    services: { ldap: { port: 389, tls: 'asked' }, ldaps: { port: 636, tls: 'at once' } },
    reads: ['checkport', 'checkpath', ...reachKeys, 'request', 'receive', 'login', 'passwd'],
    targetOf: ldapTargetOf,
    describe: ({ tls, port, login, base }) =>
      `${tls === undefined ? 'ldap' : tls.asked === true ? 'ldap with STARTTLS' : 'ldaps'} port ${port} ${login === undefined ? 'anonymously' : `as ${login.user}`}, entry "${base}"`,
  },
  sql: {
    services: { mysql: { port: 3306, tls: 'asked' }, pgsql: { port: 5432, tls: 'asked' } },
    reads: ['checkport', 'checkpath', ...reachKeys, 'request', 'login', 'passwd', 'database'],
    targetOf: (virtual, real, port) => ({
      kind: 'sql',
      engine: virtual.service === 'pgsql' ? 'pgsql' : 'mysql',
      address: real.address,
      port,
      ...encryptionOf(undefined, virtual),
      user: virtual.login,
      password: virtual.passwd,
      database: virtual.database,
      query: bareRequestOf(virtual, real),
    }),
    describe: ({ engine, tls, port, user, query }) =>
      `${engine}${tls === undefined ? '' : ' over TLS'} port ${port} as ${user}: ${query}`,
  },
  radius: {
    services: { radius: { port: 1812 } },
    reads: ['checkport', ...reachKeys, 'login', 'passwd', 'secret'],
    targetOf: ({ login, passwd, secret }, { address }, port) => ({
      kind: 'radius',
      address,
      port,
      user: login,
      password: passwd,
      secret,
    }),
    describe: ({ port, user }) => `radius port ${port} as ${user}`,
  },
  grpc: {
    services: { grpc: {}, grpcs: { tls: 'at once' } },
    reads: ['checkport', 'checkpath', ...reachKeys, 'request', 'virtualhost'],
    targetOf: (virtual, real, port) => ({
      kind: 'grpc',
      scheme: virtual.service === 'grpcs' ? 'grpcs' : 'grpc',
      address: real.address,
      port,
      service: bareRequestOf(virtual, real),
      ...(virtual.service === 'grpcs' ? tlsTargetOf(virtual) : noTls),
      ...(virtual.virtualhost !== undefined && { virtualhost: virtual.virtualhost }),
    }),
    describe: ({ scheme, service, port }) => `${scheme} health of "${service}", port ${port}`,
  },
} as const satisfies Definitions<QueryTarget>;

/** An address is looked up by its reverse name, a name for its IPv4 address, nothing at all for the root's SOA. */
function dnsTargetOf(virtual: VirtualConfig, real: RealConfig, port: number): DnsTarget {
  const { id, dns = {} } = virtual;
  const asked = bareRequestOf(virtual, real).replace(/\.$/, '');
  const address = parseIp(asked);
  const type = dns.type ?? (address !== undefined ? 'PTR' : asked === '' ? 'SOA' : 'A');
  return {
    kind: 'dns',
    address: real.address,
    port,
    transport: id.kind === 'address' && id.protocol === 'tcp' ? 'tcp' : 'udp',
    name: address !== undefined && type === 'PTR' ? reverseNameOf(address) : asked,
    type,
    rcodes: dns.rcodes ?? ['NOERROR'],
    ...receiveOf(virtual, real),
  };
}

function ldapTargetOf(virtual: VirtualConfig, real: RealConfig, port: number): LdapTarget {
  const { login, passwd } = virtual;
  return {
    kind: 'ldap',
    address: real.address,
    port,
    ...encryptionOf('ldaps', virtual),
    base: bareRequestOf(virtual, real),
    // As ldirectord: one without the other is anonymous.
    ...(login !== '' && passwd !== '' && { login: { user: login, password: passwd } }),
    ...receiveOf(virtual, real),
  };
}
