// Two actives: assertion, announcement and report, and their limits (RFC 9568 §6.4.3, docs/reference/vrrp.md S12).
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ip } from '../../src/net/ip.ts';
import { activeRig, backupRig, createRig, deeds, PEER, type Rig, reports } from './rig.ts';

const suspicions = (rig: Rig, priority: number, now: number) =>
  reports(rig.hear(priority, now)).filter((report) => report.type === 'splitBrainSuspected');

/** A peer adverts each interval from `from` on. @returns when the neighbours are told. */
function* play(rig: Rig, from: number, forUs: number): Generator<number> {
  const { advertIntervalUs } = rig.router;
  for (let heard = from; heard < from + forUs; heard += advertIntervalUs) {
    for (let due = rig.deadline() ?? 0; due < heard; due = rig.deadline() ?? 0) {
      if (deeds(rig.due(due)).includes('announce') && due >= from) yield due;
    }
    if (deeds(rig.hear(50, heard)).includes('announce')) yield heard;
  }
}

describe('a losing advert', () => {
  it('is answered at once, announced, and reported', () => {
    const rig = activeRig();
    const effects = rig.hear(50, rig.since + 1_000_000);
    expect(deeds(effects)).toEqual(['announce', 'sendAdvert 100', 'renewLease']);
    expect(reports(effects)).toEqual([
      { type: 'splitBrainSuspected', peer: PEER, peerPriority: 50, count: 1 },
      { type: 'lowerActiveHeard', peer: PEER, peerPriority: 50 },
    ]);
  });

  it('is told for who puts right what the other has done, from the first on and as often as it is answered', () => {
    const rig = activeRig({ assertsAtOnce: false });
    const tells = (at: number) => reports(rig.hear(50, at)).some(({ type }) => type === 'lowerActiveHeard');
    const at = rig.since + 400_000;
    expect([0, 249_999, 250_000, 300_000, 500_000].map((after) => tells(at + after))).toEqual([
      ...[true, false, true, false, true],
    ]);
  });

  it('is answered at most twice within half an interval a peer, as its last word may cross the answer', () => {
    const rig = activeRig();
    const at = rig.since + 400_000;
    const isAnswered = (after: number) => deeds(rig.hear(50, at + after)).includes('sendAdvert 100');
    expect([0, 100, 200, 499_999].map(isAnswered)).toEqual([true, true, false, false]);
    expect(deeds(rig.hear(60, at + 499_999, { from: ip('10.9.0.7') }))).toContain('sendAdvert 100');
    expect([500_000, 500_050, 500_100, 999_999].map(isAnswered)).toEqual([true, false, true, false]);
  });

  it('is announced at once, and once more when the conflict should be over', () => {
    const rig = activeRig({ garpDelayUs: 0 });
    const at = rig.since + 1_000_000;
    rig.due(at);
    expect(deeds(rig.hear(50, at))).toContain('announce');
    expect(deeds(rig.due(at + 1_000_000))).toContain('announce');
    expect(deeds(rig.due(at + 2_000_000))).not.toContain('announce');
  });

  for (const intervalMs of [10, 100, 1000, 4000]) {
    it(`is announced within an interval of ${intervalMs} ms whenever the last round was, and ever more seldom`, () => {
      const advertIntervalUs = 1000 * intervalMs;
      for (let share = 0.05; share < 3; share += 0.25) {
        const rig = activeRig({ advertIntervalUs, garpDelayUs: 0 });
        const start = rig.since + Math.round(share * advertIntervalUs);
        const rounds = [...play(rig, start, 60_000_000)];
        expect((rounds[0] ?? Number.POSITIVE_INFINITY) - start).toBeLessThanOrEqual(advertIntervalUs);
        expect(rounds.length).toBeLessThanOrEqual(60_000_000 / Math.max(1_000_000, advertIntervalUs) + 12);
      }
    });
  }

  it('of which each new conflict is announced at once again', () => {
    const rig = activeRig({ garpDelayUs: 0 });
    const first = [...play(rig, rig.since + 1_000_000, 10_000_000)].length;
    for (let at = rig.deadline() ?? 0; at < rig.since + 60_000_000; at = rig.deadline() ?? 0) rig.due(at);
    const again = rig.since + 60_100_000;
    expect(first).toBeGreaterThan(5);
    expect([...play(rig, again, 500_000)][0]).toBe(again);
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

describe('what keepalived has words for', () => {
  const lower = (changes: Parameters<typeof activeRig>[0]) => {
    const rig = activeRig({ garpDelayUs: 0, ...changes });
    return { rig, effects: rig.hear(50, rig.since + 500_000) };
  };

  it('lower_prio_no_advert: a lower active is announced against and waits for the next advert', () => {
    const { rig, effects } = lower({ assertsAtOnce: false });
    expect(deeds(effects)).toEqual(['announce']);
    expect(deeds(rig.due(rig.since + 1_000_000))).toContain('sendAdvert 100');
    expect(suspicions(rig, 50, rig.since + 1_100_000)).toMatchObject([{ count: 2 }]);
    expect(deeds(rig.hear(0, rig.since + 1_200_000))).toContain('sendAdvert 100');
  });

  it('higher_prio_send_advert: no: it yields without a word', () => {
    const rig = activeRig({ saysLastWord: false });
    expect(deeds(rig.hear(200, rig.since + 500_000))).toEqual(['removeAddresses']);
  });

  it('garp_lower_prio_repeat: so many, or none', () => {
    const { rig, effects } = lower({ garpLowerRepeat: 2 });
    expect(effects).toContainEqual(expect.objectContaining({ type: 'announce', repeat: 2 }));
    expect(rig.due(rig.since + 1_500_000)).toContainEqual(expect.objectContaining({ repeat: 2 }));
    expect(deeds(lower({ garpLowerRepeat: 0 }).effects)).toEqual(['sendAdvert 100', 'renewLease']);
  });

  it.each([
    [3_000_000, 3_500_000],
    [0, undefined],
  ])('garp_lower_prio_delay of %i: once more then, or never', (garpLowerDelayUs, after) => {
    const { rig } = lower({ garpLowerDelayUs });
    const rounds: number[] = [];
    for (let at = rig.deadline() ?? 0; at < rig.since + 20_000_000; at = rig.deadline() ?? 0)
      if (deeds(rig.due(at)).includes('announce')) rounds.push(at - rig.since);
    expect(rounds).toEqual(after === undefined ? [] : [after]);
  });
});

describe('the end of a double mastership', () => {
  it('has the loser say an ordinary advert last, before its addresses go', () => {
    const rig = activeRig();
    expect(deeds(rig.hear(200, rig.since + 500_000))).toEqual(['sendAdvert 100', 'removeAddresses']);
    expect(rig.phase()).toBe('backup');
    expect(deeds(rig.hear(200, rig.since + 600_000))).toEqual([]);
  });

  for (const type of ['shutdown', 'handoverRequested', 'trackFailed', 'groupLost'] as const) {
    it(`has whoever resigns (${type}) say one that loses to whoever it then hears`, () => {
      for (const [priority, word] of [
        [200, 'sendAdvert 100'],
        [50, 'sendAdvert 1'],
      ] as const) {
        const rig = activeRig();
        expect(deeds(rig.tell({ type }, rig.since + 500_000))).toEqual(['sendAdvert 0', 'renewLease']);
        expect(deeds(rig.hear(priority, rig.since + 1_400_000))).toEqual([word, 'removeAddresses']);
      }
    });
  }

  it('is announced where the loser resigns', () => {
    const rig = activeRig();
    expect(deeds(rig.hear(0, rig.since + 500_000))).toEqual(['announce', 'sendAdvert 100', 'renewLease']);
  });

  it('is announced where the loser is silent, and has answered for our address before it yielded', () => {
    const rig = activeRig({ garpDelayUs: 0 });
    const at = rig.since + 1_000_000;
    rig.due(at);
    expect(deeds(rig.tell({ type: 'answeredElsewhere' }, at + 200))).toEqual([]);
    expect(rig.deadline()).toBe(at + 50_200);
    expect(deeds(rig.due(at + 50_200))).toEqual(['announce']);
    expect(deeds(rig.due(at + 1_050_200))).toContain('announce');
  });

  it('is not announced by the loser, who has been answered too', () => {
    const rig = activeRig({ garpDelayUs: 0 });
    const at = rig.since + 1_000_000;
    rig.due(at);
    rig.tell({ type: 'answeredElsewhere' }, at + 200);
    expect(deeds(rig.hear(200, at + 400))).toEqual(['sendAdvert 100', 'removeAddresses']);
    expect(deeds(rig.due(at + 60_000))).toEqual([]);
  });
});

describe('a flood', () => {
  it('of answers for our address costs a round a second', () => {
    const rig = activeRig({ garpDelayUs: 0 });
    let rounds = 0;
    for (let at = rig.since; at < rig.since + 60_000_000; at += 5_000) {
      const done = [...rig.tell({ type: 'answeredElsewhere' }, at)];
      if ((rig.deadline() ?? 0) <= at) done.push(...rig.due(at));
      rounds += deeds(done).filter((deed) => deed === 'announce').length;
    }
    expect(rounds).toBeLessThanOrEqual(70);
  });

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

describe('one that becomes active beside another, which may say nothing as it yields', () => {
  /** It preempts a lower one. @returns when it announces, counted from then on */
  function announcements(changes: Partial<Rig['router']>, untilUs: number): number[] {
    const rig = backupRig(changes);
    const firesAt = rig.deadline() ?? 0;
    rig.hear(50, firesAt - 500_000);
    const told: number[] = [];
    for (let at = firesAt; at <= firesAt + untilUs; at = rig.deadline() ?? Number.POSITIVE_INFINITY)
      if (deeds(rig.due(at)).includes('announce')) told.push(at - firesAt);
    return told;
  }

  it('tells the neighbours again a second later, and the second round and refreshes stay what they were', () => {
    expect(announcements({ garpDelayUs: 0 }, 10_000_000)).toEqual([0, 1_000_000]);
    expect(announcements({ garpDelayUs: 5_000_000 }, 10_000_000)).toEqual([0, 1_000_000, 5_000_000]);
    const both = { garpDelayUs: 5_000_000, garpRefreshUs: 3_000_000 };
    expect(announcements(both, 10_000_000)).toEqual([0, 1_000_000, 5_000_000, 8_000_000]);
    expect(announcements({ garpDelayUs: 500_000 }, 10_000_000)).toEqual([0, 500_000]);
  });

  it('tells them as often as is configured for a lower one: never, where that is said', () => {
    expect(announcements({ garpDelayUs: 5_000_000, garpLowerDelayUs: 0 }, 10_000_000)).toEqual([
      0, 5_000_000,
    ]);
    expect(announcements({ garpDelayUs: 5_000_000, garpLowerRepeat: 0 }, 10_000_000)).toEqual([0, 5_000_000]);
    expect(announcements({ garpDelayUs: 5_000_000, garpLowerDelayUs: 2_000_000 }, 10_000_000)).toEqual([
      ...[0, 2_000_000, 5_000_000],
    ]);
  });

  it('an owner does so at its start, and a router that takes its role back', () => {
    const owner = createRig({ priority: 255, garpDelayUs: 0 });
    owner.startup(0);
    expect(owner.state()).toMatchObject({ phase: 'active', announcement: { at: 1_000_000 } });
    const tracked = activeRig({ garpDelayUs: 0 });
    tracked.tell({ type: 'trackFailed' }, tracked.since + 1_000_000);
    tracked.tell({ type: 'trackRecovered' }, tracked.since + 1_100_000);
    expect(tracked.state()).toMatchObject({
      phase: 'active',
      announcement: { at: tracked.since + 2_100_000 },
    });
  });

  it('and one that takes over from nobody does not', () => {
    expect(activeRig({ garpDelayUs: 0 }).state()).not.toHaveProperty('announcement');
  });
});
