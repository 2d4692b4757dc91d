// The checks of text protocols, datagrams, files and agents, out of a service's configuration. ldirectord puts a
// slash before every request; where none belongs it is taken off here, as ldirectord's checks do.
import type { RealConfig, VirtualConfig } from '../../model/config/service.ts';
import type { AgentTarget, HttpProxyTarget, TcpPlace, TextTarget } from '../../model/text-check.ts';
import { tlsTargetOf } from './http.ts';

/** How ldirectord names itself in EHLO. */
const heloName = 'localhost.localdomain';

/** keepalived's limits of a UDP reply. */
const replyBytes = { min: 0, max: 255 };

/** Without an ICMP error for so long a datagram counts as taken; but never for more than half of the deadline. */
const quietMsMax = 1000;

/** @returns undefined for a service that is none of these. */
export function textTargetOf(
  virtual: VirtualConfig,
  real: RealConfig,
  port: number,
): TextTarget | HttpProxyTarget | undefined {
  const { login, passwd } = virtual;
  const place = placeOf(virtual, real, port);
  const secure = { ...place, tls: tlsOf(virtual) };
  switch (virtual.service) {
    case 'smtp':
    case 'submission':
      return { kind: 'smtp', ...place, heloName: virtual.heloName ?? heloName };
    case 'pop':
    case 'pops':
      return { kind: 'pop', ...(virtual.service === 'pops' ? secure : place), login, passwd };
    case 'imap':
    case 'imaps':
      return { kind: 'imap', ...(virtual.service === 'imaps' ? secure : place), login, passwd };
    case 'nntp':
      return { kind: 'nntp', ...place };
    case 'ftp':
      return {
        kind: 'ftp',
        ...place,
        login,
        passwd,
        path: requestOf(virtual, real),
        ...receiveOf(virtual, real),
      };
    case 'simpletcp': {
      const request = bareRequestOf(virtual, real).replaceAll('\\n', '\n');
      return { kind: 'simpletcp', ...place, request, ...receiveOf(virtual, real) };
    }
    case 'http_proxy':
      return {
        kind: 'http-proxy',
        ...place,
        url: bareRequestOf(virtual, real),
        method: virtual.httpmethod === 'HEAD' ? 'HEAD' : 'GET',
        ...receiveOf(virtual, real),
      };
    case 'sip':
      return { kind: 'sip', transport: transportOf(virtual), address: real.address, port, login };
    case 'udp':
      return udpTargetOf(virtual, real, port);
    case 'file':
      return { kind: 'file', path: virtual.checkfile ?? '' };
    case 'agent':
      return agentTargetOf(virtual, real, port);
    default:
      return undefined;
  }
}

export const agentTargetOf = (virtual: VirtualConfig, real: RealConfig, port: number): AgentTarget => ({
  kind: 'agent',
  ...placeOf(virtual, real, port),
  request: (virtual.agentSend ?? '').replaceAll('\\n', '\n'),
});

/** A PROXY header where the service has one; for every check over TCP. */
export const proxyProtocolOf = ({ proxyProtocol }: VirtualConfig): Pick<TcpPlace, 'proxyProtocol'> =>
  proxyProtocol === undefined ? {} : { proxyProtocol };

const placeOf = (virtual: VirtualConfig, { address }: RealConfig, port: number): TcpPlace => ({
  address,
  port,
  ...proxyProtocolOf(virtual),
});

const tlsOf = (virtual: VirtualConfig): NonNullable<TcpPlace['tls']> => ({
  ...tlsTargetOf(virtual),
  ...(virtual.virtualhost !== undefined && { host: virtual.virtualhost }),
});

function udpTargetOf(virtual: VirtualConfig, { address }: RealConfig, port: number): TextTarget {
  const { udp = {}, negotiatetimeoutMs } = virtual;
  return {
    kind: 'udp',
    address,
    port,
    payload: udp.payload ?? '',
    ...(udp.requireReply !== undefined && { requireReply: udp.requireReply }),
    replyBytesMin: udp.replyBytesMin ?? replyBytes.min,
    replyBytesMax: udp.replyBytesMax ?? replyBytes.max,
    quietMs: Math.min(quietMsMax, Math.floor(negotiatetimeoutMs / 2)),
  };
}

/** As ldirectord, by the protocol of the service. */
const transportOf = ({ id }: VirtualConfig): 'udp' | 'tcp' =>
  id.kind === 'address' && id.protocol === 'udp' ? 'udp' : 'tcp';

const requestOf = (virtual: VirtualConfig, real: RealConfig): string => real.request ?? virtual.request;

const bareRequestOf = (virtual: VirtualConfig, real: RealConfig): string =>
  requestOf(virtual, real).replace(/^\//, '');

function receiveOf(virtual: VirtualConfig, real: RealConfig): { readonly receive?: string } {
  const receive = real.receive ?? virtual.receive;
  return receive === '' ? {} : { receive };
}
