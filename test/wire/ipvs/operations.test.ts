import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Destination, Operation, VirtualService } from '../../../src/model/ipvs.ts';
import { ip } from '../../../src/net/ip.ts';
import { decodeDestination, decodeService } from '../../../src/wire/ipvs/entries.ts';
import {
  encodeGetDestinations,
  encodeGetServices,
  encodeOperation,
} from '../../../src/wire/ipvs/operations.ts';
import { anyDestination, anyOperation, anyService, anyServiceId } from '../../make/model-arbitraries.ts';

const hex = (text: string) => new Uint8Array(Buffer.from(text.replaceAll(/\s/g, ''), 'hex'));
const encoded = (operation: Operation) => Buffer.from(encodeOperation(operation)).toString('hex');
const golden = (text: string) => text.replaceAll(/\s/g, '');

const WEB: VirtualService = {
  id: { kind: 'address', protocol: 'tcp', address: ip('192.168.6.240'), port: 80 },
  scheduler: 'sh',
  schedFlags: ['sh-fallback', 'sh-port'],
  persistenceSec: 360,
  persistencePrefix: 24,
  ops: false,
};
const REAL: Destination = {
  address: ip('192.168.6.2'),
  port: 8080,
  forward: 'masq',
  weight: 5,
  upperThreshold: 100,
  lowerThreshold: 80,
};
const NO_COUNTERS = { activeConnections: 0, inactiveConnections: 0, persistentClients: 0, connections: 0 };

/** Dump entries of a Linux 6.1 for a table that ipvsadm 1.31 had written, statistics cut to the first. */
const SERVICE_ENTRY = hex(`
  01010000 60000100 06000100 02000000 06000200 06000000 14000300 c0a806f0 00000000 00000000 00000000
  06000400 00500000 07000600 73680000 0c000700 1b000000 ffffffff 08000800 68010000 08000900 ffffff00
  0c000a00 08000100 09000000`);
const DESTINATION_ENTRY = hex(`
  05010000 94000200 14000100 fd000000 00000000 00000000 00000009 06000200 01bb0000 08000300 02010000
  08000400 03000000 05000d00 01000000 06000e00 17c00000 06000f00 00000000 08000500 07000000 08000600 06000000
  08000700 02000000 08000800 03000000 08000900 04000000 06000b00 0a000000 0c000a00 08000100 09000000
  10000c00 0c000100 00000000 01000000`);

// But for the mask of the flags: ipvsadm sets those too that it does not know.
describe('operations, byte for byte what ipvsadm 1.31 sends', () => {
  it('add a service: IPv4, persistent, with scheduler flags and a netmask', () => {
    expect(encoded({ type: 'addService', service: WEB })).toBe(
      golden(`01010000 54000180 06000100 02000000 06000200 06000000 14000300 c0a806f0 00000000 00000000 00000000
        06000400 00500000 07000600 73680000 0c000700 19000000 3d000000 08000800 68010000 08000900 ffffff00`),
    );
  });

  it('add a service: UDP, one packet, with a persistence engine', () => {
    const service: VirtualService = {
      id: { kind: 'address', protocol: 'udp', address: ip('10.0.0.1'), port: 5060 },
      scheduler: 'rr',
      schedFlags: [],
      persistenceSec: 60,
      persistencePrefix: 32,
      persistenceEngine: 'sip',
      ops: true,
    };
    expect(encoded({ type: 'addService', service })).toBe(
      golden(`01010000 5c000180 06000100 02000000 06000200 11000000 14000300 0a000001 00000000 00000000 00000000
        06000400 13c40000 07000600 72720000 08000b00 73697000 0c000700 05000000 3d000000 08000800 3c000000
        08000900 ffffffff`),
    );
  });

  it('add a service: a firewall mark of IPv6, its granularity a prefix length', () => {
    const service: VirtualService = {
      id: { kind: 'fwmark', family: 'inet6', fwmark: 7 },
      scheduler: 'mh',
      schedFlags: ['mh-port'],
      persistenceSec: 300,
      persistencePrefix: 64,
      ops: false,
    };
    expect(encoded({ type: 'addService', service })).toBe(
      golden(`01010000 38000180 06000100 0a000000 08000500 07000000 07000600 6d680000 0c000700 11000000 3d000000
        08000800 2c010000 08000900 40000000`),
    );
  });

  it('edit a service: IPv6, not persistent, flag-3 of a scheduler without names', () => {
    const service: VirtualService = {
      id: { kind: 'address', protocol: 'tcp', address: ip('fd00::1'), port: 443 },
      scheduler: 'wrr',
      schedFlags: ['flag-3'],
      persistencePrefix: 128,
      ops: false,
    };
    expect(encoded({ type: 'editService', service, before: service })).toBe(
      golden(`02010000 54000180 06000100 0a000000 06000200 06000000 14000300 fd000000 00000000 00000000 00000001
        06000400 01bb0000 08000600 77727200 0c000700 20000000 3d000000 08000800 00000000 08000900 80000000`),
    );
  });
});

