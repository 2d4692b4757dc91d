import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { destinationName, formatServiceId, nameInTable, realName } from '../../src/model/ipvs.ts';
import {
  parseDestinationName,
  parseRealName,
  parseServerKey,
  parseServiceName,
  serverKey,
} from '../../src/model/names.ts';
import { canonicalDestination } from '../../src/reconcile/canonical.ts';
import { anyDestination, anyServiceId } from '../make/model-arbitraries.ts';

describe('a name', () => {
  it('is what was made of a service or a server, read back', () =>
    fc.assert(
      fc.property(anyServiceId, anyDestination, (id, server) => {
        const [service, real, there] = [formatServiceId(id), realName(id, server), nameInTable(id, server)];
        expect(parseServiceName(service)).toBe(service);
        expect(parseRealName(real)).toBe(real);
        expect(parseDestinationName(there)).toBe(there);
        expect(parseServerKey(serverKey(service, real), parseRealName)).toBe(`${service} ${real}`);
      }),
    ));
  it('in the table is that of the canonical destination', () =>
    fc.assert(
      fc.property(anyServiceId, anyDestination, (id, server) => {
        expect(nameInTable(id, server)).toBe(destinationName(canonicalDestination(id, server)));
      }),
    ));
  it('may be of a protocol that is known by its number only', () =>
    expect(parseServiceName('protocol-50 10.0.0.1:0')).toBe('protocol-50 10.0.0.1:0'));
  it.each([
    '',
    'tcp',
    'tcp 10.0.0.1',
    'tcp 10.0.0.1:080',
    'tcp  10.0.0.1:80',
    'icmp 10.0.0.1:80',
    'tcp [FD00::1]:80',
    'tcp fd00::1:80',
    'fwmark',
    'fwmark 01',
    'fwmark x',
    'fwmark7 1',
    'tcp 10.0.0.1:80 10.0.0.2:80',
  ])('of a service is not %j', (text) => expect(parseServiceName(text)).toBeUndefined());
  it.each(['', '10.0.0.1', '10.0.0.1:080', '10.0.0.1:65536', '[FD00::1]:80', 'web.example:80'])(
    'of a server is not %j',
    (text) => expect([parseRealName(text), parseDestinationName(text)]).toEqual([undefined, undefined]),
  );
  it.each(['10.0.0.2:80', 'tcp 10.0.0.1:80', ' 10.0.0.2:80', 'tcp 10.0.0.1:80 x', 'x 10.0.0.2:80'])(
    'of a server in a service is not %j',
    (text) => expect(parseServerKey(text, parseRealName)).toBeUndefined(),
  );
});
