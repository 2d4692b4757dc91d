// Whether a RADIUS answer was made by a server that knows the secret, for our request and no other. Source: RFC 2865
// §3 (Response Authenticator), RFC 3579 §3.2 (Message-Authenticator, where the answer has one).
import { createHash, createHmac } from 'node:crypto';

const headerBytes = 20;
const authenticatorAt = 4;
const messageAuthenticator = 80;

/** The answer without what lies behind its length; undefined where it is not to `request` and signed. */
export function signedAnswer(request: Buffer, datagram: Buffer, secret: string): Buffer | undefined {
  if (datagram.length < headerBytes) return undefined;
  const length = datagram.readUInt16BE(2);
  if (length < headerBytes || length > datagram.length) return undefined;
  const answer = datagram.subarray(0, length);
  if (answer[1] !== request[1]) return undefined; // the identifier
  const signed = withAuthenticatorOf(request, answer);
  const expected = createHash('md5').update(signed).update(secret).digest();
  if (!expected.equals(answer.subarray(authenticatorAt, headerBytes))) return undefined;
  return isAuthentic(signed, secret) ? answer : undefined;
}

/** What both signatures are of: the answer with the request's authenticator in place of its own. */
function withAuthenticatorOf(request: Buffer, answer: Buffer): Buffer {
  const signed = Buffer.from(answer);
  request.copy(signed, authenticatorAt, authenticatorAt, headerBytes);
  return signed;
}

function isAuthentic(signed: Buffer, secret: string): boolean {
  for (let at = headerBytes; at < signed.length; ) {
    const [type = 0, length = 0] = signed.subarray(at, at + 2);
    if (length < 2 || at + length > signed.length) return false;
    if (type === messageAuthenticator) {
      const given = Buffer.from(signed.subarray(at + 2, at + length));
      const zeroed = Buffer.from(signed).fill(0, at + 2, at + length);
      return createHmac('md5', secret).update(zeroed).digest().equals(given);
    }
    at += length;
  }
  return true;
}
