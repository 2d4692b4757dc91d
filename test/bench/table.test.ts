import { describe, expect, it } from 'vitest';
import type { Measured } from '../../bench/failover/run.ts';
import { formatTable, type Pairing, type Result, rowsOf } from '../../bench/failover/table.ts';

const run = (changes: Partial<Measured>): Measured => ({
  outageMs: 0,
  bothMs: 0,
  bothWithoutEnd: false,
  backupActed: 0,
  resolutionMs: 1,
  ...changes,
});

const result = (scenario: string, pairing: Pairing, runs: readonly Measured[]): Result => ({
  ...{ scenario, title: scenario, intervalMs: 1000, pairing, runs },
  measures: ['outage', 'both hold'],
});

const linkDown = (...outages: readonly number[]) =>
  rowsOf([
    result(
      'link-down',
      'lvs-director',
      outages.map((outageMs) => run({ outageMs, limitMs: 3000 })),
    ),
  ])[0];

describe('the table of failovers', () => {
  it('sets the medians of both products against each other', () => {
    const rows = rowsOf([
      result(
        'stop',
        'keepalived',
        [610, 600, 680].map((outageMs) => run({ outageMs })),
      ),
      result(
        'stop',
        'lvs-director',
        [1, 2, 3].map((outageMs) => run({ outageMs })),
      ),
    ]);
    expect(rows[0]).toMatchObject({ keepalived: { median: 610, max: 680 }, ours: { median: 2, max: 3 } });
    expect(formatTable(rows).split('\n')[1]).toMatch(/^stop +1 s +outage +610 \/ 680 +2\.0 \/ 3\.0 +305 /);
  });

  it('counts a goal as met only if every run met it', () => {
    expect(linkDown(3009, 3010)?.goal).toEqual({ text: 'limit + 10', met: true });
    expect(linkDown(3009, 3011)?.goal?.met).toBe(false);
  });

  it('shows how far the worst run was beyond its own limit', () => {
    expect(linkDown(2990, 3004)).toMatchObject({ limitMs: 3000, beyondMs: 4 });
  });

  it('holds what did not end against the goal, and marks it', () => {
    const endless = run({ bothMs: 900, bothWithoutEnd: true });
    const rows = rowsOf([result('frozen', 'lvs-director', [endless])]);
    expect(rows[1]?.goal?.met).toBe(false);
    expect(formatTable(rows)).toContain('> 900 / > 900');
  });

  it('judges what keepalived finishes by the same goal', () => {
    const rows = rowsOf([
      result('stop', 'lvs-director', [run({ outageMs: 1 })]),
      result('stop', 'lvs-director, then keepalived', [run({ outageMs: 9 })]),
    ]);
    expect(rows[0]?.goal).toEqual({ text: '<= 4', met: false });
  });
});
