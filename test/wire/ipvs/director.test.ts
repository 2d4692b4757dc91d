import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SyncDaemon } from '../../../src/model/director.ts';
import { ip, ipFromBytes } from '../../../src/net/ip.ts';
import {
  decodeSyncDaemon,
  decodeTimeouts,
  encodeGetSyncDaemons,
  encodeGetTimeouts,
  encodeSetTimeouts,
  encodeStartSyncDaemon,
  encodeStopSyncDaemon,
} from '../../../src/wire/ipvs/director.ts';
import { encodeGeneric } from '../../../src/wire/netlink/genetlink.ts';
import { writeNested, writeText, writeU32 } from '../../../src/wire/netlink/netlink-attributes.ts';

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const golden = (text: string) => text.replaceAll(/\s/g, '');

const MASTER: SyncDaemon = {
  state: 'master',
  interface: 'eth1',
  syncId: 51,
  maxlen: 1400,
  group: ip('224.0.0.81'),
  port: 8848,
  ttl: 1,
};

const anyGroup = fc
  .oneof(fc.uint8Array({ minLength: 4, maxLength: 4 }), fc.uint8Array({ minLength: 16, maxLength: 16 }))
  .map((bytes) => ipFromBytes(bytes));
const anyDaemon: fc.Arbitrary<SyncDaemon> = fc.record({
  state: fc.constantFrom('master', 'backup'),
  interface: fc.stringMatching(/^[a-z0-9.]{1,15}$/),
  syncId: fc.integer({ min: 0, max: 255 }),
  maxlen: fc.integer({ min: 0, max: 65_535 }),
  group: anyGroup,
  port: fc.integer({ min: 1, max: 65_535 }),
  ttl: fc.integer({ min: 1, max: 255 }),
});

describe('timeouts', () => {
  it('sets those that are given, and names no other', () => {
    expect(hex(encodeSetTimeouts({ tcp: 900, udp: 300 }))).toBe(
      golden('0c010000 08000400 84030000 08000600 2c010000'),
    );
  });

  it('asks with GET_CONFIG, and reads what was set', () => {
    expect(hex(encodeGetTimeouts())).toBe('0d010000');
    const set = { tcp: 900, tcpfin: 120, udp: 300 };
    expect(decodeTimeouts(encodeSetTimeouts(set))).toEqual(set);
    expect(decodeTimeouts(encodeSetTimeouts({ tcp: 900 }))).toEqual({ tcp: 900, tcpfin: 0, udp: 0 });
  });
});

describe('sync daemons', () => {
  it('starts one with all of its parameters', () => {
    expect(hex(encodeStartSyncDaemon(MASTER))).toBe(
      golden(`09010000 40000380 08000100 01000000 09000200 65746831 00000000 08000300 33000000
        06000400 78050000 08000500 e0000051 06000700 90220000 05000800 01000000`),
    );
  });

  it('leaves the length to the kernel where it is 0', () => {
    const decoded = decodeSyncDaemon(encodeStartSyncDaemon({ ...MASTER, maxlen: 0 }));
    expect(decoded?.maxlen).toBe(0);
    expect(hex(encodeStartSyncDaemon({ ...MASTER, maxlen: 0 }))).not.toContain('06000400');
  });

  it('stops one by its state alone', () => {
    expect(hex(encodeStopSyncDaemon('backup'))).toBe(golden('0a010000 0c000380 08000100 02000000'));
    expect(hex(encodeGetSyncDaemons())).toBe('0b010000');
  });

  it('reads back what was asked for', () => {
    fc.assert(
      fc.property(anyDaemon, (daemon) => {
        expect(decodeSyncDaemon(encodeStartSyncDaemon(daemon))).toEqual(daemon);
      }),
    );
  });

  it('knows what a kernel before 4.3 does not say', () => {
    const old = encodeGeneric(9, 1, (writer) =>
      writeNested(writer, 3, () => {
        writeU32(writer, 1, 2);
        writeText(writer, 2, 'eth1');
        writeU32(writer, 3, 7);
      }),
    );
    expect(decodeSyncDaemon(old)).toEqual({
      ...{ state: 'backup', interface: 'eth1', syncId: 7, maxlen: 0 },
      ...{ group: '224.0.0.81', port: 8848, ttl: 1 },
    });
  });

  it('refuses every prefix of an answer without a throw', () => {
    const whole = encodeStartSyncDaemon(MASTER);
    for (let size = 0; size < whole.length; size += 1) {
      expect(decodeSyncDaemon(whole.subarray(0, size))).toBeUndefined();
    }
  });
});
