// Decoders of bytes from the wire and from the kernel.
import { readAdvertPacket } from '../../../src/daemon/vrrp/adverts/read-packet.ts';
import { ip } from '../../../src/net/ip.ts';
import type { Mac } from '../../../src/net/mac.ts';
import { parseRoute, parseRule } from '../../../src/net/route.ts';
import { decodeHealthResponse } from '../../../src/wire/grpc-health.ts';
import { parseConnections } from '../../../src/wire/ipvs/connections.ts';
import { decodeSyncDaemon, decodeTimeouts } from '../../../src/wire/ipvs/director.ts';
import { decodeDestination, decodeService } from '../../../src/wire/ipvs/entries.ts';
import { decodeInfo, decodeListedDestination, decodeListedService } from '../../../src/wire/ipvs/listing.ts';
import { decodeSchedFlags } from '../../../src/wire/ipvs/sched-flags.ts';
import { readStartTlsResponse } from '../../../src/wire/ldap-start-tls.ts';
import { decodeFamily, decodeGeneric } from '../../../src/wire/netlink/genetlink.ts';
import { decodeAcknowledgement, decodeMessages } from '../../../src/wire/netlink/netlink.ts';
import {
  decodeAttributeList,
  decodeAttributes,
  readNested,
  readPort,
  readText,
  readU8,
  readU16,
  readU32,
  readU64,
} from '../../../src/wire/netlink/netlink-attributes.ts';
import { encodeMarkTable } from '../../../src/wire/nftables/nftables-marks.ts';
import { areMarkRules, decodeMarks } from '../../../src/wire/nftables/nftables-marks-read.ts';
import { isAsMade, tableOf } from '../../../src/wire/nftables/nftables-read.ts';
import {
  decodeArpReply,
  encodeGratuitousArp,
  encodeGratuitousArpFrame,
} from '../../../src/wire/packet/arp.ts';
import { encodeIpFrame, encodeIpPacket } from '../../../src/wire/packet/ethernet.ts';
import { decodeEchoReply, encodeEchoRequest } from '../../../src/wire/packet/icmp.ts';
import { decodeIpv4 } from '../../../src/wire/packet/ipv4.ts';
import { encodeIpv4 } from '../../../src/wire/packet/ipv4-header.ts';
import { decodeNeighbourAnswer, encodeNeighbourAdvertisement } from '../../../src/wire/packet/ndp.ts';
import { decodeProbeAnswer } from '../../../src/wire/packet/probe-answer.ts';
import {
  decodeAdvert,
  encodeAdvert,
  VRRP_GROUP_INET,
  VRRP_GROUP_INET6,
  VRRP_PROTOCOL,
} from '../../../src/wire/packet/vrrp.ts';
import { decodeAddress, decodeLink, encodeAddress } from '../../../src/wire/route/rtnetlink.ts';
import { encodeRoute, encodeRule } from '../../../src/wire/route/rtnetlink-route.ts';
import { decodeRoutes, decodeRule } from '../../../src/wire/route/rtnetlink-route-read.ts';
import { bytesTarget, type Target, textTarget } from '../target.ts';
import { hex, netlinkSamples } from './samples.ts';

