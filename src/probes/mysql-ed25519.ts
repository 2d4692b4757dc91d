// The answer of MariaDB's plug-in ed25519: the scramble of the server, signed by what the password makes. A signature of
// RFC 8032 §5.1.6 but for its key, which is a password of any length in the place of 32 bytes; that is why node:crypto, which
// takes 32 bytes alone, cannot make it. Source: plugin/auth_ed25519 of MariaDB/server (ref10/sign.c).
import { createHash } from 'node:crypto';
import { Point } from '@noble/ed25519';

const bytesOfScramble = 32;
const order = Point.CURVE().n;

/** @param data from the server; a NUL behind the scramble is the packet's */
export function answerEd25519(password: string, data: Uint8Array): Buffer {
  // MariaDB: who has no password proves nothing.
  if (password === '') return Buffer.alloc(0);
  const scramble = data.subarray(0, bytesOfScramble);
  const secret = hash(Buffer.from(password, 'utf8'));
  const key = numberOf(pruned(secret.subarray(0, 32)));
  const publicKey = Point.BASE.multiply(key % order).toBytes();
  const nonce = numberOf(hash(secret.subarray(32), scramble)) % order;
  const commitment = Point.BASE.multiply(nonce).toBytes();
  const challenge = numberOf(hash(commitment, publicKey, scramble)) % order;
  return Buffer.concat([commitment, bytesOf((nonce + challenge * key) % order)]);
}

const hash = (...parts: readonly Uint8Array[]): Buffer => {
  const sum = createHash('sha512');
  for (const part of parts) sum.update(part);
  return sum.digest();
};

/** RFC 8032 §5.1.5, 2. */
function pruned(bytes: Buffer): Buffer {
  const first = (bytes[0] ?? 0) & 0xf8;
  const last = ((bytes[31] ?? 0) & 0x7f) | 0x40;
  return Buffer.from([first, ...bytes.subarray(1, 31), last]);
}

/** Little-endian (RFC 8032 §5.1.2). */
const numberOf = (bytes: Buffer): bigint => BigInt(`0x${Buffer.from(bytes).reverse().toString('hex')}`);
const bytesOf = (number: bigint): Buffer =>
  Buffer.from(number.toString(16).padStart(64, '0'), 'hex').reverse();
