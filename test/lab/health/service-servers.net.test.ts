// Checks of DNS, LDAP and RADIUS against unbound, slapd and FreeRADIUS, and of what HTTP checks have beyond
// ldirectord's against nginx. gRPC has no small server in Debian; scripted ones stand in for it (test/probes/).
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, type TestContext } from 'vitest';
import { parseJsonTest } from '../../../src/config/values/json-test.ts';
import { checkPlanOf } from '../../../src/health/checks/plan.ts';
import type { VirtualConfig } from '../../../src/model/config/service.ts';
import type { ProbeResult } from '../../../src/model/probe-result.ts';
import { ip } from '../../../src/net/ip.ts';
import { createProbe } from '../../../src/probes/probe-target.ts';
import { aReal, aVirtual } from '../../make/a-virtual.ts';
import { certFile, keyFile } from '../../probes/scripted-server.ts';
import { createLab, type Host, type Lab } from '../harness/namespaces.ts';
import { type Running, waitUntil } from '../harness/process.ts';
import { startNginx } from '../harness/programs.ts';
import { enter } from '../vrrp/inside.ts';
import { directorAndServer } from './real-servers.ts';
import { startFreeradius, startSlapd, startUnbound } from './service-servers.ts';

let lab: Lab;
let server: Host;
let leave: () => void;
const servers = new Map<string, Running | undefined>();
const addresses = ['10.9.0.2', 'fd09::2'] as const;

beforeAll(async () => {
  lab = createLab();
  const site = await directorAndServer(lab);
  server = site.server;
  servers.set('unbound', await startUnbound(lab, server, addresses));
  servers.set('slapd', await startSlapd(lab, server));
  servers.set('freeradius', await startFreeradius(lab, server));
  servers.set('nginx', await startFeatures());
  leave = enter(site.director);
});
afterAll(async () => {
  leave?.();
  await lab?.dispose();
});

function startFeatures(): Promise<Running> {
  const users = join(lab.directory('users'), 'htpasswd');
  writeFileSync(users, 'check:{PLAIN}geheim\n');
  return startNginx(lab, server, {
    listen: ['80', '[::]:80', '82 http2', '[::]:82 http2', '443 ssl http2', '[::]:443 ssl http2'],
    body: 'Test Page',
    extra: `ssl_certificate ${certFile}; ssl_certificate_key ${keyFile};
      add_header X-Weight 40;
      location = /private { auth_basic lab; auth_basic_user_file ${users}; try_files /none @page; }
      location @page { return 200 "Private Page\\n"; }
      location = /health { return 200 '{"status": "ok", "checks": [{"lag": 7}]}'; }
      location = /post { if ($request_method != POST) { return 405; } return 204; }
      location = /header { return 200 "$http_x_probe $server_protocol\\n"; }
      location = /moved { return 301 /health; }`,
  });
}

const probe = createProbe({ openPingPort: () => ({ ok: false, error: { step: 'open', code: 'EPERM' } }) });

type Options = Partial<VirtualConfig> & { readonly port?: number };

/** Checks the server's own port of the service, unless told another. */
function check({ port = 0, ...options }: Options, address: string = addresses[0]): Promise<ProbeResult> {
  const { target } = checkPlanOf(aVirtual(options), aReal({ address: ip(address), port })).main;
  return probe(target, AbortSignal.timeout(3000));
}

function need(context: TestContext, program: string): Running {
  return servers.get(program) ?? context.skip(`${program} is not installed`);
}

/** Each of its threads: a signal takes its time to reach them. */
const isStopped = (pid: number): boolean =>
  readdirSync(`/proc/${pid}/task`).every((thread) =>
    readFileSync(`/proc/${pid}/task/${thread}/status`, 'utf8').includes('State:\tT'),
  );

const json = (text: string) => parseJsonTest(text) ?? expect.fail(text);
const udp = { id: { kind: 'address', protocol: 'udp', address: ip('10.9.0.240'), port: 53 } } as const;
const dns = { service: 'dns', ...udp } as const;
const www = { ...dns, request: '/www.example.com' } as const;
const admin = { login: 'cn=admin,dc=example,dc=com', passwd: 'secret' };
const entry = { request: '/dc=example,dc=com' };
const verified = { verify: true, caFile: certFile, virtualhost: 'www.example.com' };
const radius = { service: 'radius', login: 'check', passwd: 'geheim', secret: 'testing123' };
const account = { login: 'check', passwd: 'geheim' };
/** Of "Test Page\n". */
const digest = 'd5d2ff66a8f30775df81b68c7ab2f9a4';

