// Checks of text protocols against real servers: OpenSMTPD, Dovecot, vsftpd, tinyproxy and nginx behind a PROXY
// header. NNTP, SIP, UDP payloads and agents have no small server in Debian; scripted ones stand in for them
// (test/probes/).
import { afterAll, beforeAll, describe, expect, it, type TestContext } from 'vitest';
import { checkPlanOf } from '../../../src/health/checks/plan.ts';
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
import { directorAndServer, startDovecot, startSmtpd, startTinyproxy, startVsftpd } from './real-servers.ts';

let lab: Lab;
let server: Host;
let leave: () => void;
const servers = new Map<string, Running | undefined>();

beforeAll(async () => {
  lab = createLab();
  const site = await directorAndServer(lab);
  server = site.server;
  servers.set('smtpd', await startSmtpd(lab, server));
  servers.set('dovecot', await startDovecot(lab, server));
  servers.set('vsftpd', await startVsftpd(lab, server));
  servers.set('tinyproxy', await startTinyproxy(lab, server));
  await startNginx(lab, server, {
    listen: ['80', '[::]:80', '81 proxy_protocol', '[::]:81 proxy_protocol', '444 ssl proxy_protocol'],
    body: 'Test Page from $proxy_protocol_addr',
    extra: `ssl_certificate ${certFile}; ssl_certificate_key ${keyFile};`,
  });
  leave = enter(site.director);
});
afterAll(async () => {
  leave?.();
  await lab?.dispose();
});

const probe = createProbe({ openPingPort: () => ({ ok: false, error: { step: 'open', code: 'EPERM' } }) });

type Options = Partial<VirtualConfig> & { readonly port?: number; readonly timeoutMs?: number };

/** Checks the server's own port of the service, unless told another. */
function check(
  { port = 0, timeoutMs = 3000, ...options }: Options,
  address = '10.9.0.2',
): Promise<ProbeResult> {
  const { target } = checkPlanOf(aVirtual(options), aReal({ address: ip(address), port })).main;
  return probe(target, AbortSignal.timeout(timeoutMs));
}

function need(context: TestContext, program: string): Running {
  const running = servers.get(program);
  return running ?? context.skip(`${program} is not installed`);
}

const login = { login: 'check', passwd: 'secret' };
const verified = { verify: true, caFile: certFile, virtualhost: 'www.example.com' };
const page = { request: '/http://10.9.0.2/', receive: 'Test Page' };
const anonymous = { login: 'anonymous', passwd: 'check@example.com', request: '/test.txt' };

