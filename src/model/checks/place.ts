// Where a check over TCP goes and how it is introduced there, out of a service's configuration.
import type { Ip } from '../../net/ip.ts';
import type { RealConfig, VirtualConfig } from '../config/service.ts';
import type { TlsTarget } from '../tls-target.ts';

export type ProxyProtocolVersion = 'v1' | 'v2';

export type TcpPlace = {
  readonly address: Ip;
  readonly port: number;
  /** A PROXY-protocol header goes before everything else. */
  readonly proxyProtocol?: ProxyProtocolVersion;
  /** Absent: plain text. */
  readonly tls?: Encryption;
};

export type Encryption = TlsTarget & {
  /** Whom the certificate must name; absent: the address. */
  readonly host?: string;
  /** Begins when the protocol has asked for it (STARTTLS); absent: with the first byte. */
  readonly asked?: true;
};

/** How any check over the network reaches a server (health/checks/plan.ts). */
export const routeKeys = ['checkaddress', 'bind_address', 'bind_interface', 'bind_mark'] as const;

/** The same where there are ports. */
export const reachKeys = [...routeKeys, 'bind_port'] as const;

/** What {@link placeOf} reads, and those. */
export const placeKeys = ['checkport', 'proxy_protocol', ...reachKeys] as const;

/** May go the way of clients as well (client-path.ts): what goes over one connection of TCP, or several. */
export const clientKeys = [...placeKeys, 'checkpath'] as const;

export const placeOf = (
  virtual: VirtualConfig,
  { address }: RealConfig,
  port: number,
): Omit<TcpPlace, 'tls'> => ({
  address,
  port,
  ...proxyProtocolOf(virtual),
});

/** With TLS from the start for one word of `service`, and for the others where it is asked for. */
export const placeBy = (
  secureWord: string,
  virtual: VirtualConfig,
  real: RealConfig,
  port: number,
): TcpPlace => ({ ...placeOf(virtual, real, port), ...encryptionOf(secureWord, virtual) });

/** @param secureWord the service that speaks TLS from the start, where there is one */
export function encryptionOf(secureWord: string | undefined, virtual: VirtualConfig): Pick<TcpPlace, 'tls'> {
  const { service, tls, virtualhost } = virtual;
  const atOnce = service === secureWord;
  if (!atOnce && tls?.starttls !== true) return {};
  const host = virtualhost !== undefined && { host: virtualhost };
  return { tls: { ...tlsTargetOf(virtual), ...host, ...(!atOnce && { asked: true }) } };
}

/** A PROXY header where the service has one. */
export const proxyProtocolOf = ({ proxyProtocol }: VirtualConfig): Pick<TcpPlace, 'proxyProtocol'> =>
  proxyProtocol === undefined ? {} : { proxyProtocol };

/** Of a check that speaks plain text. */
export const noTls: TlsTarget = { verify: false };

/** How a server is met by any check over TLS. */
export function tlsTargetOf({ sni, verify, caFile, tls, certificateExpiryDays }: VirtualConfig): TlsTarget {
  const { certFile, keyFile, minVersion, ciphers } = tls ?? {};
  return {
    ...(sni !== undefined && { sni }),
    verify,
    ...(verify && caFile !== undefined && { caFile }),
    ...(certFile !== undefined && { certFile }),
    // Without a certificate a key shows nothing.
    ...(certFile !== undefined && keyFile !== undefined && { keyFile }),
    ...(minVersion !== undefined && { minVersion }),
    ...(ciphers !== undefined && { ciphers }),
    ...(certificateExpiryDays !== undefined && { expiryDays: certificateExpiryDays }),
  };
}