const inet = { source: ip('10.9.0.1'), destination: VRRP_GROUP_INET, checksum: 'rfc9568' } as const;
const inet6 = { source: ip('fe80::1'), destination: VRRP_GROUP_INET6, checksum: 'rfc9568' } as const;
const mac = '02:aa:bb:cc:dd:ee' as Mac;
const router = { virtualRouterId: 7, priority: 150 };
const adverts = [
  encodeAdvert(
    { version: 3, intervalCs: 100, ...router, addresses: [ip('10.9.0.9'), ip('10.9.0.10')] },
    inet,
  ),
  encodeAdvert({ version: 3, intervalCs: 1, ...router, addresses: [ip('fe80::9'), ip('fd00::9')] }, inet6),
  encodeAdvert(
    {
      version: 2,
      intervalSec: 1,
      auth: { type: 'simple', password: 'secret' },
      ...router,
      addresses: [ip('10.9.0.9')],
    },
    inet,
  ),
];
const header = { ...inet, ttl: 255, protocol: VRRP_PROTOCOL, tos: 0xc0 };
const packets = adverts.map((advert) => encodeIpv4(header, advert));
const marks = encodeMarkTable('inet', [{ protocol: 'tcp', address: ip('10.0.0.1'), port: 80, mark: 1 }]).map(
  ({ payload }) => payload,
);
const routes = [
  '10.1.0.0/24 via 10.9.0.254 metric 5',
  'default via 10.9.0.254',
  'blackhole 10.2.0.0/16',
].flatMap((text) => {
  const route = parseRoute(text);
  return route === undefined ? [] : [encodeRoute(route, 3)];
});
const rules = ['from 10.1.0.0/24 lookup 100', 'to fd00::/64 lookup 7 priority 5'].flatMap((text) => {
  const rule = parseRule(text);
  return rule === undefined ? [] : [encodeRule(rule)];
});
const echo = { identifier: 7, sequence: 1, payload: Buffer.from('lvs') };
/** One that an echo request becomes on its way back. */
const replies = [
  Buffer.concat([
    encodeIpv4(
      { ...header, protocol: 1 },
      Buffer.concat([hex('0000'), encodeEchoRequest('inet', echo).subarray(2)]),
    ),
  ]),
  Buffer.concat([hex('8100'), encodeEchoRequest('inet6', echo).subarray(2)]),
];

/** Answers as they come off the wire, and an error that quotes a packet of ours. */
const asked = { ...inet, ttl: 64, number: 7 };
const frames = [
  { protocol: 6, payload: hex('0050ee48000000010000000850120000abcd0000') },
  { protocol: 1, payload: replies[0]?.subarray(20) ?? hex('') },
  {
    protocol: 1,
    payload: Buffer.concat([hex('0304000000000578'), encodeIpPacket({ ...asked, protocol: 6 }, hex('00'))]),
  },
  { protocol: VRRP_PROTOCOL, payload: adverts[0] ?? hex('') },
]
  .map(({ protocol, payload }) => encodeIpFrame(mac, mac, encodeIpPacket({ ...asked, protocol }, payload)))
  .concat([encodeGratuitousArpFrame(ip('10.9.0.9'), mac)]);

