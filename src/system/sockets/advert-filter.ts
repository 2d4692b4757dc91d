// Which adverts reach a raw VRRP socket, as socket filters: what is decided in the kernel costs this process nothing.
// Known senders on our VRIDs come in whole; of the others one in so many, as the admission says. A raw IPv6 socket
// tells its reader neither hop limit nor destination, so there the filter refuses what is wrong in either.
// Source: RFC 9568 §5.1.1.3 and §5.1.2.3 (255), RFC 5082 (bounds for peers that are further away); docs/architecture.md.
import { type Ip, ipBytes } from '../../net/ip.ts';
import type { Admission } from '../../ports/datagram.ts';
import {
  accept,
  assemble,
  at,
  type FilterStep,
  goTo,
  ifEqual,
  ifGreater,
  LOAD_BYTE,
  LOAD_BYTE_BEHIND,
  LOAD_HEADER_LENGTH,
  LOAD_LENGTH,
  LOAD_WORD,
  load,
  NETWORK,
  reject,
  SUBTRACT_X,
  unlessAtLeast,
  unlessEqual,
  unlessSampled,
} from './socket-filter.ts';

/** Of packets from that peer; bounds included. */
export type HopLimitBounds = { readonly peer: Ip; readonly min: number; readonly max: number };

/** RFC 9568 §5.1.1.2: 224.0.0.18. */
const GROUP_INET = 0xe0000012;
const TTL = 8;
const SOURCE_INET = 12;
const DESTINATION_INET = 16;
const HOP_LIMIT = NETWORK + 7;
const SOURCE = NETWORK + 8;
const DESTINATION = NETWORK + 24;
const MULTICAST = 0xff;
/** Beyond that many addresses in one list the reader judges them. */
const addressesMax = 200;

/** The packet begins with its IPv4 header. @param group another one than RFC 9568's, and nothing but that */
export const advertFilterInet = (admission: Admission, group?: Ip): Uint8Array =>
  assemble([
    ...(group === undefined
      ? []
      : [load(LOAD_WORD, DESTINATION_INET), unlessEqual(wordOf(group), 'rejected')]),
    load(LOAD_HEADER_LENGTH),
    load(LOAD_LENGTH),
    load(SUBTRACT_X),
    unlessAtLeast(2, 'strange'),
    load(LOAD_WORD, DESTINATION_INET),
    ifEqual(group === undefined ? GROUP_INET : wordOf(group), 'group'),
    load(LOAD_BYTE_BEHIND, 1),
    ...admission.unicast.map((vrid) => ifEqual(vrid, 'unicast')),
    goTo('strange'),
    at('unicast'),
    ...ifOneOf(admission.peers, isInet, 'ours', 'strange'),
    at('group'),
    load(LOAD_BYTE, TTL),
    unlessEqual(255, 'strange'),
    load(LOAD_BYTE_BEHIND, 1),
    ...admission.group.map((vrid) => ifEqual(vrid, 'ours')),
    goTo('strange'),
    at('ours'),
    ...ifOneOf(admission.known, isInet, 'known', 'unknown'),
    ...verdicts(admission),
  ]);

/** To a group, and not from beyond a router. The packet begins with its message. */
export const multicastFilter = (admission?: Admission): Uint8Array =>
  assemble([
    load(LOAD_BYTE, HOP_LIMIT),
    unlessEqual(255, 'rejected'),
    load(LOAD_BYTE, DESTINATION),
    unlessEqual(MULTICAST, 'rejected'),
    ...(admission === undefined ? [accept] : ofOurs(admission, admission.group)),
    ...verdicts(admission),
  ]);

/** To this host alone, and within the bounds of its sender. Whoever has none passes: he is named by the reader. */
export const unicastFilter = (bounds: readonly HopLimitBounds[], admission?: Admission): Uint8Array =>
  assemble([
    load(LOAD_BYTE, DESTINATION),
    ifEqual(MULTICAST, 'rejected'),
    ...bounds.flatMap(peerRule),
    at('within'),
    ...(admission === undefined ? [accept] : ofOurs(admission, admission.unicast, admission.peers)),
    ...verdicts(admission),
  ]);

/** Ends for packets of the peer that are out of bounds; goes on behind itself for all others. */
const peerRule = ({ peer, min, max }: HopLimitBounds, index: number): readonly FilterStep[] => [
  ...isInet6(peer, `bounds ${index}`, `other ${index}`),
  at(`bounds ${index}`),
  load(LOAD_BYTE, HOP_LIMIT),
  unlessAtLeast(min, 'rejected'),
  ifGreater(max, 'rejected'),
  goTo('within'),
  at(`other ${index}`),
];

/** IPv6: by the VRID of the message. @param peers undefined: anybody may be one of ours. */
const ofOurs = (
  admission: Admission,
  vrids: readonly number[],
  peers?: readonly Ip[],
): readonly FilterStep[] => [
  load(LOAD_LENGTH),
  unlessAtLeast(2, 'strange'),
  load(LOAD_BYTE, 1),
  ...vrids.map((vrid) => ifEqual(vrid, 'vrid')),
  goTo('strange'),
  at('vrid'),
  ...(peers === undefined ? [] : ifOneOf(peers, isInet6, 'ours', 'strange')),
  at('ours'),
  ...ifOneOf(admission.known, isInet6, 'known', 'unknown'),
];

type SourceTest = (address: Ip, then: string, otherwise: string) => readonly FilterStep[];

/** Ends: goes to one of both. */
function ifOneOf(addresses: readonly Ip[], isFrom: SourceTest, then: string, otherwise: string) {
  if (addresses.length > addressesMax) return [goTo(then)];
  const tests = addresses.flatMap((address, index) => [
    ...isFrom(address, then, `${then} not ${index}`),
    at(`${then} not ${index}`),
  ]);
  return [...tests, goTo(otherwise)];
}

const isInet: SourceTest = (address, then) => [load(LOAD_WORD, SOURCE_INET), ifEqual(wordOf(address), then)];

/** Of IPv4. */
const wordOf = (address: Ip): number => wordsOf(address)[0] ?? 0;

const isInet6: SourceTest = (address, then, otherwise) => [
  ...wordsOf(address).flatMap((word, index) => [
    load(LOAD_WORD, SOURCE + 4 * index),
    unlessEqual(word, otherwise),
  ]),
  goTo(then),
];

const verdicts = (admission?: Admission): readonly FilterStep[] => [
  at('strange'),
  ...unlessSampled(admission?.strangeShift ?? 0, 'rejected'),
  accept,
  at('unknown'),
  ...unlessSampled(admission?.unknownShift ?? 0, 'rejected'),
  at('known'),
  accept,
  at('rejected'),
  reject,
];

function wordsOf(address: Ip): readonly number[] {
  const bytes = ipBytes(address);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: bytes.byteLength / 4 }, (_, index) => view.getUint32(4 * index));
}
