import { describe, expect, it } from 'vitest';
import { parseArguments } from '../../src/cli/command-line.ts';
import { runCommandLine } from '../../src/cli/commands.ts';
import { formatStatus } from '../../src/cli/status.ts';
import { formatDuration } from '../../src/render/duration.ts';
import { formatTable } from '../../src/render/table.ts';

function recordingIo() {
  const out: string[] = [];
  const errors: string[] = [];
  return {
    out,
    errors,
    stdout: (text: string) => void out.push(text),
    stderr: (text: string) => void errors.push(text),
  };
}

describe('runCommandLine', () => {
  it('lists every command and the exit codes', async () => {
    const io = recordingIo();
    expect(await runCommandLine(['--help'], io)).toBe(0);
    for (const name of ['run', 'check', 'plan', 'status', 'reload', 'failover'])
      expect(io.out.join('')).toContain(`  ${name} `);
    expect(io.out.join('')).not.toContain('vrrp-process');
  });
  it('refuses an unknown command with exit 2 and the usage', async () => {
    const io = recordingIo();
    expect(await runCommandLine(['relaod'], io)).toBe(2);
    expect(io.errors.join('')).toContain('Cannot run: expected a known command, got relaod');
  });
  it('answers --help of one command without running it', async () => {
    const io = recordingIo();
    expect(await runCommandLine(['failover', '--help'], io)).toBe(0);
    expect(io.out.join('')).toContain('failover [INSTANCE]');
  });
  it('says that no daemon is running, with the path that was tried', async () => {
    const io = recordingIo();
    expect(await runCommandLine(['status', '--socket', '/nonexistent/control.sock'], io)).toBe(1);
    expect(io.errors.join('')).toContain('not running here: nobody answers at /nonexistent/control.sock');
  });
});

describe('parseArguments', () => {
  it('refuses what no option names', () => {
    const io = recordingIo();
    expect(parseArguments(['--jsn'], { json: { type: 'boolean' } }, io)).toBeUndefined();
    expect(io.errors.join('')).toContain('--jsn');
  });
  it('refuses more arguments than the command takes', () => {
    const io = recordingIo();
    expect(parseArguments(['a', 'b'], {}, io, 1)).toBeUndefined();
    expect(io.errors.join('')).toContain('at most 1 argument(s), got 2');
  });
});

describe('formatTable', () => {
  it('aligns columns and leaves nothing at the end of a line', () => {
    expect(
      formatTable(
        ['A', 'LONG'],
        [
          ['aaa', 'b'],
          ['a', ''],
        ],
      ),
    ).toBe('A    LONG\naaa  b\na');
  });
});

describe('formatStatus', () => {
  it.each([
    [0, '0 s'],
    [59, '59 s'],
    [60, '1 min'],
    [3725, '1 h 2 min'],
    [90061, '1 d 1 h'],
    [86400, '1 d'],
  ])('writes %d seconds as %s', (seconds, text) => expect(formatDuration(seconds)).toBe(text));

  it('shows routers, services, servers and what the kernel refuses', () => {
    const text = formatStatus({
      director: 'lvs1',
      version: '0.1.0',
      pid: 7,
      phase: 'ready',
      uptimeSec: 61,
      config: 'a.yaml',
      nowMs: 20_000,
      checks: {
        checks: 0,
        underWay: 0,
        waiting: 0,
        places: 1000,
        missed: 0,
        lateness: { count: 0, p50Ms: 0, p99Ms: 0, maxMs: 0, buckets: [] },
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
          service: 'tcp 10.0.0.9:80',
          scheduler: 'wlc',
          fallbacks: [
            {
              address: '10.0.0.8:80',
              name: 'sorry.example.com',
              serving: false,
              verdict: 'down',
              detail: 'refused',
            },
            { address: '127.0.0.1:80', serving: true },
          ],
          quorum: { state: 'lost', weight: 1, quorum: 3, hysteresis: 1 },
          reals: [
            {
              real: '10.0.0.2:80',
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
    });
    expect(text).not.toContain('web.example.com is not resolved');
    expect(text).toContain('db is not resolved for 1 min 1 s: SERVFAIL; 10.0.0.3 kept');
    expect(text).toContain('nobody is not resolved for 5 s: NXDOMAIN; no address of it is known');
    expect(text).toContain('3 server(s) of a file kept as they were: /f:1:1: Cannot read real_file');
    expect(text).toContain('lvs1: lvs-director 0.1.0, ready, pid 7, up 1 min 1 s, a.yaml');
    expect(text).toMatch(/VI_1 +51 +eth0 +backup +80 \(of 100\) +12 s +10\.0\.0\.1 \(150\) +started/);
    expect(text).toMatch(/VI_1 +script web +down +-20 +exit 1/);
    expect(text).toMatch(
      /tcp 10\.0\.0\.9:80 wlc .*quorum lost: weight 1 of 3 \+- 1; fallback 127\.0\.0\.1:80 \(tier 2\) serves/,
    );
    expect(text).toMatch(/ {2}fallback 1: 10\.0\.0\.8:80 \(sorry\.example\.com\) +down +- .*refused/);
    expect(text).toMatch(/ {2}fallback 2: 127\.0\.0\.1:80 +not checked +1/);
    expect(text).toMatch(/ {2}10\.0\.0\.2:80 \(web\.example\.com\) +down +- +0 +0 +2 s ago: refused/);
    expect(text).toContain('The kernel refuses: add x: EINVAL');
  });
});

it('quotes arguments on one harmless line', async () => {
  const wild = 'a\nforged\x1b[2J\u202e\u009b';
  for (const argv of [
    [wild],
    ['why', wild, '--socket', wild],
    ['convert', 'x', '--from', wild],
    ['ipvs', wild],
  ]) {
    let said = '';
    const write = (text: string) => {
      said += text;
    };
    await runCommandLine(argv, { stdout: write, stderr: write });
    expect(said).not.toMatch(/^forged|[^\n\P{C}]/mu);
  }
  for (const argv of [
    ['drain', 'x', '--timeout', wild],
    ['check', `--${wild}`],
  ]) {
    let said = '';
    await runCommandLine(argv, { stdout: () => {}, stderr: (text) => (said += text) });
    expect(said).not.toMatch(/^forged|[^\n\P{C}]/mu);
  }
});
