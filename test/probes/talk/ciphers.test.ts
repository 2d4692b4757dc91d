// Lists of ciphers beside versions: what the config takes can be used, and each version from the oldest on is agreed to, as
// by OpenSSL, whichever kind of cipher the list names.
import { readFileSync } from 'node:fs';
import { connect, createServer, type SecureVersion, type Server } from 'node:tls';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tlsVersions } from '../../../src/model/tls-target.ts';
import { secureContextOf } from '../../../src/probes/talk/secure-context.ts';
import { judgeTls } from '../../../src/system/files/judge-tls.ts';
import { certFile, keyFile } from '../scripted-server.ts';

const pem = { cert: readFileSync(certFile), key: readFileSync(keyFile) };
const minVersions = [undefined, ...tlsVersions];
const lists = [
  ...['TLS_AES_128_GCM_SHA256', 'TLS_AES_256_GCM_SHA384:TLS_AES_128_GCM_SHA256', 'HIGH', 'AES128-SHA:HIGH'],
  ...['DEFAULT@SECLEVEL=0', 'TLS_AES_128_GCM_SHA256:DEFAULT@SECLEVEL=0', 'TLS_AES_128_GCM_SHA256 HIGH'],
];

it('what the config takes can be used with every version', async () => {
  const word = fc.constantFrom(
    ...['TLS_AES_128_GCM_SHA256', 'TLS_CHACHA20_POLY1305_SHA256', 'AES128-SHA', 'HIGH', 'DEFAULT', 'ALL'],
    ...[
      'ECDHE-RSA-AES128-GCM-SHA256',
      '@SECLEVEL=0',
      '@STRENGTH',
      '!aNULL',
      '-AES',
      '+HIGH',
      '!TLS_NOPE',
      '',
    ],
    ...['HIGH@SECLEVEL=1', 'TLS_AES_128_GCM_SHA256@SECLEVEL=0', 'NOPE', 'TLS_NOPE', 'kRSA'],
  );
  const separator = fc.constantFrom(':', ';', ',', ' ', ', ');
  const list = fc.tuple(fc.array(word, { minLength: 1, maxLength: 5 }), separator);
  await fc.assert(
    fc.asyncProperty(list, fc.constantFrom(...minVersions), async ([words, between], minVersion) => {
      const ciphers = words.join(between);
      if (judgeTls({ ciphers }).length > 0) return;
      const tls = { verify: false, ciphers, ...(minVersion !== undefined && { minVersion }) };
      await expect(secureContextOf(tls)).resolves.toBeDefined();
    }),
    { numRuns: 300 },
  );
});

describe.each(tlsVersions)('a server of TLS %s alone', (version) => {
  const only = (version === '1.0' ? 'TLSv1' : `TLSv${version}`) as SecureVersion;
  let server: Server;
  beforeAll(async () => {
    const older = { minVersion: only, maxVersion: only, ciphers: 'DEFAULT:@SECLEVEL=0' };
    server = createServer({ ...pem, ...(version === '1.3' ? { minVersion: only } : older) }, (socket) => {
      socket.on('error', () => {}).end('agreed');
    });
    server.on('tlsClientError', () => {});
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterAll(() => server.close());

  const isAgreed = async (ciphers: string, minVersion: (typeof minVersions)[number]): Promise<boolean> => {
    const tls = { verify: false, ciphers, ...(minVersion !== undefined && { minVersion }) };
    const secureContext = await secureContextOf(tls);
    if (secureContext === undefined) throw new Error('a context of its own was expected');
    const { port } = server.address() as { readonly port: number };
    return new Promise((resolve) => {
      const socket = connect({ host: '127.0.0.1', port, secureContext, rejectUnauthorized: false });
      socket.once('data', () => resolve(true)).once('error', () => resolve(false));
      socket.once('close', () => socket.destroy());
    });
  };

  it.each(lists)('is met with %s where it is new enough', async (ciphers) => {
    for (const minVersion of minVersions) {
      const isNewEnough = tlsVersions.indexOf(version) >= tlsVersions.indexOf(minVersion ?? '1.2');
      expect({ minVersion, isAgreed: await isAgreed(ciphers, minVersion) }).toEqual({
        minVersion,
        isAgreed: isNewEnough,
      });
    }
  });
});
