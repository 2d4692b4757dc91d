import { describe, expect, it } from 'vitest';
import { checkPlanOf } from '../../../src/health/checks/plan.ts';
import type { RealConfig, VirtualConfig } from '../../../src/model/config/service.ts';
import { ip } from '../../../src/net/ip.ts';
import { aReal, aVirtual } from '../../make/a-virtual.ts';

const planOf = (virtual: Partial<VirtualConfig>, real: Partial<RealConfig> = {}) =>
  checkPlanOf(aVirtual(virtual), aReal({ port: 0, ...real }));
const targetOf = (virtual: Partial<VirtualConfig>, real: Partial<RealConfig> = {}) =>
  planOf(virtual, real).main.target;

const place = { address: '192.168.6.2' };
const login = { login: 'check', passwd: 'secret' };
const udp = { id: { kind: 'address', protocol: 'udp', address: ip('192.168.6.240'), port: 5060 } } as const;

describe('a mail or news service', () => {
  it.each([
    [{ service: 'smtp' }, { kind: 'smtp', ...place, port: 25, heloName: 'localhost.localdomain' }],
    [
      { service: 'submission', heloName: 'lvs1' },
      { kind: 'smtp', ...place, port: 587, heloName: 'lvs1' },
    ],
    [
      { service: 'pop', ...login },
      { kind: 'pop', ...place, port: 110, ...login },
    ],
    [
      { service: 'pops', ...login },
      { kind: 'pop', ...place, port: 995, ...login, tls: { verify: false } },
    ],
    [
      { service: 'imap', ...login },
      { kind: 'imap', ...place, port: 143, ...login },
    ],
    [
      { service: 'imaps', ...login, verify: true, caFile: '/ca.pem', sni: 'b', virtualhost: 'a' },
      {
        ...{ kind: 'imap', ...place, port: 993, ...login },
        tls: { verify: true, caFile: '/ca.pem', sni: 'b', host: 'a' },
      },
    ],
    [{ service: 'nntp' }, { kind: 'nntp', ...place, port: 119 }],
  ] as const)('%j', (virtual, target) => {
    expect(targetOf(virtual)).toEqual(target);
    expect(planOf(virtual).main.timeoutMs).toBe(5000); // negotiatetimeout
  });
});

describe('ftp', () => {
  it('asks for the request as a path, slash and all', () => {
    expect(targetOf({ service: 'ftp', request: '/pub/test.txt', receive: 'ok', ...login })).toEqual({
      ...{ kind: 'ftp', ...place, port: 21, ...login, path: '/pub/test.txt', receive: 'ok' },
    });
  });
  it('takes any file where receive is empty', () => {
    expect(targetOf({ service: 'ftp' })).not.toHaveProperty('receive');
  });
});

describe('simpletcp', () => {
  it('sends the request without its slash, with line ends for \\n', () => {
    expect(
      targetOf({ service: 'simpletcp', request: '/PING\\nQUIT\\n', receive: 'PONG' }, { port: 7 }),
    ).toEqual({
      ...{ kind: 'simpletcp', ...place, port: 7, request: 'PING\nQUIT\n', receive: 'PONG' },
    });
  });
  it('takes request and receive of the server where it has its own', () => {
    const own = { port: 7, request: '/own', receive: 'mine' };
    expect(targetOf({ service: 'simpletcp' }, own)).toMatchObject({ request: 'own', receive: 'mine' });
  });
});

it('http_proxy asks for the request as a URL, without its slash', () => {
  expect(targetOf({ service: 'http_proxy', request: '/http://www.example.com/' })).toMatchObject({
    ...{ kind: 'http-proxy', port: 3128, url: 'http://www.example.com/', method: 'GET' },
  });
});

it('sip goes over the protocol of the service', () => {
  const target = { kind: 'sip', ...place, port: 5060, login: 'check' };
  expect(targetOf({ service: 'sip', login: 'check', ...udp })).toEqual({ ...target, transport: 'udp' });
  expect(targetOf({ service: 'sip', login: 'check' })).toEqual({ ...target, transport: 'tcp' });
});

describe('udp', () => {
  it('has the limits, and waits for an ICMP error for half of the deadline, at most a second', () => {
    const target = { kind: 'udp', ...place, port: 5060, payload: '', replyBytesMin: 0, replyBytesMax: 255 };
    expect(targetOf({ service: 'udp', ...udp })).toEqual({ ...target, quietMs: 1000 });
    expect(targetOf({ service: 'udp', ...udp, negotiatetimeoutMs: 500 })).toEqual({
      ...target,
      quietMs: 250,
    });
  });
  it('takes what is configured', () => {
    const own = { payload: '00', requireReply: 'x1', replyBytesMin: 1, replyBytesMax: 2 };
    expect(targetOf({ service: 'udp', ...udp, udp: own })).toMatchObject(own);
  });
});

it('file reads the file, whatever the server', () => {
  const one = targetOf({ service: 'file', checkfile: '/run/web1' });
  expect(one).toEqual({ kind: 'file', path: '/run/web1' });
  expect(targetOf({ service: 'file', checkfile: '/run/web1' }, { address: ip('192.168.6.9') })).toEqual(one);
});

describe('an agent', () => {
  const agent = { kind: 'agent', ...place, port: 9999, request: 'web\n' };
  it('is the check of service agent', () => {
    const target = targetOf({ service: 'agent', agentSend: 'web\\n' }, { port: 9999 });
    expect(target).toEqual(agent);
  });
  it('stands beside any check that is made, and beside the connects between', () => {
    const beside = { agentPort: 9999, agentSend: 'web\\n' };
    expect(targetOf(beside)).toEqual({ kind: 'with-agent', main: targetOf({}), agent });
    expect(targetOf({ ...beside, checktype: { kind: 'off' } })).toEqual({ kind: 'off' });
    const { between } = planOf({ ...beside, checktype: { kind: 'combined', connects: 2 } });
    expect(between).toMatchObject({ connects: 2, check: { target: { kind: 'with-agent', agent } } });
  });
});

describe('a PROXY header', () => {
  const proxyProtocol = 'v2' as const;
  it.each(['http', 'smtp', 'imaps', 'ftp', 'simpletcp', 'agent'])(
    'goes before the check of %s',
    (service) => {
      expect(targetOf({ service, proxyProtocol })).toMatchObject({ proxyProtocol });
      expect(targetOf({ service })).not.toHaveProperty('proxyProtocol');
    },
  );
  it('goes before a connect', () => {
    expect(targetOf({ checktype: { kind: 'connect' }, proxyProtocol })).toMatchObject({ proxyProtocol });
  });
});
