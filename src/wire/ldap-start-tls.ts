// The one message of LDAP that goes before TLS: the extended request StartTLS and its answer, in BER.
// Source: RFC 4511 §4.12, §4.14 and §5.1.

const messageId = 1;
const oid = '1.3.6.1.4.1.1466.20037';

/** LDAPMessage with an ExtendedRequest [APPLICATION 23], whose requestName is [0]. */
export const startTlsRequest: Buffer = Buffer.concat([
  Buffer.from([0x30, oid.length + 7, 0x02, 1, messageId, 0x77, oid.length + 2, 0x80, oid.length]),
  Buffer.from(oid, 'latin1'),
]);

/** An answer has its parts in this order; what follows the code is for people. */
const [sequence, integer, extendedResponse, enumerated] = [0x30, 0x02, 0x78, 0x0a];
const bytesMax = 4096;

/**
 * @returns the result code; 'more' where the answer is not whole yet; undefined for what is no answer to the request. Nothing may
 * follow it: what came in clear behind it is nobody's.
 */
export function readStartTlsResponse(bytes: Buffer): number | 'more' | undefined {
  const whole = element(bytes, 0, sequence);
  if (typeof whole !== 'object') return whole;
  if (bytes.length > whole.end) return undefined;
  const id = element(bytes, whole.start, integer);
  if (typeof id !== 'object' || numberOf(bytes, id) !== messageId) return undefined;
  const response = element(bytes, id.end, extendedResponse);
  if (typeof response !== 'object') return undefined;
  const code = element(bytes, response.start, enumerated);
  return typeof code === 'object' && code.end === code.start + 1 ? bytes[code.start] : undefined;
}

/** Undefined of none, and of more octets than a number has here. */
const numberOf = (bytes: Buffer, { start, end }: Element): number | undefined =>
  end > start && end <= start + 6 ? bytes.readUIntBE(start, end - start) : undefined;

type Element = { readonly start: number; readonly end: number };

/** Of definite length: no other is allowed (§5.1). */
function element(bytes: Buffer, at: number, tag: number): Element | 'more' | undefined {
  if (bytes.length < at + 2) return bytes.length === 0 || bytes[at] === tag ? 'more' : undefined;
  if (bytes[at] !== tag) return undefined;
  const first = bytes[at + 1] ?? 0;
  const octets = first < 0x80 ? 0 : first & 0x7f;
  if (first === 0x80 || octets > 4) return undefined;
  const start = at + 2 + octets;
  if (bytes.length < start) return 'more';
  const length = octets === 0 ? first : bytes.readUIntBE(at + 2, octets);
  if (length > bytesMax) return undefined;
  return bytes.length < start + length ? 'more' : { start, end: start + length };
}