describe('operations', () => {
  const key = `30000180 06000100 02000000 06000200 06000000 14000300 c0a806f0 00000000 00000000 00000000
    06000400 00500000`;
  const real = '06000b00 02000000 14000100 c0a80602 00000000 00000000 00000000 06000200 1f900000';
  const rest = '08000300 00000000 08000400 05000000 08000500 64000000 08000600 50000000';

  it('say the tunnel of a destination that has one', () => {
    const tunnel = { type: 'gue', port: 6080, checksum: 'remcsum' } as const;
    const destination: Destination = { ...REAL, forward: 'ipip', tunnel };
    expect(encoded({ type: 'addDestination', service: WEB.id, destination })).toBe(
      golden(`05010000 ${key} 60000280 ${real} 08000300 02000000 08000400 05000000 05000d00 01000000 06000e00 17c00000
        06000f00 02000000 08000500 64000000 08000600 50000000`),
    );
  });

  it('name a destination by its service and itself, and say all of it on add and edit', () => {
    const destination = { service: WEB.id, destination: REAL };
    expect(encoded({ type: 'addDestination', ...destination })).toBe(
      golden(`05010000 ${key} 48000280 ${real} ${rest}`),
    );
    expect(encoded({ type: 'editDestination', ...destination, before: REAL })).toBe(
      golden(`06010000 ${key} 48000280 ${real} ${rest}`),
    );
    expect(encoded({ type: 'deleteDestination', ...destination })).toBe(
      golden(`07010000 ${key} 28000280 ${real}`),
    );
  });

  it('delete a service by its identity', () => {
    expect(encoded({ type: 'deleteService', service: WEB })).toBe(golden(`03010000 ${key}`));
  });

  it('ask for services, and for the destinations of one', () => {
    expect(Buffer.from(encodeGetServices()).toString('hex')).toBe('04010000');
    expect(Buffer.from(encodeGetDestinations(WEB.id)).toString('hex')).toBe(golden(`08010000 ${key}`));
  });

  it('refuse what no attribute can hold, and flags that a scheduler does not have', () => {
    const destination = { ...REAL, weight: -1 };
    expect(() => encodeOperation({ type: 'addDestination', service: WEB.id, destination })).toThrow(
      RangeError,
    );
    const service = { ...WEB, schedFlags: ['mh-port'] };
    expect(() => encodeOperation({ type: 'addService', service })).toThrow(
      'Cannot encode scheduler flag: expected a flag of sh or flag-1 to flag-3, got mh-port',
    );
  });
});

