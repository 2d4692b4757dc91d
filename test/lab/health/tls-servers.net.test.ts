// Certificates of ours, versions and alerts against real servers of TLS: OpenSSL's s_server beside curl, nginx, Dovecot and
// slapd (GnuTLS), each of which wants a certificate.
import { afterAll, beforeAll, describe, expect, it, type TestContext } from 'vitest';
import { checkPlanOf } from '../../../src/health/checks/plan.ts';
import type { TlsCheckConfig } from '../../../src/model/config/check.ts';
import type { VirtualConfig } from '../../../src/model/config/service.ts';
import type { ProbeResult } from '../../../src/model/probe-result.ts';
import { ip } from '../../../src/net/ip.ts';
import { createProbe } from '../../../src/probes/probe-target.ts';
import { aReal, aVirtual } from '../../make/a-virtual.ts';
import { certFile, keyFile } from '../../probes/scripted-server.ts';
import { createLab, type Host, type Lab } from '../harness/namespaces.ts';
import type { Running } from '../harness/process.ts';
import { startNginx } from '../harness/programs.ts';
import { enter } from '../vrrp/inside.ts';
import { directorAndServer, listening, startDovecot } from './real-servers.ts';
import { startSlapd } from './service-servers.ts';

let lab: Lab;
let director: Host;
let leave: () => void;
const servers = new Map<string, Running | undefined>();

const lowest = ['-cipher', 'DEFAULT@SECLEVEL=0'];
const alpn = ['-alpn', 'h2,http/1.1'];
const wantsOne = ['-Verify', '1', '-verify_return_error', '-CAfile', certFile];
/** OpenSSL's own server, by its port. */
const openssl = {
  4430: [],
  4431: ['-tls1_3', ...wantsOne, ...alpn],
  4432: ['-tls1_2', ...wantsOne, ...alpn],
  4433: ['-tls1', ...lowest],
  4434: ['-tls1_1', ...lowest],
  4435: ['-tls1_2'],
  4436: ['-tls1_3'],
  4437: ['-tls1_2', '-cipher', 'ECDHE-ECDSA-AES128-GCM-SHA256'],
} as const satisfies Readonly<Record<number, readonly string[]>>;
const ports = Object.keys(openssl).map(Number);

beforeAll(async () => {
  lab = createLab();
  const site = await directorAndServer(lab);
  director = site.director;
  for (const [port, options] of Object.entries(openssl)) {
    const command = ['openssl', 's_server', '-accept', port, '-www', '-cert', certFile, '-key', keyFile];
    site.server.start([...command, ...options]);
  }
  servers.set('dovecot', await startDovecot(lab, site.server, dovecotWantsOne));
  servers.set('slapd', await startSlapd(lab, site.server, slapdWantsOne));
  await startNginx(lab, site.server, {
    listen: ['443 ssl http2', '[::]:443 ssl http2'],
    body: 'from $ssl_client_s_dn',
    extra: `ssl_certificate ${certFile}; ssl_certificate_key ${keyFile};
      ssl_verify_client on; ssl_client_certificate ${certFile};`,
  });
  await Promise.all(ports.map((port) => listening(site.server, port)));
  leave = enter(director);
});
afterAll(async () => {
  leave?.();
  await lab?.dispose();
});

const dovecotWantsOne = `ssl_ca = <${certFile}
ssl_require_crl = no
ssl_verify_client_cert = yes
auth_ssl_require_client_cert = yes
`;
const slapdWantsOne = `TLSCACertificateFile ${certFile}
TLSVerifyClient demand
`;

const probe = createProbe({ openPingPort: () => ({ ok: false, error: { step: 'open', code: 'EPERM' } }) });

type Options = Partial<VirtualConfig> & { readonly port?: number };

function check({ port = 0, ...options }: Options): Promise<ProbeResult> {
  const real = aReal({ address: ip('10.9.0.2'), port });
  return probe(checkPlanOf(aVirtual(options), real).main.target, AbortSignal.timeout(5000));
}

