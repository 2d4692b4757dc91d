// Every question of the doctor as a frame, and every kind of answer to it: it is known again, and nobody else's is.
import { describe, expect, it } from 'vitest';
import { frameOf, matchAnswer } from '../../src/compose/doctor-shots.ts';
import type { Ask, Shot, Wrapping } from '../../src/doctor/probes/answers.ts';
import { ip } from '../../src/net/ip.ts';
import {
  decodeEthernet,
  decodeIpPacket,
  encodeIpFrame,
  encodeIpPacket,
} from '../../src/wire/packet/ethernet.ts';
import { decodeProbeAnswer } from '../../src/wire/packet/probe-answer.ts';
import { macOf } from '../make/doctor-answers.ts';

const numbering = { base: 0xff00, port: 62_000 };
const asks: readonly Ask[] = [{ kind: 'syn', port: 80 }, { kind: 'echo' }, { kind: 'echo', bytes: 1400 }];
const families = [
  ['10.7.0.1', '10.7.0.2', '10.9.0.2'],
  ['fd07::1', 'fd07::2', 'fd09::2'],
] as const;
const types = [undefined, 'ipip', 'gre', 'gue'] as const;

const shots = families.flatMap(([source, destination, to]) =>
  asks.flatMap((ask) =>
    types.map((type): Shot => {
      const wrapping: Wrapping | undefined = type && { type, port: 6080, from: ip(source), to: ip(to) };
      return {
        ...{ way: 'vip', target: ip(to), services: [], device: 'eth0', mac: macOf(3), ttl: 1, ask },
        ...{ source: ip(source), destination: ip(destination), ...(wrapping && { wrapping }) },
      };
    }),
  ),
);
const frames = shots.map((shot, id) => frameOf(shot, { id, numbering, from: macOf(1) }));
const packets = frames.map((frame) => decodeEthernet(frame)?.payload ?? new Uint8Array());
const matched = (frame: Uint8Array) => {
  const answer = decodeProbeAnswer(frame);
  return answer && matchAnswer(answer, 'eth0', { shots, numbering });
};

describe('a shot', () => {
  it.each(shots.map((shot, id) => [id, shot] as const))(
    '%i is a whole packet, and an error about it is known',
    (id, shot) => {
      const packet = packets[id] ?? new Uint8Array();
      const read = decodeIpPacket(packet);
      expect(read).toMatchObject({ source: shot.source, destination: shot.wrapping?.to ?? shot.destination });
      if (shot.ask.kind === 'echo' && shot.ask.bytes !== undefined && shot.wrapping === undefined)
        expect(packet.length).toBe(shot.ask.bytes);
      const isInet = !shot.source.includes(':');
      const error = Buffer.concat([Uint8Array.of(isInet ? 3 : 1, 2, 0, 0, 0, 0, 0, 0), packet]);
      const path = { source: ip(shot.target), destination: ip(shot.source), ttl: 64, number: 1 };
      const frame = encodeIpFrame(
        macOf(1),
        macOf(3),
        encodeIpPacket({ ...path, protocol: isInet ? 1 : 58 }, error),
      );
      expect(matched(frame)).toEqual({
        id,
        outcome: { fate: 'unreachable', from: macOf(3), device: 'eth0' },
      });
    },
  );

  it.each([
    [0x12, 'answered'],
    [0x14, 'reset'],
    [0x02, undefined],
    [0x10, undefined],
  ] as const)('of TCP, answered with flags %i', (flags, fate) => {
    const id = shots.findIndex(({ ask, wrapping }) => ask.kind === 'syn' && wrapping === undefined);
    const { source, destination } = shots[id] as Shot;
    const segment = Buffer.alloc(20);
    segment.writeUInt32BE(numbering.base * 0x10000 + id + 1, 8);
    segment[13] = flags;
    const answerFrom = (from: typeof source) =>
      encodeIpFrame(
        macOf(1),
        macOf(3),
        encodeIpPacket({ source: from, destination: source, protocol: 6, ttl: 64, number: 1 }, segment),
      );
    expect(matched(answerFrom(destination))?.outcome.fate).toBe(fate);
    // Not from whom was asked.
    expect(matched(answerFrom(ip('10.7.0.77')))).toBeUndefined();
  });
});
