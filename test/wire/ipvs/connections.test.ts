import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseConnections } from '../../../src/wire/ipvs/connections.ts';

/** Of a Linux 6.1. */
const text = `Pro FromIP   FPrt ToIP     TPrt DestIP   DPrt State       Expires PEName PEData
TCP CB007105 9C40 C0A806F0 0050 C0A80602 1F90 ESTABLISHED     899
IP  CB007100 0000 00000007 0000 C0A80603 0000 ASSURED         120
UDP fd00:0009:0000:0000:0000:0000:0000:0005 9C40 fd00:0099:0000:0000:0000:0000:0000:0001 0035 0A010009 0035 UDP             300
UDP CB007105 0000 C0A806F0 13C4 C0A80602 13C4 NONE             59 sip a84b4c76e66710@pc33
`;

describe('/proc/net/ip_vs_conn', () => {
  it('is read with addresses of both families, templates and what engines go by', () => {
    expect(parseConnections(text)).toEqual([
      {
        protocol: 'TCP',
        client: { address: '203.0.113.5', port: 40_000 },
        virtual: { address: '192.168.6.240', port: 80 },
        destination: { address: '192.168.6.2', port: 8080 },
        state: 'ESTABLISHED',
        expiresSec: 899,
      },
      {
        protocol: 'IP',
        client: { address: '203.0.113.0', port: 0 },
        virtual: { address: '0.0.0.7', port: 0 },
        destination: { address: '192.168.6.3', port: 0 },
        state: 'ASSURED',
        expiresSec: 120,
      },
      {
        protocol: 'UDP',
        client: { address: 'fd00:9::5', port: 40_000 },
        virtual: { address: 'fd00:99::1', port: 53 },
        destination: { address: '10.1.0.9', port: 53 },
        state: 'UDP',
        expiresSec: 300,
      },
      {
        protocol: 'UDP',
        client: { address: '203.0.113.5', port: 0 },
        virtual: { address: '192.168.6.240', port: 5060 },
        destination: { address: '192.168.6.2', port: 5060 },
        state: 'NONE',
        expiresSec: 59,
        engine: { name: 'sip', data: 'a84b4c76e66710@pc33' },
      },
    ]);
  });

  it('passes over what is no connection, whatever it is', () => {
    fc.assert(fc.property(fc.string(), (line) => parseConnections(`${line}\n${text}`).length >= 4));
    const [, first = ''] = text.split('\n');
    for (let length = 0; length < first.length - 3; length += 1) {
      expect(parseConnections(first.slice(0, length))).toEqual([]);
    }
  });
});