describe('a real server is up', () => {
  const cases = [
    ['smtpd', { service: 'smtp' }, /^220 mail\.example\.com/],
    ['smtpd', { service: 'submission' }, /^220 mail\.example\.com/],
    ['dovecot', { service: 'pop' }, /^\+OK Dovecot/],
    ['dovecot', { service: 'pop', ...login }, /^logged in$/],
    ['dovecot', { service: 'pops', ...login }, /^logged in$/],
    ['dovecot', { service: 'pops', ...login, ...verified }, /^logged in$/],
    ['dovecot', { service: 'imap' }, /^\* OK \[CAPABILITY IMAP4rev1/],
    ['dovecot', { service: 'imap', ...login }, /^logged in$/],
    ['dovecot', { service: 'imaps', ...login }, /^logged in$/],
    ['dovecot', { service: 'imaps', ...login, ...verified }, /^logged in$/],
    ['vsftpd', { service: 'ftp', ...anonymous }, /^got the file \(10 bytes\)$/],
    ['vsftpd', { service: 'ftp', ...anonymous, receive: '^Test Page\\n$' }, /^receive matches/],
    ['tinyproxy', { service: 'http_proxy', ...page }, /^HTTP 200/],
  ] as const;
  it.for(cases)('%s by %j, over IPv4 and IPv6', async ([program, options, detail], context) => {
    need(context, program);
    for (const address of ['10.9.0.2', 'fd09::2']) {
      const result = await check(options, address);
      expect(result).toMatchObject({ outcome: 'success', detail: expect.stringMatching(detail) });
    }
  });
});

describe('a real server is down', () => {
  const wrong = { login: 'check', passwd: 'wrong' };
  const cases = [
    ['smtpd', { service: 'pop', port: 25 }, /^the connection is answered with 220/],
    ['dovecot', { service: 'pop', ...wrong }, /^PASS is answered with -ERR \[AUTH\]/],
    ['dovecot', { service: 'imap', ...wrong }, /^LOGIN is answered with a1 NO \[AUTHENTICATIONFAILED\]/],
    ['dovecot', { service: 'imaps', verify: true }, /DEPTH_ZERO_SELF_SIGNED_CERT/],
    ['dovecot', { service: 'imaps', port: 143 }, /shake hands/],
    ['dovecot', { service: 'smtp', port: 143 }, /^the connection is answered with what is no reply: \* OK/],
    ['vsftpd', { service: 'ftp', ...anonymous, request: '/none' }, /^RETR is answered with 550/],
    ['vsftpd', { service: 'ftp', ...anonymous, login: 'root' }, /^USER is answered with 530/],
    ['vsftpd', { service: 'ftp', ...anonymous, receive: 'Other' }, /^receive does not match/],
    ['tinyproxy', { service: 'http_proxy', request: '/http://10.9.0.2:9/' }, /^HTTP 50\d$/],
    ['tinyproxy', { service: 'http_proxy', ...page, receive: 'Other' }, /receive does not match/],
    ['nginx', { service: 'sip', port: 80 }, /what is not SIP: HTTP\/1\.1 400/],
  ] as const;
  it.for(cases)('%s by %j', async ([program, options, detail], context) => {
    if (program !== 'nginx') need(context, program);
    expect(await check(options)).toEqual({ outcome: 'failure', detail: expect.stringMatching(detail) });
  });
});

describe('a real server that stands still', () => {
  const cases = [
    ['smtpd', { service: 'smtp' }, 'no answer in time to be greeted'],
    ['dovecot', { service: 'imap' }, 'no answer in time to be greeted'],
    ['dovecot', { service: 'pops' }, 'no answer in time to shake hands (TLS)'],
    ['vsftpd', { service: 'ftp', ...anonymous }, 'no answer in time to be greeted'],
    ['tinyproxy', { service: 'http_proxy', ...page }, 'no answer in time to GET http://10.9.0.2/'],
  ] as const;
  it.for(cases)('%s is down by %j at its deadline', async ([program, options, detail], context) => {
    const running = need(context, program);
    running.signalAll('SIGSTOP');
    try {
      expect(await check({ ...options, timeoutMs: 300 })).toEqual({ outcome: 'failure', detail });
    } finally {
      running.signalAll('SIGCONT');
    }
    expect(await check(options)).toMatchObject({ outcome: 'success' });
  });
});

describe('nginx behind a PROXY header', () => {
  const behind = [
    { port: 81, service: 'http' },
    { port: 444, service: 'https' },
  ] as const;
  it.each(behind)('is up with one, version 1 or 2: %j', async (options) => {
    const receive = '^Test Page from 10\\.9\\.0\\.1\\n$';
    expect(await check({ ...options, receive, proxyProtocol: 'v1' })).toMatchObject({ outcome: 'success' });
    expect(await check({ ...options, proxyProtocol: 'v2' })).toMatchObject({ outcome: 'success' });
  });
  it.each(behind)('is down without: %j', async (options) => {
    expect(await check(options)).toMatchObject({ outcome: 'failure' });
  });
});

it('a server that has ended is down', async (context) => {
  await need(context, 'smtpd').stop();
  expect(await check({ service: 'smtp' })).toMatchObject({
    outcome: 'failure',
    detail: expect.stringContaining('ECONNREFUSED'),
  });
});
