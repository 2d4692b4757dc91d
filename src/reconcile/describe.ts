// One operation as the ipvsadm command that would do the same, for logs and error messages: what an
// administrator reads there can be pasted behind `ipvsadm`. Source: ipvsadm(8), 1.31.

import {
  type Destination,
  type Forward,
  type Operation,
  type Protocol,
  type ServiceId,
  serviceFamily,
  type Tunnel,
  type VirtualService,
} from '../model/ipvs.ts';
import { formatEndpoint } from '../net/endpoint.ts';
import { formatNetmask } from '../net/prefix.ts';
import { hostPrefix } from './canonical.ts';

/** "-e -t 192.168.6.240:80 -r 192.168.6.2:80 -g -w 0 (was -g -w 5)" */
export function describeOperation(operation: Operation): string {
  switch (operation.type) {
    case 'addService':
      return `-A ${serviceName(operation.service.id)} ${describeService(operation.service)}`;
    case 'editService': {
      const [after, before] = [describeService(operation.service), describeService(operation.before)];
      return `-E ${serviceName(operation.service.id)} ${after} (was ${before})`;
    }
    case 'deleteService':
      return `-D ${serviceName(operation.service.id)}`;
    case 'addDestination':
      return `-a ${destinationName(operation)} ${describeDestination(operation.destination)}`;
    case 'editDestination': {
      const [after, before] = [
        describeDestination(operation.destination),
        describeDestination(operation.before),
      ];
      return `-e ${destinationName(operation)} ${after} (was ${before})`;
    }
    case 'deleteDestination':
      return `-d ${destinationName(operation)}`;
  }
}

/** "-s wlc -p 300" */
export function describeService(service: VirtualService): string {
  const words = [`-s ${service.scheduler}`];
  if (service.schedFlags.length > 0) words.push(`-b ${service.schedFlags.join(',')}`);
  if (service.persistenceSec !== undefined) words.push(`-p ${service.persistenceSec}`);
  if (service.persistencePrefix !== hostPrefix(service.id)) words.push(`-M ${granularity(service)}`);
  if (service.persistenceEngine !== undefined) words.push(`--pe ${service.persistenceEngine}`);
  if (service.ops) words.push('-o');
  return words.join(' ');
}

const forwardOption: Readonly<Record<string, string>> = {
  gate: '-g',
  masq: '-m',
  ipip: '-i',
} satisfies Record<Forward, string>;

/** "-g -w 5 -x 100 -y 50"; of a kind that no tool can say its number: "--method-4 -w 5". */
export function describeDestination(destination: Destination): string {
  const { forward, tunnel } = destination;
  const words = [forwardOption[forward] ?? `--${forward}`];
  if (tunnel !== undefined) words.push(describeTunnel(tunnel));
  words.push(`-w ${destination.weight}`);
  if (destination.upperThreshold > 0) words.push(`-x ${destination.upperThreshold}`);
  if (destination.lowerThreshold > 0) words.push(`-y ${destination.lowerThreshold}`);
  return words.join(' ');
}

/** "--tun-type gue --tun-port 6080 --tun-nocsum" */
export function describeTunnel({ type, port, checksum }: Tunnel): string {
  const words = [`--tun-type ${type}`];
  if (port > 0) words.push(`--tun-port ${port}`);
  return [...words, `--tun-${checksum}`].join(' ');
}

const protocolOption: Readonly<Record<string, string>> = {
  tcp: '-t',
  udp: '-u',
  sctp: '--sctp-service',
} satisfies Record<Protocol, string>;

export function serviceName(id: ServiceId): string {
  if (id.kind === 'address') {
    return `${protocolOption[id.protocol] ?? `--${id.protocol}`} ${formatEndpoint(id)}`;
  }
  return id.family === 'inet6' ? `-f ${id.fwmark} -6` : `-f ${id.fwmark}`;
}

const destinationName = (operation: {
  readonly service: ServiceId;
  readonly destination: Destination;
}): string => `${serviceName(operation.service)} -r ${formatEndpoint(operation.destination)}`;

/** A netmask in IPv4, a prefix length in IPv6, as `ipvsadm -M` wants it. */
const granularity = ({ id, persistencePrefix }: VirtualService): string =>
  serviceFamily(id) === 'inet6' ? String(persistencePrefix) : formatNetmask(persistencePrefix);
