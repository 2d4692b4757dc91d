import { execFileSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getCiphers } from 'node:tls';
import { afterAll, describe, expect, it } from 'vitest';
import { judgeTls } from '../../../src/system/files/judge-tls.ts';
import { certFile, keyFile } from '../../probes/scripted-server.ts';

const folder = mkdtempSync(join(tmpdir(), 'judge-tls-'));
afterAll(() => rmSync(folder, { recursive: true }));
const file = (name: string, content: string | Buffer): string => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};
const [cert, key] = [readFileSync(certFile), readFileSync(keyFile)];
const ec = { namedCurve: 'prime256v1', publicKeyEncoding: { type: 'spki', format: 'pem' } } as const;
const pkcs8 = { type: 'pkcs8', format: 'pem' } as const;
const other = file('other.pem', generateKeyPairSync('ec', { ...ec, privateKeyEncoding: pkcs8 }).privateKey);
const rsa = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: pkcs8,
}).privateKey;
const locked = generateKeyPairSync('ec', {
  ...ec,
  privateKeyEncoding: { ...pkcs8, cipher: 'aes-256-cbc', passphrase: 'open' },
}).privateKey;

describe('a pair that fits', () => {
  it.each([
    ['in two files', { certFile, keyFile }],
    ['in one, the certificate first', { certFile: file('both.pem', Buffer.concat([cert, key])) }],
    ['in one, the key first', { certFile: file('turned.pem', Buffer.concat([key, cert])) }],
  ])('%s', (_, use) => expect(judgeTls(use)).toEqual([]));
});

describe('a pair that cannot be shown', () => {
  const fifo = join(folder, 'fifo');
  execFileSync('mkfifo', [fifo]);
  it.each([
    ['of another key', other, 'key', /^another one in .*other\.pem$/],
    ['of another kind of key', file('rsa.pem', rsa), 'key', /^another one in .*rsa\.pem$/],
    ['with a passphrase', file('locked.pem', locked), 'key', /^none in .*locked\.pem$/],
    ['with a certificate for a key', certFile, 'key', /^none in .*server\.cert\.pem$/],
    ['with an empty key', file('empty.pem', ''), 'key', /^none in /],
    ['with a key that is not there', join(folder, 'none.pem'), 'key', 'ENOENT (no such file)'],
    ['with a FIFO for a key', fifo, 'key', 'a FIFO'],
    ['with a folder for a key', folder, 'key', 'a directory'],
    ['with a key that is too large', file('large.pem', 'x'.repeat(1_048_577)), 'key', '1048577'],
  ])('%s', (_, path, at, got) => {
    const [fault, ...more] = judgeTls({ certFile, keyFile: path });
    expect(more).toEqual([]);
    expect(fault).toMatchObject({
      key: at,
      got: typeof got === 'string' ? got : expect.stringMatching(got),
    });
  });
  it.each([
    ['that is not there', join(folder, 'none.pem'), 'ENOENT (no such file)'],
    ['that is a FIFO', fifo, 'a FIFO'],
    ['that is a key', keyFile, `none in ${keyFile}`],
    ['without a key in it', certFile, `none in ${certFile}`],
  ])('of a certificate %s', (_, path, got) => {
    const keys = path === keyFile ? { keyFile } : {};
    expect(judgeTls({ certFile: path, ...keys })).toMatchObject([{ got }]);
  });
});

it('what stands in a file is never quoted', () => {
  const lines = (text: string) => text.split('\n').filter((line) => line.length > 20);
  const files = [other, file('rsa2.pem', rsa), keyFile];
  const said = JSON.stringify(
    files.flatMap((each) => judgeTls({ caFile: each, certFile: each, keyFile: certFile })),
  );
  for (const each of files) {
    for (const line of lines(readFileSync(each, 'utf8')).slice(1, -1)) expect(said).not.toContain(line);
  }
});

describe('authorities', () => {
  it('are a file with a certificate', () => {
    expect(judgeTls({ caFile: certFile })).toEqual([]);
    expect(judgeTls({ caFile: keyFile })).toMatchObject([{ key: 'ca', rule: 'a certificate in PEM' }]);
  });
});

describe('ciphers', () => {
  const known = [
    ...getCiphers().map((name) => name.toUpperCase()),
    ...['HIGH', 'DEFAULT', 'ALL:!aNULL', 'ECDHE+AESGCM', 'DEFAULT@SECLEVEL=0', 'HIGH:@STRENGTH', 'kRSA'],
    ...['HIGH:!RC4:!NOT_KNOWN:-MD5:+AES', 'AES128-SHA:@SECLEVEL=0', 'HIGH, AES128-SHA', 'eNULL:@SECLEVEL=0'],
  ];
  it.each(known)('%s', (ciphers) => expect(judgeTls({ ciphers })).toEqual([]));
  it.each([
    ['HIGH:NOPE', 'NOPE'],
    ['NOPE', 'NOPE'],
    ['ECDHE+NOPE:HIGH', 'ECDHE+NOPE'],
    ['HIGH@SECLEVEL=9', 'HIGH@SECLEVEL=9'],
    ['TLS_AES_128_GCM_SHA256:TLS_NOPE', 'TLS_NOPE'],
    ['ECDHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA265', 'ECDHE-RSA-AES128-GCM-SHA265'],
    ['HIGH:!ALL', 'HIGH:!ALL'],
  ])('%s are refused', (ciphers, got) =>
    expect(judgeTls({ ciphers })).toMatchObject([{ key: 'ciphers', got }]),
  );
});
