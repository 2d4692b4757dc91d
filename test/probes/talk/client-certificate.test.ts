// The certificate that a check shows, and the versions that it agrees to, by every check that speaks TLS; what is written
// anew is shown at the next check.
import { generateKeyPairSync } from 'node:crypto';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer, type SecureVersion, type TLSSocket, type TlsOptions } from 'node:tls';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { checkPlanOf } from '../../../src/health/checks/plan.ts';
import { type Service, services, tlsOf } from '../../../src/model/checks/services.ts';
import type { TlsCheckConfig } from '../../../src/model/config/check.ts';
import { ip } from '../../../src/net/ip.ts';
import { createProbe } from '../../../src/probes/probe-target.ts';
import { aReal, aVirtual } from '../../make/a-virtual.ts';
import { deadline } from '../deadline.ts';
import { certFile, keyFile } from '../scripted-server.ts';

const probe = createProbe({ openPingPort: () => ({ ok: false, error: { step: 'open', code: 'EPERM' } }) });
const secure = services.filter((word) => tlsOf(word) === 'at once');
const pem = { cert: readFileSync(certFile), key: readFileSync(keyFile) };
const folder = mkdtempSync(join(tmpdir(), 'client-certificate-'));
afterAll(() => rmSync(folder, { recursive: true }));

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

type Seen = { readonly name: string; readonly version: string | null };

/** Tells of each client that shook hands. */
async function listen(options: TlsOptions = {}) {
  const seen: Seen[] = [];
  const server = createServer(
    { ...pem, ALPNProtocols: ['h2', 'http/1.1'], ...options },
    (socket: TLSSocket) => {
      seen.push({ name: String(socket.getPeerCertificate().subject?.CN), version: socket.getProtocol() });
      socket.on('error', () => {}).destroy();
    },
  );
  server.on('tlsClientError', () => {});
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => server.close());
  return { seen, port: (server.address() as { readonly port: number }).port };
}

function check(service: Service, port: number, tls: TlsCheckConfig) {
  const { target } = checkPlanOf(aVirtual({ service, tls }), aReal({ address: ip('127.0.0.1'), port })).main;
  return probe(target, deadline(2000));
}

const wantsOne = { requestCert: true, rejectUnauthorized: true, ca: [pem.cert] };
const pair = { certFile, keyFile };

describe.each(secure)('%s', (service) => {
  it('shows its certificate to a server that wants one', async () => {
    const { seen, port } = await listen(wantsOne);
    await check(service, port, pair);
    expect(seen).toMatchObject([{ name: 'www.example.com' }]);
  });
  it.each(['TLSv1.2', 'TLSv1.3'] as const)('is told by alert where it has none, by %s', async (version) => {
    const { seen, port } = await listen({ ...wantsOne, minVersion: version, maxVersion: version });
    // TLS 1.2 has no alert for it (RFC 5246 §7.4.6).
    const alert = version === 'TLSv1.3' ? 'certificate required (alert 116)' : 'handshake failure (alert 40)';
    for (let round = 0; round < 20; round++) {
      expect(await check(service, port, {})).toMatchObject({
        outcome: 'failure',
        detail: expect.stringMatching(/^cannot [^:]*: the server ended TLS: /),
      });
    }
    expect((await check(service, port, {})).detail).toContain(alert);
    expect(seen).toEqual([]);
  });
  it.each(['1.0', '1.1', '1.2', '1.3'] as const)(
    'agrees to TLS %s where that is the oldest',
    async (minVersion) => {
      const only = (minVersion === '1.0' ? 'TLSv1' : `TLSv${minVersion}`) as SecureVersion;
      const old = { minVersion: only, maxVersion: only, ciphers: 'DEFAULT:@SECLEVEL=0' } as const;
      const { seen, port } = await listen(old);
      await check(service, port, { minVersion });
      expect(seen).toMatchObject([{ version: only }]);
      const later = ({ '1.0': '1.1', '1.1': '1.2', '1.2': '1.3' } as const)[minVersion as '1.0'];
      if (later === undefined) return;
      expect((await check(service, port, { minVersion: later })).detail).toMatch(
        /the server ended TLS: protocol version/,
      );
      expect(seen).toHaveLength(1);
    },
  );
  it('agrees to its ciphers alone', async () => {
    const { seen, port } = await listen({ maxVersion: 'TLSv1.2', ciphers: 'ECDHE-ECDSA-AES128-GCM-SHA256' });
    expect((await check(service, port, { ciphers: 'ECDHE-ECDSA-AES256-GCM-SHA384' })).detail).toMatch(
      /handshake failure/,
    );
    await check(service, port, { ciphers: 'ECDHE-ECDSA-AES128-GCM-SHA256' });
    expect(seen).toHaveLength(1);
  });
});

it('a pair that is written anew is shown at the next check; one that does not fit says nothing of the server', async () => {
  const files = { certFile: join(folder, 'cert.pem'), keyFile: join(folder, 'key.pem') };
  copyFileSync(certFile, files.certFile);
  const { privateKey } = generateKeyPairSync('rsa', {
    ...{ modulusLength: 2048, publicKeyEncoding: { type: 'spki', format: 'pem' } },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  const { seen, port } = await listen(wantsOne);
  const ask = () => check('https', port, files);
  expect(await ask()).toMatchObject({
    outcome: 'unmade',
    detail: expect.stringContaining('Cannot read key'),
  });
  writeFileSync(files.keyFile, privateKey);
  expect(await ask()).toMatchObject({
    outcome: 'unmade',
    detail: expect.stringContaining('Cannot use cert'),
  });
  expect(seen).toEqual([]);
  copyFileSync(keyFile, files.keyFile);
  await ask();
  expect(seen).toMatchObject([{ name: 'www.example.com' }]);
});