function need(context: TestContext, program: string): Running {
  return servers.get(program) ?? context.skip(`${program} is not installed`);
}

const pair: TlsCheckConfig = { certFile, keyFile };

/** What we bring, and what curl is told to bring. */
const clients: readonly (readonly [tls: TlsCheckConfig, options: readonly string[]])[] = [
  [{}, []],
  [pair, ['--cert', certFile, '--key', keyFile]],
  [{ minVersion: '1.0' }, ['--tlsv1.0', '--ciphers', 'DEFAULT@SECLEVEL=0']],
  [{ minVersion: '1.1' }, ['--tlsv1.1', '--ciphers', 'DEFAULT@SECLEVEL=0']],
  [{ ...pair, minVersion: '1.2' }, ['--tlsv1.2', '--cert', certFile, '--key', keyFile]],
  [{ minVersion: '1.3' }, ['--tlsv1.3']],
  [{ ciphers: 'ECDHE-ECDSA-AES256-GCM-SHA384' }, ['--ciphers', 'ECDHE-ECDSA-AES256-GCM-SHA384']],
  [{ ciphers: 'AES128+ECDHE' }, ['--ciphers', 'AES128+ECDHE']],
];

describe.each(ports)('an s_server on port %i', (port) => {
  it.each(clients)('is to %j what it is to curl', async (tls, options) => {
    const url = `https://10.9.0.2:${port}/`;
    const curl = ['curl', '-k', '-sS', '--http1.1', '-o', '/dev/null', ...options, url];
    const said = await director.run(...curl).then(
      () => 'success',
      () => 'failure',
    );
    const { outcome, detail } = await check({ service: 'https', port, tls });
    expect({ outcome, detail }).toMatchObject({ outcome: said });
    if (outcome === 'failure') expect(detail).toMatch(/the server ended TLS: .* \(alert \d+\)$/);
  });
});

describe('without a certificate the alert is the reason', () => {
  const cases = [
    [4431, 'certificate required (alert 116)'],
    [4432, 'handshake failure (alert 40)'],
  ] as const;
  describe.each(cases)('on port %i', (port, alert) => {
    it.each(['https', 'imaps', 'pops', 'ldaps', 'grpcs'] as const)('by %s', async (service) => {
      expect(await check({ service, port })).toMatchObject({
        outcome: 'failure',
        detail: expect.stringMatching(new RegExp(`the server ended TLS: ${alert.replace(/[()]/g, '\\$&')}$`)),
      });
    });
  });
  it('slapd says nothing, and is down', async (context) => {
    need(context, 'slapd');
    // It closes without an alert, as `openssl s_client` tells too.
    expect(await check({ service: 'ldaps' })).toMatchObject({
      outcome: 'failure',
      detail: expect.stringMatching(/^cannot bind anonymously: Connection closed/),
    });
  });
});

describe('with a certificate', () => {
  it('nginx serves, and knows whose it is', async () => {
    expect(await check({ service: 'https' })).toMatchObject({ outcome: 'failure', detail: 'HTTP 400' });
    for (const version of ['1.1', '2'] as const) {
      const receive = '^from CN=www\\.example\\.com$';
      expect(await check({ service: 'https', receive, tls: pair, http: { version } })).toMatchObject({
        outcome: 'success',
        certificate: { endsSoon: false },
      });
    }
  });
  it('slapd serves', async (context) => {
    need(context, 'slapd');
    expect(await check({ service: 'ldaps', tls: pair })).toMatchObject({
      outcome: 'success',
      certificate: { endsSoon: false },
    });
  });
  it.each(['imaps', 'pops'] as const)('Dovecot lets %s log in', async (service) => {
    const login = { login: 'check', passwd: 'secret' };
    expect(await check({ service, ...login, tls: pair })).toMatchObject({
      outcome: 'success',
      detail: 'logged in',
      certificate: { endsSoon: false },
    });
    expect(await check({ service, ...login })).toMatchObject({ outcome: 'failure' });
  });
});