describe('entries', () => {
  it('of services lose the HASHED flag, and get their netmask as a prefix length', () => {
    expect(decodeService(SERVICE_ENTRY)).toEqual(WEB);
  });

  it('of destinations give thresholds, 64-bit connections, and the method without other flags', () => {
    expect(decodeDestination(DESTINATION_ENTRY, 'inet6')).toEqual({
      address: 'fd00::9',
      port: 443,
      forward: 'ipip',
      tunnel: { type: 'gue', port: 6080, checksum: 'nocsum' },
      weight: 3,
      upperThreshold: 7,
      lowerThreshold: 6,
      counters: {
        activeConnections: 2,
        inactiveConnections: 3,
        persistentClients: 4,
        connections: 0x1_0000_0000,
        traffic: { packetsIn: 0, packetsOut: 0, bytesIn: 0, bytesOut: 0 },
      },
    });
  });

  it('of services are persistent by their flag, not by their timeout', () => {
    const bytes = SERVICE_ENTRY.slice();
    bytes[Buffer.from(bytes).indexOf('1b000000ffffffff', 'hex')] = 0x1a;
    expect(decodeService(bytes)).not.toHaveProperty('persistenceSec');
  });

  it('of services come back as they were encoded', () => {
    fc.assert(
      fc.property(anyService, (service) => {
        expect(decodeService(encodeOperation({ type: 'addService', service }))).toEqual(service);
      }),
    );
  });

  it('of destinations come back as they were encoded, of whatever family the service is', () => {
    fc.assert(
      fc.property(anyServiceId, anyDestination, (service, destination) => {
        const payload = encodeOperation({ type: 'addDestination', service, destination });
        expect(decodeDestination(payload, 'inet')).toEqual({ ...destination, counters: NO_COUNTERS });
      }),
    );
  });

  it('are refused in every truncation, without a throw', () => {
    for (let length = 0; length < SERVICE_ENTRY.length; length += 1) {
      expect(decodeService(SERVICE_ENTRY.subarray(0, length)), `${length} bytes`).toBeUndefined();
    }
    for (let length = 0; length < DESTINATION_ENTRY.length; length += 1) {
      expect(decodeDestination(DESTINATION_ENTRY.subarray(0, length), 'inet6'), `${length}`).toBeUndefined();
    }
  });

  it('never throw, whatever byte of them is wrong', () => {
    fc.assert(
      fc.property(anyOperation, fc.nat(), fc.nat(255), (operation, at, value) => {
        const bytes = encodeOperation(operation).slice();
        bytes[at % bytes.length] = value;
        decodeService(bytes);
        decodeDestination(bytes, 'inet');
      }),
    );
  });

  it('of methods, tunnels and checksums without a word keep their number, and give it back', () => {
    const changed = (field: string, ...values: readonly number[]) => {
      const bytes = DESTINATION_ENTRY.slice();
      bytes.set(values, Buffer.from(bytes).indexOf(field, 'hex') + 4);
      const { counters: _, ...destination } = decodeDestination(bytes, 'inet6') ?? expect.fail(field);
      const again = encodeOperation({ type: 'addDestination', service: WEB.id, destination });
      expect(decodeDestination(again, 'inet')).toMatchObject(destination);
      return destination;
    };
    expect(changed('0800030002010000', 1).forward).toBe('method-1');
    expect(changed('0800030002010000', 4)).not.toHaveProperty('tunnel');
    expect(changed('05000d0001000000', 9).tunnel).toEqual({
      type: 'type-9',
      port: 6080,
      checksum: 'nocsum',
    });
    expect(changed('05000d0001000000', 2).tunnel).toEqual({ type: 'gre', port: 0, checksum: 'nocsum' });
    expect(changed('06000f0000000000', 3).tunnel?.checksum).toBe('flags-3');
    expect(changed('05000d0001000000', 0)).not.toHaveProperty('tunnel');
  });

  it('of whatever kind lose nothing on the way through the model and back', () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(255), fc.nat(255), (at, value, other) => {
        const damaged = (entry: Uint8Array) => {
          const bytes = entry.slice();
          bytes[at % bytes.length] = value;
          bytes[(at * 7 + other) % bytes.length] = other;
          return bytes;
        };
        const service = decodeService(damaged(SERVICE_ENTRY));
        if (service !== undefined) {
          expect(decodeService(encodeOperation({ type: 'addService', service }))).toEqual(service);
        }
        const read = decodeDestination(damaged(DESTINATION_ENTRY), 'inet6');
        if (read === undefined) return;
        const { counters: _, ...destination } = read;
        const again = encodeOperation({ type: 'addDestination', service: WEB.id, destination });
        expect(decodeDestination(again, 'inet')).toMatchObject(destination);
      }),
      { numRuns: 2000 },
    );
  });

  it('with attributes and flags that nobody here knows are what they are without', () => {
    const more = (entry: Uint8Array) => {
      const bytes = Buffer.concat([entry, hex('0800630001020304')]);
      bytes.writeUInt16LE(bytes.readUInt16LE(4) + 8, 4);
      return bytes;
    };
    expect(decodeDestination(more(DESTINATION_ENTRY), 'inet6')).toEqual(
      decodeDestination(DESTINATION_ENTRY, 'inet6'),
    );
    const service = Buffer.from(more(SERVICE_ENTRY));
    service[service.indexOf('1b000000ffffffff', 'hex') + 1] = 0x80;
    expect(decodeService(service)).toEqual(WEB);
  });

  it('of a netmask with holes equal no prefix that can be asked for', () => {
    const bytes = SERVICE_ENTRY.slice();
    const at = Buffer.from(bytes).indexOf('08000900ffffff00', 'hex');
    bytes.set([0xff, 0, 0xff, 0], at + 4);
    expect(decodeService(bytes)?.persistencePrefix).toBe(0);
  });

  it('of a protocol without a word keep its number', () => {
    const bytes = SERVICE_ENTRY.slice();
    bytes[20] = 50;
    const service = decodeService(bytes) ?? expect.fail('no service');
    expect(service.id).toEqual({ ...WEB.id, protocol: 'protocol-50' });
    expect(decodeService(encodeOperation({ type: 'addService', service }))).toEqual(service);
  });

  it('of a family that nobody here knows are undefined', () => {
    const bytes = SERVICE_ENTRY.slice();
    bytes[12] = 3;
    expect(decodeService(bytes)).toBeUndefined();
    const server = DESTINATION_ENTRY.slice();
    server[Buffer.from(server).indexOf('06000b000a000000', 'hex') + 4] = 3;
    expect(decodeDestination(server, 'inet6')).toBeUndefined();
  });
});
