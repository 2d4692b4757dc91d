import { describe, expect, it } from 'vitest';
import { inOrder } from '../../../src/explain/report/past.ts';
import { reportOf } from '../../../src/explain/report/report.ts';
import type { EventRecord } from '../../../src/journal/record.ts';
import { formatReport } from '../../../src/render/report.ts';

const start = Date.parse('2026-03-01T14:00:00.000Z');
const iso = (ms: number) => new Date(start + ms).toISOString();
const told = (ms: number, event: string, fields: Readonly<Record<string, unknown>> = {}): EventRecord => ({
  ...{ event, level: 'info', message: `${event} of the day` },
  ...fields,
  timestamp: iso(ms),
});
const moved = (ms: number, from: string, to: string, reason: string, more: object = {}) =>
  told(ms, 'vrrp.transition', { instance: 'VI_1', from, to, reason, ...more });
const vip = (
  ms: number,
  event: 'vip.added' | 'vip.removed' | 'vip.lease_expired',
  address = '10.9.0.100/24',
) => told(ms, event, { instance: 'VI_1', address });
const started = (ms: number, director: string) => told(ms, 'daemon.started', { director });

/** A is active from the start; an operator asks for a hand-over after 60 s. */
const handedOver = {
  a: [
    started(0, 'a'),
    moved(3000, 'backup', 'active', 'active_down', { outage_ms_estimate: 3100 }),
    moved(60_000, 'active', 'leaving', 'handover_requested'),
    moved(60_020, 'leaving', 'backup', 'handed_over', { peer: '10.9.0.2' }),
    vip(60_030, 'vip.removed'),
  ],
  b: [
    started(10_000, 'b'),
    vip(60_010, 'vip.added'),
    moved(60_015, 'backup', 'active', 'active_resigned', { peer: '10.9.0.1', outage_ms_estimate: 20 }),
  ],
};
const reportOfBoth = ({ a, b }: { readonly a: readonly EventRecord[]; readonly b: readonly EventRecord[] }) =>
  reportOf([
    { director: 'a', records: a },
    { director: 'b', records: b },
  ]);

