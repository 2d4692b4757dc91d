import { describe, expect, it } from 'vitest';
import { formatStatus } from '../../src/render/status.ts';
import { realNamed, serviceNamed } from '../make/names.ts';

describe('formatStatus', () => {
  it('shows routers, services, servers and what the kernel refuses', () => {
    const text = formatStatus({
      vrrpHeardAgoMs: 7200,
      now: '2026-03-01T14:00:00.000Z',
      director: 'lvs1',
      version: '0.1.0',
      pid: 7,
      phase: 'ready',
      uptimeSec: 61,
      config: 'a.yaml',
      nowMs: 20_000,
      checks: {
        processes: [
          { pid: 21, checks: 50, latenessMs: 0.4 },
          { checks: 0, latenessMs: 0 },
        ],
        checks: 0,
        underWay: 0,
        waiting: 0,
        places: 1000,
        missed: 0,
        lateness: { count: 0, p50Ms: 0, p99Ms: 0, maxMs: 0, sumMs: 0, buckets: [] },
      },
      vrrp: [
        {
          name: 'VI_1',
          interface: 'eth0',
          vrid: 51,
          phase: 'backup',
          priority: 80,
          basePriority: 100,
          tracked: [{ name: 'script web', state: 'down', adds: '-20' }],
          sinceMs: 8000,
          reason: 'startup',
          active: { address: '10.0.0.1', priority: 150 },
          peers: [
            { address: '10.0.0.3', priority: 0, heardAgoMs: 90 },
            { address: '10.0.0.1', priority: 150, heardAgoMs: 340 },
          ],
          addresses: ['10.0.0.9/24'],
          advertsSent: 0,
          advertsReceived: 9,
          advertsRejected: {},
          transitions: 1,
        },
      ],
      tracked: [{ name: 'script web', state: 'down', detail: 'exit 1' }],
      services: [
        {
          service: serviceNamed('tcp 10.0.0.9:80'),
          scheduler: 'wlc',
          fallbacks: [
            {
              address: realNamed('10.0.0.8:80'),
              name: 'sorry.example.com',
              serving: false,
              verdict: 'down',
              detail: 'refused',
            },
            { address: realNamed('127.0.0.1:80'), serving: true },
          ],
          quorum: { state: 'lost', weight: 1, quorum: 3, hysteresis: 1 },
          reals: [
            {
              real: realNamed('10.0.0.2:80'),
              name: 'web.example.com',
              verdict: 'down',
              maintenance: false,
              activeConnections: 0,
              inactiveConnections: 0,
              detail: 'refused',
              checkedAgoMs: 2000,
            },
          ],
        },
      ],
      names: [
        { name: 'web.example.com', family: 'inet', addresses: ['10.0.0.2'] },
        { name: 'db', family: 'inet', addresses: ['10.0.0.3'], reason: 'SERVFAIL', failedForMs: 61_000 },
        { name: 'nobody', family: 'inet', addresses: [], reason: 'NXDOMAIN', failedForMs: 5000 },
      ],
      files: [
        {
          file: '/f',
          servers: 3,
          problem: '/f:1:1: Cannot read real_file: expected a readable file, got ENOENT',
        },
      ],
      ipvs: { available: true, driftRepairs: 0, refused: ['add x: EINVAL'], foreign: [], unknown: [] },
      deliveries: [
        { sink: 'webhook chat', waiting: 2, delivered: 7, lost: 1, failure: 'HTTP 503' },
        { sink: 'mail by localhost:25', waiting: 0, delivered: 3, lost: 0 },
      ],
      fifos: [
        { fifo: '/run/all', written: 7, waiting: 0, lost: 0, unreadBytes: 0, program: 'running' },
        { fifo: '/run/own', written: 1500, waiting: 20, lost: 3, unreadBytes: 65_520 },
        {
          fifo: '/run/no',
          written: 0,
          waiting: 1,
          lost: 0,
          program: 'ended',
          failure: 'expected a FIFO, got a file',
        },
      ],
    });
    expect(text).not.toContain('web.example.com is not resolved');
    expect(text).toContain(`FIFO /run/all: 7 line(s) written, all read, 0 waiting, 0 lost, its program runs
FIFO /run/own: 1500 line(s) written, 65520 byte(s) not read yet, 20 waiting, 3 lost
FIFO /run/no: 0 line(s) written, 1 waiting, 0 lost, its program has ended; not as it should be: expected a FIFO, got a file
`);
    expect(text).toContain('db is not resolved for 1 min 1 s: SERVFAIL; 10.0.0.3 kept');
    expect(text).toContain('nobody is not resolved for 5 s: NXDOMAIN; no address of it is known');
    expect(text).toContain('3 server(s) of a file kept as they were: /f:1:1: Cannot read real_file');
    expect(text).toContain(
      'lvs1: lvs-director 0.1.0, ready, pid 7, up 1 min 1 s, a.yaml, at 2026-03-01T14:00:00.000Z\n',
    );
    expect(text).toContain(
      'Check processes: 21 (50 checks, 0.4 ms late on the average), one to be started again\n',
    );
    expect(text).toContain('The VRRP process told this 7 s ago, and nothing since');
    expect(text).toMatch(
      /VI_1 +51 +eth0 +backup +80 \(of 100\) +12 s +10\.0\.0\.1 \(150\) +10\.0\.0\.1 \(150\) 0\.3 s ago +started/,
    );
    expect(text).toMatch(/VI_1 +script web +down +-20 +exit 1/);
    expect(text).toMatch(
      /tcp 10\.0\.0\.9:80 wlc .*quorum lost: weight 1 of 3 \+- 1; fallback 127\.0\.0\.1:80 \(tier 2\) serves/,
    );
    expect(text).toMatch(/ {2}fallback 1: 10\.0\.0\.8:80 \(sorry\.example\.com\) +down +- .*refused/);
    expect(text).toMatch(/ {2}fallback 2: 127\.0\.0\.1:80 +not checked +1/);
    expect(text).toMatch(/ {2}10\.0\.0\.2:80 \(web\.example\.com\) +down +- +0 +0 +2 s ago: refused/);
    expect(text).toContain('The kernel refuses: add x: EINVAL');
    expect(text).toContain(
      'Told by webhook chat: 7 delivered, 2 waiting, 1 lost; the last try failed: HTTP 503\nTold by mail by localhost:25: 3 delivered, 0 waiting, 0 lost\n',
    );
  });
});