export const wireTargets: readonly Target[] = [
  bytesTarget('vrrp', ['decodeAdvert', 'readAdvertPacket'], [...adverts, ...packets], (bytes) => {
    const datagram = { bytes, source: inet.source, at: 0 };
    return [
      decodeAdvert(bytes, inet),
      decodeAdvert(bytes, inet6),
      readAdvertPacket(datagram, { family: 'inet' }, [inet.source]),
      readAdvertPacket({ ...datagram, source: inet6.source }, { family: 'inet6' }, []),
    ];
  }),
  bytesTarget('ipv4', ['decodeIpv4'], packets, decodeIpv4),
  bytesTarget('icmp', ['decodeEchoReply'], replies, (bytes) => [
    decodeEchoReply('inet', bytes),
    decodeEchoReply('inet6', bytes),
  ]),
  bytesTarget('arp', ['decodeArpReply'], [encodeGratuitousArp(ip('10.9.0.9'), mac)], decodeArpReply),
  bytesTarget(
    'ndp',
    ['decodeNeighbourAnswer'],
    [encodeNeighbourAdvertisement(ip('fe80::9'), mac)],
    decodeNeighbourAnswer,
  ),
  bytesTarget(
    'answers to probes',
    ['decodeProbeAnswer', 'decodeEthernet', 'decodeIpPacket', 'decodeSynAnswer', 'decodeIcmpError'],
    frames,
    decodeProbeAnswer,
  ),
  bytesTarget('netlink', ['decodeMessages', 'decodeAcknowledgement'], netlinkSamples, (bytes) => {
    const messages = decodeMessages(bytes);
    return [messages, messages?.map(decodeAcknowledgement)];
  }),
  bytesTarget(
    'attributes',
    [
      'decodeAttributes',
      'decodeAttributeList',
      'readU8',
      'readU16',
      'readPort',
      'readU32',
      'readU64',
      'readText',
      'readNested',
    ],
    [...marks, ...routes.map((route) => route.subarray(12))],
    (bytes) => {
      const values = [...(decodeAttributes(bytes)?.values() ?? [])];
      const readers = [
        readU8,
        readU16,
        readPort,
        readU32,
        readU64,
        readText,
        readNested,
        decodeAttributeList,
      ];
      return [decodeAttributeList(bytes), ...values.map((value) => readers.map((read) => read(value)))];
    },
  ),
  bytesTarget(
    'genetlink',
    ['decodeGeneric', 'decodeFamily'],
    netlinkSamples.map((message) => message.subarray(16)),
    (bytes) => [decodeGeneric(bytes), decodeFamily(bytes)],
  ),
  bytesTarget(
    'ipvs',
    [
      ...[
        'decodeService',
        'decodeDestination',
        'decodeListedService',
        'decodeListedDestination',
        'decodeInfo',
      ],
      ...['decodeTimeouts', 'decodeSyncDaemon'],
    ],
    netlinkSamples.map((message) => message.subarray(16)),
    (bytes) => [
      ...[decodeService, decodeListedService, decodeInfo, decodeTimeouts, decodeSyncDaemon].map((decode) =>
        decode(bytes),
      ),
      ...(['inet', 'inet6'] as const).flatMap((family) => [
        decodeDestination(bytes, family),
        decodeListedDestination(bytes, family),
      ]),
    ],
  ),
  bytesTarget('scheduler flags', ['decodeSchedFlags'], [hex('00000018')], (bytes) =>
    ['sh', 'mh', 'rr', ''].map((name) =>
      decodeSchedFlags(name, Buffer.concat([bytes, hex('00000000')]).readUInt32BE()),
    ),
  ),
  bytesTarget('nftables', ['decodeMarks'], marks, (bytes) => [
    decodeMarks([bytes]),
    areMarkRules('inet', [bytes], [bytes]),
    tableOf(bytes),
    isAsMade([], 'x', { rules: [bytes], chains: [bytes] }),
  ]),
  bytesTarget(
    'rtnetlink',
    ['decodeLink', 'decodeAddress', 'decodeRoutes', 'decodeRule'],
    [
      ...[...routes, ...rules],
      encodeAddress({
        address: ip('10.9.0.9'),
        prefixLength: 24,
        interfaceIndex: 3,
        label: 'eth0:1',
        validLifetime: 4,
      }),
      hex(
        '0000010003000000431001000000000009000300657468300000000008000400dc05000005001000060000000a00010002aabbccddee0000',
      ),
    ],
    (bytes) => [decodeLink(bytes), decodeAddress(bytes), decodeRoutes(bytes), decodeRule(bytes)],
  ),
  bytesTarget('LDAP StartTLS', ['readStartTlsResponse'], [hex('300c02010178070a010004000400')], (bytes) =>
    readStartTlsResponse(Buffer.from(bytes)),
  ),
  bytesTarget('grpc', ['decodeHealthResponse'], [hex('00000000020801')], decodeHealthResponse),
  textTarget(
    'connections',
    ['parseConnections'],
    [
      'Pro FromIP   FPrt ToIP     TPrt DestIP   DPrt State       Expires PEName PEData\nTCP 0A090001 9C40 0A090009 0050 0A090003 0050 ESTABLISHED     899\n',
    ],
    parseConnections,
  ),
];
