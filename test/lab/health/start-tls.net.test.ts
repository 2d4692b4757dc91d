// TLS that a check asks for within the protocol, and SMTP and FTP over TLS, against OpenSMTPD, Dovecot, vsftpd, slapd, MariaDB
// and PostgreSQL. A database tells itself whether it was asked over TLS. MariaDB's ed25519 is tried with it.
import { afterAll, beforeAll, describe, expect, it, type TestContext } from 'vitest';
import { checkPlanOf } from '../../../src/health/checks/plan.ts';
import type { VirtualConfig } from '../../../src/model/config/service.ts';
import type { ProbeResult } from '../../../src/model/probe-result.ts';
import { ip } from '../../../src/net/ip.ts';
import { createProbe } from '../../../src/probes/probe-target.ts';
import { aReal, aVirtual } from '../../make/a-virtual.ts';
import { certFile } from '../../probes/scripted-server.ts';
import { createLab, type Host, type Lab } from '../harness/namespaces.ts';
import type { Running } from '../harness/process.ts';
import { enter } from '../vrrp/inside.ts';
import { directorAndServer, startDovecot, startSmtpd, startVsftpd } from './real-servers.ts';
import { ed25519Plugins, startMariadb, startPostgres, startSlapd } from './service-servers.ts';

let lab: Lab;
let director: Host;
let leave: () => void;
const servers = new Map<string, Running | undefined>();

beforeAll(async () => {
  lab = createLab();
  const site = await directorAndServer(lab);
  director = site.director;
  const { server } = site;
  servers.set('smtpd', await startSmtpd(lab, server));
  servers.set('dovecot', await startDovecot(lab, server));
  servers.set('vsftpd', await startVsftpd(lab, server));
  await startVsftpd(lab, server, 990);
  servers.set('slapd', await startSlapd(lab, server));
  servers.set('mariadbd', await startMariadb(lab, server));
  servers.set('postgres', await startPostgres(lab, server));
  leave = enter(director);
});
afterAll(async () => {
  leave?.();
  await lab?.dispose();
});

const probe = createProbe({ openPingPort: () => ({ ok: false, error: { step: 'open', code: 'EPERM' } }) });

function check(options: Partial<VirtualConfig>, address = '10.9.0.2'): Promise<ProbeResult> {
  const real = aReal({ address: ip(address), port: 0 });
  return probe(checkPlanOf(aVirtual(options), real).main.target, AbortSignal.timeout(30_000));
}

function need(context: TestContext, program: string): Running {
  return servers.get(program) ?? context.skip(`${program} is not installed`);
}

const tls = { starttls: true } as const;
const verified = { verify: true, caFile: certFile, virtualhost: 'www.example.com' };
/** Metrics have its end, whatever is asked over TLS. */
const shownCertificate = {
  subject: 'www.example.com',
  expires: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
  ...{ daysLeft: expect.any(Number), endsSoon: false },
};
const login = { login: 'check', passwd: 'secret' };
const file = { login: 'anonymous', passwd: 'check@example.com', request: '/test.txt' };
const account = { login: 'check', passwd: 'geheim', database: 'shop' };
const overTls = {
  mysql: {
    ...{ ...account, service: 'mysql' },
    request:
      "/SELECT 1 FROM information_schema.session_status WHERE variable_name='SSL_CIPHER' AND variable_value<>''",
  },
  pgsql: {
    ...{ ...account, service: 'pgsql' },
    request: '/SELECT 1 FROM pg_stat_ssl WHERE pid = pg_backend_pid() AND ssl',
  },
} as const;

