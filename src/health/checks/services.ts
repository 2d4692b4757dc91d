// The checks of DNS, LDAP, SQL, RADIUS and gRPC services. In each the request is what is asked for, without the slash
// that stands before every request.

import type { DnsTarget, GrpcTarget, LdapTarget, RadiusTarget, SqlTarget } from '../../model/check.ts';
import type { RealConfig, VirtualConfig } from '../../model/config/service.ts';
import { parseIp } from '../../net/ip.ts';
import { tlsTargetOf } from './http.ts';
import { reverseNameOf } from './reverse-name.ts';

/** An address is looked up by its reverse name, a name for its IPv4 address, nothing at all for the root's SOA. */
export function dnsTargetOf(virtual: VirtualConfig, real: RealConfig, port: number): DnsTarget {
  const { id, dns = {} } = virtual;
  const asked = requestOf(virtual, real).replace(/\.$/, '');
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

export function ldapTargetOf(virtual: VirtualConfig, real: RealConfig, port: number): LdapTarget {
  const { login, passwd, virtualhost } = virtual;
  return {
    kind: 'ldap',
    scheme: virtual.service === 'ldaps' ? 'ldaps' : 'ldap',
    address: real.address,
    port,
    base: requestOf(virtual, real),
    ...tlsTargetOf(virtual),
    ...(virtualhost !== undefined && { virtualhost }),
    // As ldirectord: one without the other is anonymous.
    ...(login !== '' && passwd !== '' && { login: { user: login, password: passwd } }),
    ...receiveOf(virtual, real),
  };
}

export const sqlTargetOf = (virtual: VirtualConfig, real: RealConfig, port: number): SqlTarget => ({
  kind: 'sql',
  engine: virtual.service === 'pgsql' ? 'pgsql' : 'mysql',
  address: real.address,
  port,
  user: virtual.login,
  password: virtual.passwd,
  database: virtual.database,
  query: requestOf(virtual, real),
});

export const radiusTargetOf = (virtual: VirtualConfig, real: RealConfig, port: number): RadiusTarget => ({
  kind: 'radius',
  address: real.address,
  port,
  user: virtual.login,
  password: virtual.passwd,
  secret: virtual.secret,
});

export const grpcTargetOf = (virtual: VirtualConfig, real: RealConfig, port: number): GrpcTarget => ({
  kind: 'grpc',
  scheme: virtual.service === 'grpcs' ? 'grpcs' : 'grpc',
  address: real.address,
  port,
  service: requestOf(virtual, real),
  ...tlsTargetOf(virtual),
  ...(virtual.virtualhost !== undefined && { virtualhost: virtual.virtualhost }),
});

const requestOf = (virtual: VirtualConfig, real: RealConfig): string =>
  (real.request ?? virtual.request).replace(/^\//, '');

function receiveOf(virtual: VirtualConfig, real: RealConfig): { readonly receive?: string } {
  const receive = real.receive ?? virtual.receive;
  return receive === '' ? {} : { receive };
}
