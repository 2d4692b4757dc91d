import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { MonitoredService, MonitorFacts } from '../../src/daemon/report/monitor-facts.ts';
import { formatMonitor, unknown } from '../../src/render/monitor.ts';
import { alerts, parseRange } from '../../src/render/monitor-range.ts';

const router = (name: string, phase: string, lacks: readonly string[] = []) => ({
  ...{ name, phase, reason: 'it is so', lacks },
});
const service = (changes: Partial<MonitoredService> = {}): MonitoredService => ({
  ...{ name: 'shop', up: 12, down: [], unverified: 0, out: 0, all: 12 },
  health: { ok: true, reason: 'shop: 12 of 12 server(s) up' },
  ...changes,
});
const facts = (changes: Partial<MonitorFacts> = {}): MonitorFacts => ({
  ...{ director: 'lvs1', phase: 'ready', live: { ok: true, reason: 'lvs-director is ready' }, problems: [] },
  ...{ routers: [router('VI_1', 'active')], services: [service()] },
  ...changes,
});
const down = (count: number, more: Partial<MonitoredService> = {}) =>
  service({ up: 12 - count, down: Array.from({ length: count }, (_, at) => `10.0.0.${at}:80`), ...more });
const firstLine = (given: Partial<MonitorFacts>, thresholds: readonly (string | undefined)[] = []) => {
  const [warning, critical] = thresholds.map((text) => parseRange(text ?? ''));
  const { status, text } = formatMonitor(facts(given), {
    ...(warning && { warning }),
    ...(critical && { critical }),
  });
  return [status, text.split('\n')[0]];
};

describe('the first line of the plug-in', () => {
  it('is as schedulers know it', () => {
    expect(firstLine({})).toEqual([0, "LVS OK - VI_1 active, 12/12 servers | 'servers_up'=12;;;0;12"]);
    expect(firstLine({ routers: [router('VI_1', 'backup')], services: [] })).toEqual([
      0,
      'LVS OK - VI_1 backup',
    ]);
    expect(firstLine({ routers: [], services: [] })).toEqual([
      0,
      expect.stringContaining('LVS OK - lvs1: no virtual router and no service is configured'),
    ]);
  });
  it.each([
    [{ services: [down(1)] }, [], 1, 'WARNING - shop: 1 of 12 server(s) down; VI_1 active, 11/12 servers'],
    [{ services: [down(1)] }, ['2'], 0, 'OK - VI_1 active, 11/12 servers'],
    [{ services: [down(3)] }, ['2'], 1, 'WARNING - shop: 3 of 12 server(s) down; VI_1 active, 9/12 servers'],
    [
      { services: [down(3)] },
      ['0', '2'],
      2,
      'CRITICAL - shop: 3 of 12 server(s) down; VI_1 active, 9/12 servers',
    ],
    [
      { services: [down(12, { health: { ok: false, reason: 'shop: fallback 127.0.0.1:80 serves' } })] },
      ['99', '99'],
      2,
      'CRITICAL - shop: fallback 127.0.0.1:80 serves; VI_1 active, 0/12 servers',
    ],
    [
      { routers: [router('VI_1', 'fault')], problems: ['x'] },
      [],
      2,
      'CRITICAL - VI_1 fault: it is so (and 1 more); VI_1 fault, 12/12 servers',
    ],
    [
      { routers: [router('VI_1', 'active', ['10.0.0.9/24'])] },
      [],
      2,
      'CRITICAL - VI_1 active without 10.0.0.9/24; ',
    ],
    [{ routers: [router('VI_1', 'backup', ['vrrp.51'])] }, [], 1, 'WARNING - VI_1 backup without vrrp.51; '],
    [{ routers: [router('VI_1', 'leaving')] }, [], 0, 'OK - VI_1 leaving, '],
    [
      { live: { ok: false, reason: 'silent' }, routers: [router('VI_1', 'unknown')] },
      [],
      2,
      'CRITICAL - silent; ',
    ],
    [
      { phase: 'starting', routers: [router('VI_1', 'absent')] },
      [],
      1,
      'WARNING - lvs-director is starting; ',
    ],
    [{ problems: ['the kernel refuses x | y'] }, [], 1, 'WARNING - the kernel refuses x / y; '],
    [
      { routers: ['a', 'b', 'c'].flatMap((name) => [router(name, 'active'), router(`${name}2`, 'backup')]) },
      [],
      0,
      'OK - 3 active, 3 backup, 12/12 servers',
    ],
  ] satisfies readonly [Partial<MonitorFacts>, readonly string[], number, string][])(
    '%j with %j: %d, %s',
    (given, [warning, critical], status, line) => {
      const [found, text] = firstLine(given, [warning, critical]);
      expect(found).toBe(status);
      expect(text).toContain(`LVS ${line}`);
    },
  );
  it('is one line, with no bar but the one before the numbers, whatever names there are', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.constantFrom('active', 'fault'), (name, phase) => {
        const { status, text } = formatMonitor(facts({ routers: [router(name, phase)] }), {});
        const [line = '', ...details] = text.split('\n');
        expect(status).toBe(phase === 'fault' ? 2 : 0);
        expect(line.split('|').length).toBe(2);
        expect(line).toMatch(/^LVS (OK|CRITICAL) - .*\| 'servers_up'=12;;;0;12$/u);
        expect(details.slice(0, -2).filter((each) => each.includes('|'))).toEqual([]);
      }),
    );
  });
});

describe('what follows it', () => {
  it('is each finding, router and service, and the other numbers behind a second bar', () => {
    const { text } = formatMonitor(facts({ services: [down(2, { out: 1 })] }), {});
    expect(
      text,
    ).toBe(`LVS WARNING - shop: 2 of 12 server(s) down; VI_1 active, 10/12 servers | 'servers_up'=10;;;0;12
WARNING: shop: 2 of 12 server(s) down
VI_1 active: it is so
shop: 10/12 up, 2 down (10.0.0.0:80, 10.0.0.1:80), 1 out by an operator | 'servers_down'=2;0;;0;12 'servers_out'=1;;;0;12 'services_served'=1;;;0;1 'routers_active'=1;;;0;1
`);
  });
  it('is bounded', () => {
    const services = Array.from({ length: 5000 }, (_, at) => down(12, { name: `service ${at}` }));
    const { text } = formatMonitor(facts({ services }), {});
    expect(text.length).toBeLessThan(8192);
    expect(text).toContain('more lines');
  });
});

it('UNKNOWN is one line', () => {
  expect(unknown('no | daemon\nhere')).toEqual({ status: 3, text: 'LVS UNKNOWN - no / daemon here\n' });
});

describe('a range', () => {
  it.each([
    ['10', [-1, 11], [0, 10]],
    ['10:', [9], [10, 11]],
    ['~:10', [11], [-100, 10]],
    ['10:20', [9, 21], [10, 20]],
    ['@10:20', [10, 20], [9, 21]],
    ['@0', [0], [-1, 1]],
    ['0', [1], [0]],
    ['1.5', [2], [1]],
    ['-5:-1', [0], [-1]],
    ['~:', [], [-9, 9]],
  ])('%s alerts for %j and not for %j', (text, bad, good) => {
    const range = parseRange(text) ?? expect.fail(text);
    expect(bad.filter((value) => !alerts(range, value))).toEqual([]);
    expect(good.filter((value) => alerts(range, value))).toEqual([]);
  });
  it.each(['', '@', ':', ':10x', '20:10', '10%', 'x', '1:2:3', '--5', '5 ', '1e3'])('is not %j', (text) => {
    expect(parseRange(text)).toBeUndefined();
  });
});
