// The health loop with its real probes and clock against nginx and against hosts that fall silent: this process
// checks from within one namespace what lives in another.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createHealthLoop, type HealthLoop } from '../../../src/daemon/health/health-loop.ts';
import type { JournalEvent } from '../../../src/journal/event.ts';
import type { VirtualConfig } from '../../../src/model/config/service.ts';
import type { Verdict } from '../../../src/model/verdict.ts';
import { ip } from '../../../src/net/ip.ts';
import { createProbe } from '../../../src/probes/probe-target.ts';
import { systemClock } from '../../../src/system/clock.ts';
import { openIcmpSocket } from '../../../src/system/sockets/icmp-socket.ts';
import { aReal, aVirtual } from '../../make/a-virtual.ts';
import { certFile, keyFile } from '../../probes/scripted-server.ts';
import { createLab, type Host, type Lab } from '../harness/namespaces.ts';
import { type Running, waitUntil } from '../harness/process.ts';
import { startNginx } from '../harness/programs.ts';
import { enter } from '../vrrp/inside.ts';

const intervalMs = 200;
const timeoutMs = 2000;
/** A verdict may take the rest of an interval, the time of a check, and what a busy machine adds. */
const verdictMs = 10_000;

let lab: Lab;
let server: Host;
let director: Host;
let leave: () => void;
let nginx: Running;

beforeAll(async () => {
  lab = createLab();
  const lan = await lab.lan('lan');
  director = await lab.host('director');
  server = await lab.host('server');
  await lab.attach(director, lan, { addresses: ['10.9.0.1/24', 'fd09::1/64'] });
  await lab.attach(server, lan, { addresses: ['10.9.0.2/24', 'fd09::2/64'] });
  nginx = await serve();
  leave = enter(director);
});
afterAll(async () => {
  leave?.();
  await lab?.dispose();
});

const serve = () =>
  startNginx(lab, server, {
    listen: ['80', '[::]:80', '443 ssl', '[::]:443 ssl'],
    body: 'Test Page',
    extra: `ssl_certificate ${certFile}; ssl_certificate_key ${keyFile};
      location /away { return 302 http://www.example.org/; } location /broken { return 503; }`,
  });

let loop: HealthLoop;
let events: JournalEvent[];
beforeEach(() => {
  events = [];
  loop = createHealthLoop({
    clock: systemClock,
    probe: createProbe({ openPingPort: (family) => openIcmpSocket(family, systemClock) }),
    journal: (event) => events.push(event),
    onVerdict: () => {},
  });
  return () => loop.stop();
});

/** Checks one server, as a service with these options. */
function check(options: Partial<VirtualConfig>, address = '10.9.0.2', port = 80): void {
  const times = { checkintervalMs: intervalMs, checktimeoutMs: timeoutMs, negotiatetimeoutMs: timeoutMs };
  loop.configure([aVirtual({ ...times, ...options, reals: [aReal({ address: ip(address), port })] })]);
}

async function becomes(verdict: Verdict): Promise<void> {
  const what = `verdict ${verdict}`;
  await waitUntil(() => loop.status()[0]?.verdict === verdict, { timeoutMs: verdictMs, everyMs: 5, what });
}
const detail = () => loop.status()[0]?.recent[0]?.detail;

describe('nginx is up', () => {
  const https = { service: 'https', virtualhost: 'www.example.com' } as const;
  it.each([
    ['http', {}, 80],
    ['http with receive', { receive: '^T.st Page\\n$' }, 80],
    ['http with HEAD', { httpmethod: 'HEAD' }, 80],
    ['https', https, 443],
    ['https, verified', { ...https, verify: true, caFile: certFile }, 443],
    ['connect', { checktype: { kind: 'connect' } }, 80],
    ['checktype 2', { checktype: { kind: 'combined', connects: 2 } }, 80],
    ['ping', { checktype: { kind: 'ping' } }, 80],
  ] as const)('by %s, over IPv4 and IPv6', async (_, options, port) => {
    for (const address of ['10.9.0.2', 'fd09::2']) {
      check(options, address, port);
      await becomes('up');
      loop.configure([]);
    }
  });
});

