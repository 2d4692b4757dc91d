import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeHealthResponse, encodeHealthRequest, servingStatuses } from '../../src/wire/grpc-health.ts';

const framed = (...bytes: readonly number[]) => Buffer.from([0, 0, 0, 0, bytes.length, ...bytes]);

describe('HealthCheckRequest', () => {
  it('has the service as field 1, and nothing for the server as a whole', () => {
    expect(encodeHealthRequest('ab').toString('hex')).toBe(
      `00${'00000004'}0a02${Buffer.from('ab').toString('hex')}`,
    );
    expect(encodeHealthRequest('').toString('hex')).toBe('0000000000');
  });
  it('counts the bytes of long names in several bytes', () => {
    const bytes = encodeHealthRequest('x'.repeat(300));
    expect(bytes.subarray(5, 8).toString('hex')).toBe('0aac02');
    expect(bytes.readUInt32BE(1)).toBe(303);
  });
});

describe('HealthCheckResponse', () => {
  it('has the status as field 1, 0 where it is left out', () => {
    for (const [code, status] of servingStatuses.entries()) {
      expect(decodeHealthResponse(framed(8, code))).toBe(status);
    }
    expect(decodeHealthResponse(framed())).toBe('UNKNOWN');
  });
  it('may have fields that are not known, of any type that there is', () => {
    const unknown = [0x10, 0xff, 1, 0x1a, 2, 8, 2, 0x21, ...new Array<number>(8).fill(8), 0x2d, 1, 2, 3, 4];
    expect(decodeHealthResponse(framed(...unknown, 8, 1))).toBe('SERVING');
  });
  it('is none when it is compressed, cut short or of another length', () => {
    expect(decodeHealthResponse(Buffer.from([1, 0, 0, 0, 2, 8, 1]))).toBeUndefined();
    expect(decodeHealthResponse(framed(8))).toBeUndefined();
    expect(decodeHealthResponse(Buffer.from([0, 0, 0, 0, 3, 8, 1]))).toBeUndefined();
    expect(decodeHealthResponse(framed(0x1a, 9, 8, 1))).toBeUndefined();
  });
  it('of any bytes is a status or none, and never throws', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        const found = decodeHealthResponse(framed(...bytes));
        expect(found === undefined || servingStatuses.includes(found)).toBe(true);
        decodeHealthResponse(bytes);
      }),
    );
  });
});