describe.each([
  ['unbound', dns, /^SOA \.: NOERROR, 1 record/],
  ['unbound', { ...www, receive: '^10\\.0\\.0\\.2$' }, /2 record\(s\), receive matches$/],
  [
    'unbound',
    { ...www, service: 'dns', id: { ...udp.id, protocol: 'tcp' }, receive: '10' },
    /receive matches$/,
  ],
  ['unbound', { ...www, dns: { type: 'AAAA' }, receive: '^fd09::80$' }, /receive matches$/],
  [
    'unbound',
    { ...dns, request: '/10.0.0.1', receive: '^www\\.example\\.com$' },
    /^PTR 1\.0\.0\.10\.in-addr/,
  ],
  [
    'unbound',
    { ...dns, request: '/example.com', dns: { type: 'MX' }, receive: '^10 mx' },
    /receive matches$/,
  ],
  ['unbound', { ...dns, request: '/none.example', dns: { rcodes: ['NXDOMAIN'] } }, /NXDOMAIN, 0 record/],
  ['slapd', { service: 'ldap' }, /^found the root DSE$/],
  [
    'slapd',
    { service: 'ldap', ...entry, receive: '^dc=example' },
    /^found dc=example,dc=com, receive matches$/,
  ],
  ['slapd', { service: 'ldap', ...entry, ...admin }, /^found dc=example,dc=com$/],
  ['slapd', { service: 'ldaps', ...entry, ...admin }, /^found dc=example,dc=com$/],
  ['slapd', { service: 'ldaps', ...entry, ...verified }, /^found dc=example,dc=com$/],
  ['freeradius', radius, /^Access-Accept$/],
  ['nginx', { ...account, request: '/private', receive: 'Private' }, /^HTTP 200, receive matches$/],
  ['nginx', { request: '/private', http: { status: [[401, 401]] } }, /^HTTP 401$/],
  ['nginx', { request: '/health', http: { json: json('$.checks[0].lag < 30') } }, /^HTTP 200$/],
  ['nginx', { request: '/moved', http: { json: json('$.status == "ok"') } }, /^HTTP 200$/],
  ['nginx', { request: '/post', httpmethod: 'POST', http: { body: 'x' } }, /^HTTP 204$/],
  [
    'nginx',
    { request: '/header', receive: '^a b HTTP/1.1', http: { headers: [['X-Probe', 'a b']] } },
    /matches/,
  ],
  [
    'nginx',
    { port: 82, request: '/header', receive: 'HTTP/2.0', http: { version: '2' } },
    /receive matches$/,
  ],
  ['nginx', { service: 'https', request: '/header', receive: 'HTTP/2.0', http: { version: '2' } }, /matches/],
  ['nginx', { service: 'https', ...verified, http: { version: '2' } }, /^HTTP 200$/],
  ['nginx', { http: { digest } }, /^HTTP 200$/],
  ['nginx', { http: { urls: [{ request: '/' }, { request: '/health' }] } }, /the last of 2/],
] as const)('%s is up by %j', (program, options, detail) => {
  it.for(addresses)('over %s', async (address, context) => {
    need(context, program);
    const result = await check(options as Options, address);
    expect(result).toMatchObject({ outcome: 'success', detail: expect.stringMatching(detail) });
  });
});

describe.each([
  [
    'unbound',
    { ...www, receive: '10.0.0.3' },
    'A www.example.com: NOERROR, 2 record(s), receive matches none',
  ],
  ['unbound', { ...dns, request: '/none.example' }, 'A none.example: NXDOMAIN'],
  [
    'slapd',
    { service: 'ldap', ...admin, passwd: 'not-it' },
    'cannot log in as cn=admin,dc=example,dc=com: wrong name or password',
  ],
  ['slapd', { service: 'ldap', request: '/dc=none' }, 'cannot find dc=none: no such entry'],
  ['slapd', { service: 'ldaps', verify: true }, /SELF_SIGNED/],
  ['freeradius', { ...radius, passwd: 'not-it' }, 'cannot log in as check: Access-Reject'],
  ['freeradius', { ...radius, secret: 'not-it' }, 'no answer in time to log in as check'],
  ['nginx', { ...account, passwd: 'not-it', request: '/private' }, 'HTTP 401'],
  ['nginx', { request: '/post' }, 'HTTP 405'],
  [
    'nginx',
    { request: '/health', http: { json: json('$.status == "down"') } },
    'HTTP 200, $.status == "down" does not hold: it is "ok"',
  ],
  ['nginx', { request: '/health', http: { digest } }, /^HTTP 200, digest is [0-9a-f]{32}$/],
  ['nginx', { port: 80, http: { version: '2' } }, /^cannot GET \//],
] as const)('%s is down by %j', (program, options, detail) => {
  it('and says why', async (context) => {
    need(context, program);
    const result = await check(options as Options);
    expect(result).toMatchObject({
      outcome: 'failure',
      detail: typeof detail === 'string' ? detail : expect.stringMatching(detail),
    });
  });
});

describe.each([
  ['unbound', dns],
  ['slapd', { service: 'ldap' }],
  ['freeradius', radius],
] as const)('%s that stands still', (program, options) => {
  it('is down at the deadline, and up when it moves', async (context) => {
    const running = need(context, program);
    const { target } = checkPlanOf(aVirtual(options), aReal({ address: ip(addresses[0]), port: 0 })).main;
    running.signal('SIGSTOP');
    await waitUntil(() => isStopped(running.pid), { what: `${program} stopped` });
    try {
      expect(await probe(target, AbortSignal.timeout(300))).toMatchObject({
        outcome: 'failure',
        detail: expect.stringContaining('no answer in time to '),
      });
    } finally {
      running.signal('SIGCONT');
    }
    expect(await check(options)).toMatchObject({ outcome: 'success' });
  });
});

it('the weight that nginx asks for in a header comes with the success', async () => {
  expect(await check({ http: { weightHeader: 'X-Weight' } })).toEqual({
    outcome: 'success',
    detail: 'HTTP 200',
    weightPercent: 40,
  });
});
