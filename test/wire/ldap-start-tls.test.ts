import fc from 'fast-check';
import { expect, it } from 'vitest';
import { readStartTlsResponse, startTlsRequest } from '../../src/wire/ldap-start-tls.ts';

const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex');
/** As OpenLDAP's slapd sends them: agreed to, and refused (52, unavailable) with a word. */
const agreed = hex('30 0c 02 01 01 78 07 0a 01 00 04 00 04 00');
const refused = hex('30 10 02 01 01 78 0b 0a 01 34 04 00 04 04 6e 6f 20 21');
/** Lengths in more octets than needed, as Active Directory does (RFC 4511 §5.1 allows it). */
const long = hex('30 84 00 00 00 10 02 01 01 78 84 00 00 00 07 0a 01 00 04 00 04 00');

it('the request is the one of RFC 4511 §4.14', () => {
  expect(startTlsRequest.toString('hex')).toBe(
    `301d02010177188016${Buffer.from('1.3.6.1.4.1.1466.20037').toString('hex')}`,
  );
});
it.each([
  [agreed, 0],
  [refused, 52],
  [long, 0],
])('an answer has a result', (bytes, code) => {
  expect(readStartTlsResponse(bytes)).toBe(code);
  for (let end = 0; end < bytes.length; end++) {
    expect(readStartTlsResponse(bytes.subarray(0, end))).toBe('more');
  }
  expect(readStartTlsResponse(Buffer.concat([bytes, Buffer.from([0x30])]))).toBeUndefined();
});
it.each([
  hex('30 0c 02 01 02 78 07 0a 01 00 04 00 04 00'),
  hex('30 0c 02 01 01 61 07 0a 01 00 04 00 04 00'),
  hex('30 0c 02 00 01 78 07 0a 01 00 04 00 04 00'),
  hex('30 12 02 07 00 00 00 00 00 01 00 78 07 0a 01 00 04 00 04 00'),
  hex('30 80'),
  hex('48 54 54 50'),
  hex('30 84 7f ff ff ff'),
])('what is no answer to it is none: %o', (bytes) => expect(readStartTlsResponse(bytes)).toBeUndefined());
it('never throws', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (noise) => {
      readStartTlsResponse(Buffer.from(noise));
    }),
  );
  for (let at = 0; at < agreed.length; at++) {
    for (let value = 0; value < 256; value++) {
      const bent = Buffer.from(agreed);
      bent[at] = value;
      readStartTlsResponse(bent);
    }
  }
});