describe('nginx is down', () => {
  it.each([
    [{ request: '/broken' }, 80, 'HTTP 503'],
    [{ request: '/away' }, 80, 'HTTP 302 leads away from the server, to http://www.example.org/'],
    [{ receive: 'Other Page' }, 80, 'HTTP 200, receive does not match the body (10 bytes)'],
    [{ service: 'https', verify: true, virtualhost: 'www.example.com' }, 443, /DEPTH_ZERO_SELF_SIGNED_CERT/],
    [{ service: 'http' }, 443, 'HTTP 400'],
    [{ service: 'https' }, 80, /cannot shake hands/],
    [{ checktype: { kind: 'connect' } }, 81, /ECONNREFUSED/],
  ] as const)('by %j on port %i', async (options, port, why) => {
    check(options, '10.9.0.2', port);
    await becomes('down');
    expect(detail()).toEqual(typeof why === 'string' ? why : expect.stringMatching(why));
  });
});

describe('a server that fails', () => {
  it('by ending is down, and up again when it is back', async () => {
    check({ fall: 2, rise: 2 });
    await becomes('up');
    await nginx.stop();
    await becomes('down');
    expect(detail()).toMatch(/ECONNREFUSED/);
    nginx = await serve();
    await becomes('up');
    expect(events.map(({ event }) => event)).toEqual(['real.up', 'real.failing', 'real.down', 'real.up']);
  });

  it('by standing still is down when its time is over, and up again when it moves', async () => {
    check({});
    await becomes('up');
    nginx.signal('SIGSTOP');
    try {
      await becomes('down');
      expect(detail()).toBe('no answer in time to GET /');
    } finally {
      nginx.signal('SIGCONT');
    }
    await becomes('up');
  });

  it('by standing still is not seen by a connect, which the kernel answers', async () => {
    nginx.signal('SIGSTOP');
    try {
      check({ checktype: { kind: 'connect' } });
      await becomes('up');
    } finally {
      nginx.signal('SIGCONT');
    }
  });

  it.each([
    ['10.9.0.9', '10.9.0.9/24'],
    ['fd09::9', 'fd09::9/64'],
  ])('by losing its address %s no longer answers pings, until it has it again', async (address, prefix) => {
    const change = (how: 'add' | 'delete') =>
      server.run('ip', 'address', how, prefix, 'dev', 'eth0', ...(how === 'add' ? ['nodad'] : []));
    await change('add');
    check({ checktype: { kind: 'ping' }, checkcount: 2, checktimeoutMs: 1000 }, address);
    await becomes('up');
    await change('delete');
    await becomes('down');
    await change('add');
    await becomes('up');
    await change('delete');
  });
});

describe('a host that is not there', () => {
  const halfOpen = () => director.run('ss', '-Htn', 'state', 'syn-sent');
  const waitForHalfOpen = (wanted: boolean) =>
    waitUntil(async () => ((await halfOpen()) !== '') === wanted, {
      what: `half open: ${wanted}`,
      everyMs: 10,
    });

  it.each([{ checktype: { kind: 'connect' } }, { service: 'http' }, { service: 'https' }] as const)(
    'is down by its deadline, and leaves no half-open connection behind: %j',
    async (options) => {
      // The server gets what is for these addresses, and drops it.
      await director.run('ip', 'route', 'replace', '10.99.0.0/16', 'via', '10.9.0.2');
      check(options, '10.99.0.1');
      const down = becomes('down');
      await waitForHalfOpen(true);
      await down;
      expect(detail()).toMatch(/^no answer (in time )?to connect$/);
      loop.stop();
      await waitForHalfOpen(false);
    },
  );
});
