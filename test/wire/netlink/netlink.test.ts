import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decodeFamily,
  decodeGeneric,
  encodeGeneric,
  encodeGetFamily,
} from '../../../src/wire/netlink/genetlink.ts';
import {
  decodeAcknowledgement,
  decodeMessages,
  encodeMessage,
  NLMSG_DONE,
  NLMSG_ERROR,
} from '../../../src/wire/netlink/netlink.ts';
import {
  decodeAttributes,
  readNested,
  readText,
  readU16,
  readU32,
  writeAttribute,
  writeNested,
  writeText,
  writeU16,
  writeU32,
} from '../../../src/wire/netlink/netlink-attributes.ts';
import { createWriter } from '../../../src/wire/writer.ts';

const hex = (text: string) => new Uint8Array(Buffer.from(text.replaceAll(/\s/g, ''), 'hex'));
const message = fc.record({
  type: fc.nat(0xffff),
  flags: fc.nat(0xffff),
  sequence: fc.nat(0xffff_ffff),
  portId: fc.nat(0xffff_ffff),
  payload: fc.uint8Array({ maxLength: 40 }),
});

/** What a Linux 6.1 answered to CTRL_CMD_GETFAMILY of a name it does not have, cut to its first attributes. */
const FAMILY_ANSWER = hex(`
  58000000 1000 0000 01000000 57030008 01020000
  09000200 49505653 00000000 06000100 1c000000 08000300 01000000 08000400 00000000 08000500 06000000
  18000600 14000100 08000100 01000000 08000200 0b000000`);
const ADDRESS_NOT_FOUND = hex(`
  40000000 0200 0003 07000000 57030008 9dffffff 34000000 1500 0500 07000000 57030008
  1c000100 69707634 3a204164 64726573 73206e6f 7420666f 756e6400`);

describe('netlink messages', () => {
  it('come back as they were sent, several in a datagram, each at a multiple of four', () => {
    fc.assert(
      fc.property(fc.array(message, { maxLength: 5 }), (messages) => {
        const datagram = Buffer.concat(messages.map(encodeMessage));
        expect(datagram.length % 4).toBe(0);
        expect(decodeMessages(datagram)?.map((m) => ({ ...m, payload: [...m.payload] }))).toEqual(
          messages.map((m) => ({ ...m, payload: [...m.payload] })),
        );
      }),
    );
  });

  it('are refused in every truncation, without a throw', () => {
    for (const whole of [FAMILY_ANSWER, ADDRESS_NOT_FOUND]) {
      expect(decodeMessages(whole)).toHaveLength(1);
      for (let length = 1; length < whole.length; length += 1) {
        expect(decodeMessages(whole.subarray(0, length)), `${length} bytes`).toBeUndefined();
      }
    }
  });

  it('are refused where the length is less than the header', () => {
    const whole = encodeMessage({ type: 1, flags: 0, sequence: 1, portId: 1, payload: new Uint8Array(4) });
    whole[0] = 15;
    expect(decodeMessages(whole)).toBeUndefined();
  });

  it('never throw, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        for (const found of decodeMessages(bytes) ?? []) decodeAcknowledgement(found);
        decodeGeneric(bytes);
        decodeAttributes(bytes);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('netlink attributes', () => {
  it('come back as they were written, nested ones too', () => {
    fc.assert(
      fc.property(fc.nat(0xffff), fc.nat(0xffff_ffff), fc.stringMatching(/^[a-z]{0,9}$/), (a, b, text) => {
        const writer = createWriter(8);
        writeNested(writer, 7, () => {
          writeU16(writer, 1, a);
          writeU32(writer, 2, b);
          writeText(writer, 3, text);
        });
        const inner = readNested(decodeAttributes(writer.written())?.get(7));
        expect([readU16(inner?.get(1)), readU32(inner?.get(2)), readText(inner?.get(3))]).toEqual([
          a,
          b,
          text,
        ]);
      }),
    );
  });

  it('of types that nobody knows are carried as bytes', () => {
    const writer = createWriter();
    writeAttribute(writer, 999, Uint8Array.of(1, 2, 3));
    writeU16(writer, 1, 5);
    expect([...(decodeAttributes(writer.written())?.get(999) ?? [])]).toEqual([1, 2, 3]);
  });

  it('are refused where one claims more than there is, or less than its own header', () => {
    expect(decodeAttributes(hex('0900 0100 aabbccdd'))).toBeUndefined();
    expect(decodeAttributes(hex('0300 0100'))).toBeUndefined();
    expect(decodeAttributes(hex('0000 0000'))).toBeUndefined();
    expect(decodeAttributes(hex('0800 01'))).toBeUndefined();
  });

  it('of another size than the number asked for give no number', () => {
    expect(readU16(Uint8Array.of(1))).toBeUndefined();
    expect(readU32(Uint8Array.of(1, 2))).toBeUndefined();
    expect(readU32(undefined)).toBeUndefined();
  });
});

describe('acknowledgements', () => {
  const error = (payload: Uint8Array, flags = 0, type = NLMSG_ERROR) =>
    decodeAcknowledgement({ type, flags, sequence: 1, portId: 1, payload });

  it('carry the errno and the sentence of the kernel (NLMSGERR_ATTR_MSG)', () => {
    const [received] = decodeMessages(ADDRESS_NOT_FOUND) ?? [];
    expect(received && decodeAcknowledgement(received)).toEqual({
      errno: 99,
      message: 'ipv4: Address not found',
    });
  });

  it('carry the offset of the offending attribute (NLMSGERR_ATTR_OFFS)', () => {
    const offset = hex('eaffffff 10000000 00000000 00000000 00000000 08000200 24000000');
    expect(error(offset, 0x300)).toEqual({ errno: 22, offset: 36 });
  });

  it('skip the quoted request to find the attributes where it is quoted in full', () => {
    const quoted = hex('eaffffff 14000000 00000000 00000000 00000000 deadbeef 06000100 6e6f0000');
    expect(error(quoted, 0x200)).toEqual({ errno: 22, message: 'no' });
  });

  it('of a dump are its end, with an errno of its own', () => {
    expect(error(hex('00000000'), 2, NLMSG_DONE)).toEqual({ errno: 0 });
    expect(error(hex('f0ffffff'), 2, NLMSG_DONE)).toEqual({ errno: 16 });
  });

  it('are refused where truncated, and none at all for other messages', () => {
    expect(error(hex('00000000 10000000'))).toBeUndefined();
    expect(error(hex('0000'), 0, NLMSG_DONE)).toBeUndefined();
    expect(error(hex('00000000'), 0, 28)).toBeUndefined();
  });
});

describe('generic netlink', () => {
  it('asks for a family as ipvsadm does', () => {
    expect(Buffer.from(encodeGetFamily('IPVS')).toString('hex')).toBe(
      '03020000090002004950565300000000'.toLowerCase(),
    );
  });

  it('finds the number of the family in the answer', () => {
    const [answer] = decodeMessages(FAMILY_ANSWER) ?? [];
    expect(answer && decodeFamily(answer.payload)).toEqual({ id: 28, name: 'IPVS' });
  });

  it('reads back command and version', () => {
    expect(decodeGeneric(encodeGeneric(4, 1))).toEqual({ command: 4, version: 1, attributes: new Map() });
  });
});