describe('a real server over TLS is up', () => {
  const cases = [
    ['dovecot', { service: 'pop', tls, ...login }, /^logged in$/],
    ['dovecot', { service: 'imap', tls, ...login }, /^logged in$/],
    ['vsftpd', { service: 'ftp', tls, ...file }, /^got the file \(10 bytes\)$/],
    ['vsftpd', { service: 'ftp', tls, ...file, receive: '^Test Page\\n$' }, /^receive matches/],
    ['vsftpd', { service: 'ftps', ...file, receive: '^Test Page\\n$' }, /^receive matches/],
    ['vsftpd', { service: 'ftps', ...file, request: '/' }, /^257 /],
    ['slapd', { service: 'ldap', tls, request: '/dc=example,dc=com' }, /^found dc=example,dc=com$/],
    ['mariadbd', { ...overTls.mysql, tls }, /^1 row/],
    ['postgres', { ...overTls.pgsql, tls }, /^1 row/],
  ] as const;
  it.for(cases)(
    '%s by %j, over IPv4 and IPv6, verified or not',
    async ([program, options, detail], context) => {
      need(context, program);
      for (const address of ['10.9.0.2', 'fd09::2']) {
        for (const more of [{}, verified]) {
          expect(await check({ ...options, ...more }, address)).toEqual({
            outcome: 'success',
            detail: expect.stringMatching(detail),
            certificate: shownCertificate,
          });
        }
      }
    },
  );
  it.for(cases)(
    '%s by %j is down where its certificate is not trusted',
    async ([program, options], context) => {
      need(context, program);
      expect(await check({ ...options, verify: true })).toEqual({
        outcome: 'failure',
        detail: expect.stringMatching(/^cannot shake hands \(TLS\): DEPTH_ZERO_SELF_SIGNED_CERT/),
      });
      expect(await check({ ...options, ...verified, virtualhost: 'www.example.org' })).toEqual({
        outcome: 'failure',
        detail: expect.stringMatching(/ERR_TLS_CERT_ALTNAME_INVALID/),
      });
    },
  );
});

// Debian 12's OpenSMTPD (6.8.0p2) ends each handshake with alert 80, whoever asks: here a check hears what s_client does.
describe('OpenSMTPD is to a check what it is to openssl s_client', () => {
  it.for([
    [25, { service: 'smtp', tls }, '-starttls smtp'],
    [587, { service: 'submission', tls }, '-starttls smtp'],
    [465, { service: 'smtps' }, ''],
  ] as const)('on port %i', async ([port, options, words], context) => {
    need(context, 'smtpd');
    const client = `echo QUIT | openssl s_client -connect 10.9.0.2:${port} ${words} >/dev/null 2>&1`;
    const said = await director.run('sh', '-c', client).then(
      () => 'success',
      () => 'failure',
    );
    const { outcome, detail } = await check(options);
    expect({ outcome, detail }).toMatchObject({ outcome: said });
    expect(detail).toMatch(/^220 mail\.example\.com|the server ended TLS: /);
  });
});

describe('a database', () => {
  it.for(['mysql', 'pgsql'] as const)(
    '%s knows that it is asked in clear without',
    async (service, context) => {
      need(context, service === 'mysql' ? 'mariadbd' : 'postgres');
      expect((await check(overTls[service])).detail).toMatch(/no rows$/);
    },
  );
  it('does not mind many checks over TLS that end well', async (context) => {
    for (const [program, service] of [
      ['mariadbd', 'mysql'],
      ['postgres', 'pgsql'],
    ] as const) {
      const running = need(context, program);
      const said = running.lineCount();
      for (let round = 0; round < 20; round++) {
        expect(await check({ ...overTls[service], tls })).toMatchObject({ outcome: 'success' });
      }
      expect(running.lines().slice(said).join('\n')).not.toMatch(/aborted|unexpected EOF|reset by peer/i);
    }
  });
  it('refuses a wrong password over TLS, and says so', async (context) => {
    need(context, 'mariadbd');
    need(context, 'postgres');
    for (const service of ['mysql', 'pgsql'] as const) {
      expect((await check({ ...overTls[service], tls, passwd: 'wrong' })).detail).toMatch(
        /^cannot log in as check/,
      );
    }
  });
});

describe("MariaDB's ed25519", () => {
  const modern = { ...account, service: 'mysql', login: 'modern', request: '/SELECT 1' } as const;
  it('lets a check in, in clear and over TLS, and none with a wrong password', async (context) => {
    need(context, 'mariadbd');
    if (ed25519Plugins() === undefined) context.skip('the plug-in is not installed');
    expect(await check(modern)).toEqual({ outcome: 'success', detail: '1 row(s)' });
    expect(await check({ ...modern, tls })).toEqual({ outcome: 'success', detail: '1 row(s)' });
    expect((await check({ ...modern, passwd: 'wrong' })).detail).toMatch(/ER_ACCESS_DENIED_ERROR/);
  });
});
