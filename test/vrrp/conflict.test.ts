// Two actives: assertion, announcement and report, and their limits (RFC 9568 §6.4.3, vrrp.md S12).
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ip } from '../../src/net/ip.ts';
import { activeRig, deeds, PEER, type Rig, reports } from './rig.ts';

const suspicions = (rig: Rig, priority: number, now: number) =>
  reports(rig.hear(priority, now)).filter((report) => report.type === 'splitBrainSuspected');

describe('a losing advert', () => {
  it('is answered at once, announced, and reported', () => {
    const rig = activeRig();
    const effects = rig.hear(50, rig.since + 1_000_000);
    expect(deeds(effects)).toEqual(['announce', 'sendAdvert 100', 'renewLease']);
    expect(reports(effects)).toEqual([
      { type: 'splitBrainSuspected', peer: PEER, peerPriority: 50, count: 1 },
    ]);
  });

  it('is answered at most once a quarter of an interval a peer', () => {
    const rig = activeRig();
    const at = rig.since + 400_000;
    expect(deeds(rig.hear(50, at))).toContain('sendAdvert 100');
    expect(deeds(rig.hear(50, at + 249_999))).toEqual([]);
    expect(deeds(rig.hear(60, at + 249_999, { from: ip('10.9.0.7') }))).toContain('sendAdvert 100');
    expect(deeds(rig.hear(50, at + 250_000))).toContain('sendAdvert 100');
  });

  it('is announced at most once a second, and once more after the conflict', () => {
    const rig = activeRig({ garpDelayUs: 0 });
    const at = rig.since + 1_000_000;
    rig.due(at);
    expect(deeds(rig.hear(50, at))).toContain('announce');
    expect(deeds(rig.hear(50, at + 500_000))).not.toContain('announce');
    expect(deeds(rig.due(at + 1_000_000))).toContain('announce');
    expect(deeds(rig.due(at + 2_000_000))).not.toContain('announce');
  });

  it('is no split brain while the role is just changing hands', () => {
    const rig = activeRig();
    expect(suspicions(rig, 50, rig.since + 999_999)).toEqual([]);
    expect(suspicions(rig, 50, rig.since + 1_000_000)).toHaveLength(1);
  });

  it('is reported once a conflict, then once a minute with its count', () => {
    const rig = activeRig();
    const counts: number[] = [];
    for (let second = 1; second <= 121; second++) {
      const at = rig.since + second * 1_000_000;
      rig.due(at);
      for (const report of suspicions(rig, 50, at)) counts.push(report.count);
    }
    expect(counts).toEqual([1, 61, 121]);
  });

  it('after a silence of an Active_Down_Interval it is a new conflict', () => {
    const rig = activeRig();
    const start = rig.since + 1_000_000;
    expect(suspicions(rig, 50, start)).toMatchObject([{ count: 1 }]);
    for (let at = start; at <= start + 4_000_000; at += 1_000_000) rig.due(at);
    expect(suspicions(rig, 50, start + 4_000_000)).toMatchObject([{ count: 1 }]);
  });
});

describe('a flood', () => {
  it('of priority 0 does not silence Adver_Timer', () => {
    const rig = activeRig();
    let sent = 0;
    for (let at = rig.since; at < rig.since + 10_000_000; at += 10_000) {
      const effects = [...rig.hear(0, at), ...((rig.deadline() ?? 0) <= at ? rig.due(at) : [])];
      sent += deeds(effects).filter((deed) => deed.startsWith('sendAdvert')).length;
    }
    expect(sent).toBeGreaterThanOrEqual(10);
    expect(sent).toBeLessThanOrEqual(41);
  });

  it('from ever new addresses costs a bounded number of adverts and of memory', () => {
    const rig = activeRig({ sourceAddress: ip('10.255.0.1') });
    let sent = 0;
    for (let i = 1; i <= 2000; i++) {
      const from = ip(`10.8.${i >> 8}.${i & 255}`);
      sent += deeds(rig.hear(50, rig.since + 100 * i, { from })).filter(
        (deed) => deed !== 'renewLease',
      ).length;
    }
    expect(sent).toBeLessThanOrEqual(10);
    const state = rig.state();
    expect(state.phase === 'active' && Object.keys(state.conflicts).length).toBeLessThanOrEqual(9);
  });
});

describe('any sequence of adverts', () => {
  it('leaves the regular adverts of an active no further apart than the interval', () => {
    const heard = fc.array(fc.tuple(fc.integer({ min: 0, max: 99 }), fc.integer({ min: 1, max: 300_000 })));
    fc.assert(
      fc.property(heard, (adverts) => {
        const rig = activeRig();
        let now = rig.since;
        let last = rig.since;
        for (const [priority, gap] of adverts) {
          now += gap;
          for (let due = rig.deadline() ?? 0; due <= now; due = rig.deadline() ?? 0) {
            if (deeds(rig.due(due)).includes('sendAdvert 100')) {
              expect(due - last).toBeLessThanOrEqual(1_000_000);
              last = due;
            }
          }
          if (deeds(rig.hear(priority, now)).includes('sendAdvert 100')) last = now;
        }
      }),
    );
  });
});
