// The socket filters of VRRP, run on a machine for BPF: they let in what the process itself would call known, and of
// the rest no more than the admission says. That the kernel agrees is test/lab/vrrp/flood.net.test.ts.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { classOf } from '../../../src/daemon/vrrp/adverts/admission.ts';
import { type Ip, ip } from '../../../src/net/ip.ts';
import type { Admission } from '../../../src/ports/datagram.ts';
import {
  advertFilterInet,
  multicastFilter,
  unicastFilter,
} from '../../../src/system/sockets/advert-filter.ts';
import { encodeIpv4 } from '../../../src/wire/packet/ipv4-header.ts';
import { encodeIpv6 } from '../../../src/wire/packet/ipv6-header.ts';
import { runFilter } from './bpf.ts';

const vrids = fc.uniqueArray(fc.integer({ min: 1, max: 255 }), { maxLength: 255 });
const fewVrids = fc.integer({ min: 0, max: 8 });
/** Few, so that they meet. */
const inet = fc.integer({ min: 1, max: 12 }).map((last) => ip(`10.9.0.${last}`));
const inet6 = fc.integer({ min: 1, max: 12 }).map((last) => ip(`fe80::${last}:0:0:1`));

const admissionOf = (address: fc.Arbitrary<Ip>): fc.Arbitrary<Admission> =>
  fc.record({
    group: fc.oneof(vrids, fc.uniqueArray(fc.integer({ min: 1, max: 8 }), { maxLength: 4 })),
    unicast: fc.oneof(vrids, fc.uniqueArray(fc.integer({ min: 1, max: 8 }), { maxLength: 4 })),
    peers: fc.uniqueArray(address, { maxLength: 6 }),
    known: fc.uniqueArray(address, { maxLength: 6 }),
    unknownShift: fc.constantFrom(0, 4),
    strangeShift: fc.constantFrom(0, 7, 16),
  });

/** Whether a sample of that class comes in with that random number. */
function expected(admission: Admission, head: Parameters<typeof classOf>[0], random: number): boolean {
  const shift = { known: 0, unknown: admission.unknownShift, strange: admission.strangeShift };
  return random % 2 ** shift[classOf(head, admission)] === 0;
}

const randoms = fc.oneof(fc.constant(0), fc.constantFrom(16, 128, 65_536), fc.nat());

