import { createPublicKey, sign, verify } from 'node:crypto';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { answerEd25519 } from '../../src/probes/mysql-ed25519.ts';

/** RFC 8410 §4: what stands before the 32 bytes of a public key, and of a private one (§7). */
const spki = Buffer.from('302a300506032b6570032100', 'hex');
const pkcs8 = Buffer.from('302e020100300506032b657004220420', 'hex');

const scramble = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => Buffer.from(bytes));

it('is what RFC 8032 makes of it, where the password is a key of 32 bytes', () => {
  const password = fc.string({ minLength: 32, maxLength: 32, unit: 'grapheme-ascii' });
  fc.assert(
    fc.property(password, scramble, (text, message) => {
      const key = Buffer.concat([pkcs8, Buffer.from(text, 'utf8')]);
      const expected = sign(null, message, { key, format: 'der', type: 'pkcs8' });
      expect(answerEd25519(text, Buffer.concat([message, Buffer.from([0])]))).toEqual(expected);
    }),
    { numRuns: 30 },
  );
});

it('is a signature for a password of any length, by one key for each', () => {
  // From the documentation of MariaDB, ed25519_password: what the server keeps of "secret", without its padding.
  const known = Buffer.from('ZIgUREUg5PVgQ6LskhXmO+eZLS0nC8be6HPjYWR4YJY=', 'base64');
  const key = createPublicKey({ key: Buffer.concat([spki, known]), format: 'der', type: 'spki' });
  fc.assert(
    fc.property(scramble, (message) => {
      expect(verify(null, message, key, answerEd25519('secret', message))).toBe(true);
      expect(verify(null, message, key, answerEd25519('secres', message))).toBe(false);
    }),
    { numRuns: 10 },
  );
});

it('is empty for an empty password', () => {
  expect(answerEd25519('', Buffer.alloc(32))).toHaveLength(0);
});