describe('a failover', () => {
  it('has the cause of the one that left, who asked, and the outage by both clocks', () => {
    const { failovers, holders } = reportOfBoth(handedOver);
    expect(failovers).toEqual([
      {
        ...{ at: iso(3000), router: 'VI_1', to: 'a', reason: 'active_down', estimatedOutageMs: 3100 },
        cause: 'no advert from an active router in time',
      },
      {
        ...{ at: iso(60_015), router: 'VI_1', from: 'a', to: 'b', reason: 'handover_requested' },
        ...{ cause: 'an operator asked for it', askedBy: 'an operator, by lvs-director failover on a' },
        ...{ estimatedOutageMs: 20, measuredOutageMs: 0 },
      },
    ]);
    expect(holders).toEqual([
      { router: 'VI_1', holder: 'a', from: iso(3000), until: iso(60_020) },
      { router: 'VI_1', holder: 'b', from: iso(60_015) },
    ]);
  });

  it('is not measured by what a later one did', () => {
    const later = [
      moved(62_000, 'active', 'backup', 'shutdown'),
      vip(62_010, 'vip.removed'),
      vip(62_500, 'vip.added'),
    ];
    const { failovers } = reportOfBoth({ a: handedOver.a, b: [...handedOver.b, ...later] });
    expect(failovers[1]).toMatchObject({ reason: 'handover_requested', measuredOutageMs: 0 });
  });

  it('that one director alone tells has what it saw', () => {
    const ofB = reportOf([{ director: 'b', records: handedOver.b }]).failovers;
    expect(ofB).toMatchObject([
      { from: '10.9.0.1', to: 'b', reason: 'active_resigned', estimatedOutageMs: 20 },
    ]);
    expect(ofB[0]).not.toHaveProperty('measuredOutageMs');
    const ofA = reportOf([{ director: 'a', records: handedOver.a }]).failovers;
    expect(ofA[1]).toMatchObject({ from: 'a', to: '10.9.0.2', reason: 'handover_requested' });
    expect(ofA[1]?.cause).toContain('an operator asked for it');
  });

  it.each([
    [500, 'vip.removed', 500],
    [1200, 'vip.lease_expired', 1200],
  ] as const)('that nobody served for %d ms in says so, by %s', (gapMs, event, wanted) => {
    const { failovers } = reportOfBoth({
      a: [...handedOver.a.slice(0, 2), moved(60_000, 'active', 'fault', 'link_down'), vip(60_000, event)],
      b: [
        handedOver.b[0] as EventRecord,
        vip(60_000 + gapMs, 'vip.added'),
        moved(60_005 + gapMs, 'backup', 'active', 'active_down'),
      ],
    });
    expect(failovers[1]).toMatchObject({ from: 'a', to: 'b', reason: 'link_down', measuredOutageMs: wanted });
  });

  it('after a kill says that the other ended without a word, and asks nobody', () => {
    const { failovers, runs } = reportOfBoth({
      a: [...handedOver.a.slice(0, 2), told(59_000, 'real.up'), started(90_000, 'a')],
      b: [
        handedOver.b[0] as EventRecord,
        vip(62_000, 'vip.added'),
        moved(62_001, 'backup', 'active', 'active_down'),
      ],
    });
    expect(failovers[1]).toMatchObject({ from: 'a', to: 'b', reason: 'ended_without_a_word' });
    expect(failovers[1]).not.toHaveProperty('askedBy');
    expect(failovers[1]).not.toHaveProperty('measuredOutageMs');
    expect(runs.map(({ director, how, ended }) => [director, how, ended])).toEqual([
      ['a', 'ended without a word', iso(59_000)],
      ['b', 'running', undefined],
      ['a', 'running', undefined],
    ]);
  });

  it.each([
    ['before', 60_500],
    ['after', 63_000],
  ])(
    'after a kill has that cause where the next run found its addresses %s the other took over',
    (_, found) => {
      const { failovers, holders } = reportOfBoth({
        a: [
          ...handedOver.a.slice(0, 2),
          ...[told(59_000, 'real.up'), started(found - 100, 'a')],
          moved(found, 'initialize', 'leaving', 'addresses_found'),
          moved(found + 2000, 'leaving', 'backup', 'handed_over', { peer: '10.9.0.2' }),
          vip(found + 2010, 'vip.removed'),
        ],
        b: [
          handedOver.b[0] as EventRecord,
          vip(62_000, 'vip.added'),
          moved(62_001, 'backup', 'active', 'active_down'),
        ],
      });
      expect(failovers.slice(1)).toMatchObject([
        { from: 'a', to: 'b', reason: 'ended_without_a_word', measuredOutageMs: 0 },
      ]);
      expect(holders.map(({ holder, until }) => [holder, until])).toEqual([
        ['a', iso(found + 2000)],
        ['b', undefined],
      ]);
    },
  );

  it('is none where a director goes on after a restart', () => {
    const { failovers, holders } = reportOf([
      {
        director: 'a',
        records: [
          ...handedOver.a.slice(0, 2),
          started(9000, 'a'),
          moved(9500, 'initialize', 'leaving', 'addresses_found'),
          moved(9900, 'leaving', 'active', 'no_successor'),
        ],
      },
    ]);
    expect(failovers).toHaveLength(1);
    expect(holders).toEqual([{ router: 'VI_1', holder: 'a', from: iso(3000) }]);
  });

  it('is none where a hand-over found nobody', () => {
    const { failovers } = reportOf([
      {
        director: 'a',
        records: [...handedOver.a.slice(0, 3), moved(63_000, 'leaving', 'active', 'no_successor')],
      },
    ]);
    expect(failovers).toHaveLength(1);
  });

  it.each([
    ['shutdown', 'a stop of the daemon of a (SIGTERM)'],
    ['reconfigured', 'a reload of a'],
    ['track_failed: script web', undefined],
    ['link_down', undefined],
  ])('by %s was asked for by %s', (reason, askedBy) => {
    const { failovers } = reportOfBoth({
      a: [
        ...handedOver.a.slice(0, 2),
        told(59_990, 'daemon.stopping', { reason: 'SIGTERM' }),
        moved(60_000, 'active', 'leaving', reason),
        moved(60_020, 'leaving', 'initialize', 'handed_over'),
      ],
      b: handedOver.b,
    });
    expect(failovers[1]?.askedBy).toBe(askedBy);
  });
});