describe('the filter of the IPv4 socket', () => {
  it('agrees with what the process thinks of any packet', () => {
    fc.assert(
      fc.property(
        admissionOf(inet),
        fc.record({
          source: inet,
          isGroup: fc.boolean(),
          ttl: fc.constantFrom(255, 254, 1),
          payload: fc.oneof(
            fc.tuple(fc.constantFrom(0x31, 0x21), fewVrids).map((bytes) => Uint8Array.from(bytes)),
            fc.uint8Array({ minLength: 0, maxLength: 3 }),
          ),
          random: randoms,
        }),
        (admission, { source, isGroup, ttl, payload, random }) => {
          const destination = ip(isGroup ? '224.0.0.18' : '10.9.0.1');
          const bytes = encodeIpv4({ source, destination, protocol: 112, ttl, tos: 0 }, payload);
          const vrid = payload[1];
          const head = {
            ...{ source, ttl, destination: isGroup ? ('multicast' as const) : ('unicast' as const) },
            ...(vrid !== undefined && { virtualRouterId: vrid }),
          };
          const isIn = runFilter(advertFilterInet(admission), { bytes, network: bytes, random });
          expect(isIn).toBe(expected(admission, head, random));
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('of a group of its own lets in what goes there, as that of the common group, and nothing else', () => {
    const own = ip('224.0.0.99');
    const admission = { group: [5], unicast: [6], peers: [], known: [], unknownShift: 0, strangeShift: 0 };
    const isIn = (destination: string, vrid: number) => {
      const header = {
        source: ip('10.9.0.2'),
        destination: ip(destination),
        protocol: 112,
        ttl: 255,
        tos: 0,
      };
      const bytes = encodeIpv4(header, Uint8Array.of(0x21, vrid, 100, 1));
      return runFilter(advertFilterInet(admission, own), { bytes, network: bytes, random: 0 });
    };
    expect(isIn('224.0.0.99', 5)).toBe(true);
    // Strange, and told as such by the socket that it came to.
    expect(isIn('224.0.0.99', 7)).toBe(true);
    expect(isIn('224.0.0.18', 5)).toBe(false);
    expect(isIn('10.9.0.1', 6)).toBe(false);
  });

  it('takes every list at its longest within what the kernel allows', () => {
    const all = Array.from({ length: 255 }, (_, i) => i + 1);
    const addresses = Array.from({ length: 400 }, (_, i) => ip(`10.${i >> 8}.${i & 255}.1`));
    const addresses6 = addresses.map((_, i) => ip(`fd00::${i}:1`));
    const ofMany = { group: all, unicast: all, unknownShift: 4, strangeShift: 4 };
    const longest = [
      advertFilterInet({ ...ofMany, peers: addresses.slice(0, 200), known: addresses.slice(0, 200) }),
      advertFilterInet({ ...ofMany, peers: addresses, known: addresses }),
      multicastFilter({ ...ofMany, peers: addresses6.slice(0, 200), known: addresses6.slice(0, 200) }),
    ];
    // BPF_MAXINSNS
    for (const program of longest) expect(program.byteLength / 8).toBeLessThanOrEqual(4096);
  });
});

describe('the filters of the IPv6 sockets', () => {
  const packets = fc.record({
    source: inet6,
    isGroup: fc.boolean(),
    hopLimit: fc.constantFrom(255, 254, 64, 1),
    payload: fc.oneof(
      fc.tuple(fc.constant(0x31), fewVrids).map((bytes) => Uint8Array.from(bytes)),
      fc.uint8Array({ minLength: 0, maxLength: 3 }),
    ),
    random: randoms,
  });
  type Packet = typeof packets extends fc.Arbitrary<infer T> ? T : never;
  const offered = ({ source, isGroup, hopLimit, payload, random }: Packet) => {
    const destination = ip(isGroup ? 'ff02::12' : 'fe80::ffff');
    const header = { source, destination, nextHeader: 112, hopLimit, trafficClass: 0 };
    return { bytes: payload, network: encodeIpv6(header, payload), random };
  };
  const headOf = ({ source, isGroup, payload }: Packet) => ({
    ...{ source, destination: isGroup ? ('multicast' as const) : ('unicast' as const) },
    ...(payload[1] !== undefined && { virtualRouterId: payload[1] }),
  });

  it('for the group: nothing from beyond a router, the rest as the process thinks', () => {
    fc.assert(
      fc.property(admissionOf(inet6), packets, (admission, packet) => {
        const isIn = runFilter(multicastFilter(admission), offered(packet));
        const isRight = packet.isGroup && packet.hopLimit === 255;
        expect(isIn).toBe(isRight && expected(admission, headOf(packet), packet.random));
        expect(runFilter(multicastFilter(), offered(packet))).toBe(isRight);
      }),
      { numRuns: 1000 },
    );
  });

  it('for peers: each within its bounds, the rest as the process thinks', () => {
    const bounds = fc.uniqueArray(inet6, { maxLength: 4 });
    fc.assert(
      fc.property(admissionOf(inet6), bounds, packets, (admission, peers, packet) => {
        const limits = peers.map((peer) => ({ peer, min: 60, max: 64 }));
        const isWithin = !peers.includes(packet.source) || packet.hopLimit === 64;
        const isRight = !packet.isGroup && isWithin;
        const isIn = runFilter(unicastFilter(limits, admission), offered(packet));
        expect(isIn).toBe(isRight && expected(admission, headOf(packet), packet.random));
      }),
      { numRuns: 1000 },
    );
  });
});