describe('the rest of a report', () => {
  const ofServer = { service: 'tcp 10.9.0.100:80', real: '10.9.0.4:80' };
  const records = [
    started(0, 'a'),
    ...[1, 2, 3].flatMap((n) => [
      told(n * 10_000, 'real.down', { ...ofServer, detail: `refused ${n}` }),
      told(n * 10_000 + 4000, 'real.up', { ...ofServer, down_s: 4 }),
    ]),
    told(35_000, 'real.down', { ...ofServer, real: '10.9.0.5:80', detail: 'timeout' }),
    ...[1, 2].map((count) => told(36_000 + count, 'vip.restored', { message: `restored (${count} times)` })),
    told(37_000, 'ipvs.sysctl', { why: 'configured' }),
    told(37_001, 'ipvs.sysctl', { why: 'drift', message: 'conntrack put back' }),
    told(38_000, 'daemon.reloaded', { config: '/x.yaml' }),
    told(38_500, 'daemon.reload_rejected', {
      config: '/x.yaml',
      problems: ['/x.yaml:1:1: Cannot read', 'more'],
    }),
    told(39_000, 'vrrp.stall', { message: 'woke late' }),
    told(40_000, 'daemon.stopped'),
  ];
  const report = reportOf([{ director: 'a', records }]);
  it('has the servers that fell, those that flap first', () => {
    expect(report.servers).toMatchObject([
      { real: '10.9.0.4:80', falls: 3, flapping: true, isDown: false, downSeconds: 12, detail: 'refused 3' },
      { real: '10.9.0.5:80', falls: 1, flapping: false, isDown: true, lastFall: iso(35_000) },
    ]);
  });
  it('has what was put right, and not what was asked for', () => {
    expect(report.drift.map(({ event, count, message }) => [event, count, message])).toEqual([
      ['vip.restored', 2, 'restored'],
      ['ipvs.sysctl', 1, 'conntrack put back'],
    ]);
  });
  it('has reloads, runs and troubles', () => {
    expect(report.reloads.map(({ outcome, problem }) => [outcome, problem])).toEqual([
      ['in force', undefined],
      ['rejected', '/x.yaml:1:1: Cannot read'],
    ]);
    expect(report.runs).toEqual([{ director: 'a', started: iso(0), ended: iso(40_000), how: 'stopped' }]);
    expect(report.troubles).toMatchObject([{ event: 'vrrp.stall', count: 1 }]);
  });
  it('of nothing is empty', () => {
    expect(reportOf([{ director: 'a', records: [] }])).toMatchObject({
      directors: ['a'],
      failovers: [],
      runs: [],
    });
  });
});

describe('a clock that is set back', () => {
  const hour = 3_600_000;
  const records = [
    started(hour, 'a'),
    moved(hour + 3000, 'backup', 'active', 'active_down'),
    told(hour + 4000, 'real.down', { service: 'web', real: '10.9.0.11:80' }),
    // Here.
    told(5000, 'real.up', { service: 'web', real: '10.9.0.11:80' }),
    moved(6000, 'active', 'backup', 'higher_priority'),
  ];

  it('changes the order of nothing: what was told last holds', () => {
    const { holders, servers, runs, from, to } = reportOf([{ director: 'a', records }]);
    expect({ from, to }).toEqual({ from: iso(hour), to: iso(6000) });
    expect(holders).toEqual([{ router: 'VI_1', holder: 'a', from: iso(hour + 3000), until: iso(6000) }]);
    expect(servers.map(({ isDown }) => isDown)).toEqual([false]);
    expect(runs).toMatchObject([{ how: 'running' }]);
    expect(formatReport(reportOf([{ director: 'a', records }]))).toContain('the clock was set back');
  });

  it('is as much earlier before, beside the other director', () => {
    const b = [moved(6100, 'backup', 'active', 'active_resigned')];
    const { failovers } = reportOf([
      { director: 'a', records },
      { director: 'b', records: b },
    ]);
    expect(failovers.map((each) => [each.from, each.to])).toEqual([
      [undefined, 'a'],
      ['a', 'b'],
    ]);
  });

  it('is none where something is told a moment late, nor where a file of a log follows its successor', () => {
    const late = [started(0, 'a'), moved(5000, 'backup', 'active', 'x'), told(2000, 'vrrp.supervisor_lost')];
    expect(inOrder([{ director: 'a', records: late }]).map(({ at }) => at - start)).toEqual([0, 2000, 5000]);
    const files = [
      { director: 'a', records: records.slice(3) },
      { director: 'a', records: [started(0, 'a')] },
    ];
    expect(inOrder(files).map(({ at }) => at - start)).toEqual([0, 5000, 6000]);
    expect(reportOf(files).directors).toEqual(['a']);
  });
});
