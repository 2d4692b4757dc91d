// Sync groups: members are active together or not at all, and move without a gap.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { initialState, step } from '../../src/vrrp/step.ts';
import { groupEvents } from '../../src/vrrp/sync-group.ts';
import type { State } from '../../src/vrrp/types.ts';
import { SECOND, testRouter } from '../make/a-router.ts';
import { createGroupLan, type Director } from './group-lan.ts';
import { activeRig, backupRig, deeds, transition } from './rig.ts';

const phases = ({ members }: Director) => members.map(({ state }) => state.phase);
const serves = ({ members }: Director) => members.map((node) => node.serves.size > 0);

/** a (150) is active with both members, b (100) hears it. */
function pair(changes = {}) {
  const group = createGroupLan(2);
  const a = group.add('a', { priority: 150, ...changes });
  const b = group.add('b', changes);
  group.lan.run(6 * SECOND);
  expect([phases(a), phases(b)]).toEqual([
    ['active', 'active'],
    ['backup', 'backup'],
  ]);
  return { ...group, a, b };
}

describe('a member', () => {
  it('whose timer has fired waits for the others', () => {
    const rig = backupRig({ grouped: true });
    expect(deeds(rig.due(3_609_375))).toEqual([]);
    expect(rig.state()).toMatchObject({ phase: 'backup', stance: 'wants' });
    expect(rig.deadline()).toBeUndefined();
    expect(deeds(rig.tell({ type: 'groupReady' }, 4_000_000))).toEqual([
      'addAddresses',
      'announce',
      'sendAdvert 100',
    ]);
  });

  it('that waits yields again to a router that is as good', () => {
    const rig = backupRig({ grouped: true });
    rig.due(3_609_375);
    rig.hear(100, 3_700_000);
    expect(rig.state()).toMatchObject({ stance: 'yields' });
    rig.tell({ type: 'groupReady' }, 3_700_000);
    expect(rig.phase()).toBe('backup');
  });

  it('that waits is not moved by a weaker router', () => {
    const rig = backupRig({ grouped: true });
    rig.due(3_609_375);
    rig.hear(99, 3_700_000);
    expect(rig.state()).toMatchObject({ stance: 'wants' });
  });

  it('that leaves its group while it waits is decided by its timer again', () => {
    const rig = backupRig({ grouped: true });
    rig.due(3_609_375);
    const { grouped: _, ...alone } = rig.router;
    const { state } = step(rig.router, rig.state(), { type: 'reconfigured', router: alone }, 4_000_000);
    expect(step(alone, state, { type: 'deadlineReached' }, 4_000_000).state.phase).toBe('active');
  });

  it('that is the owner waits too', () => {
    const rig = backupRig({ grouped: true, priority: 255 });
    expect(rig.phase()).toBe('backup');
    expect(rig.deadline()).toBe(0);
  });
});

describe('something tracked with weight 0', () => {
  it('that fails hands over: priority 0, and the addresses stay until the successor is heard', () => {
    const rig = activeRig();
    const effects = rig.tell({ type: 'trackFailed' }, rig.since + 10);
    expect(deeds(effects)).toEqual(['sendAdvert 0', 'renewLease']);
    expect(transition(effects)).toMatchObject({ to: 'leaving', reason: 'track_failed' });
    const heard = rig.hear(50, rig.since + 600_000);
    expect(deeds(heard)).toEqual(['sendAdvert 1', 'removeAddresses']);
    expect(transition(heard)).toMatchObject({ to: 'fault', reason: 'handed_over' });
  });

  it('that fails where nobody takes over ends in fault, without a second farewell', () => {
    const rig = activeRig();
    rig.tell({ type: 'trackFailed' }, rig.since);
    rig.due(rig.since + SECOND);
    const effects = rig.due(rig.since + 1_996_093);
    expect(deeds(effects)).toEqual(['removeAddresses']);
    expect(transition(effects)).toMatchObject({ to: 'fault', reason: 'no_successor' });
  });

  it('that recovers before anybody took over takes the role back at once', () => {
    const rig = activeRig();
    rig.tell({ type: 'trackFailed' }, rig.since);
    const effects = rig.tell({ type: 'trackRecovered' }, rig.since + 100_000);
    expect(rig.phase()).toBe('active');
    expect(deeds(effects)).toEqual(['addAddresses', 'announce', 'sendAdvert 100']);
  });

  it('that recovers meanwhile leaves a member of a sync group leaving: the others have left too', () => {
    const rig = activeRig();
    const grouped = { ...rig.router, grouped: true } as const;
    const failed = step(grouped, rig.state(), { type: 'trackFailed' }, rig.since).state;
    const { state, effects } = step(grouped, failed, { type: 'trackRecovered' }, rig.since + 10);
    expect(state).toMatchObject({ phase: 'leaving', purpose: 'fault' });
    expect(effects).toEqual([]);
  });

  it('keeps a backup out until it is well', () => {
    const rig = backupRig();
    expect(transition(rig.tell({ type: 'trackFailed' }, 10))).toMatchObject({ to: 'fault' });
    rig.hear(200, 20);
    expect(rig.phase()).toBe('fault');
    expect(transition(rig.tell({ type: 'trackRecovered' }, 30))).toMatchObject({
      to: 'backup',
      reason: 'track_recovered',
    });
  });

  it('does not undo a shutdown', () => {
    const rig = activeRig();
    rig.shutdown(rig.since);
    rig.tell({ type: 'trackFailed' }, rig.since + 10);
    rig.tell({ type: 'trackRecovered' }, rig.since + 20);
    rig.hear(1, rig.since + 600_000);
    expect(rig.phase()).toBe('initialize');
  });
});

describe('groupEvents', () => {
  const backup = (stance?: 'yields' | 'wants'): State => ({
    phase: 'backup',
    since: 0,
    activeDownAt: 1,
    activeIntervalUs: 1,
    ...(stance !== undefined && { stance }),
  });
  const sound = (state: State) => ({ state, fit: true });
  const types = (members: Parameters<typeof groupEvents>[0]) =>
    groupEvents(members).map((event) => event?.type);
  const active = activeRig().state();

  it('nobody is ready before everybody is', () => {
    expect(types([sound(backup('wants')), sound(backup())])).toEqual([undefined, undefined]);
    expect(types([sound(backup('wants')), sound(initialState(0))])).toEqual([undefined, undefined]);
    expect(types([sound(backup('wants')), sound(backup('wants'))])).toEqual(['groupReady', 'groupReady']);
  });

  it('one that joins an active group is ready when its own timer has fired', () => {
    expect(types([sound(active), sound(backup())])).toEqual([undefined, undefined]);
    expect(types([sound(active), sound(backup('wants'))])).toEqual([undefined, 'groupReady']);
  });

  it('one that yields takes the active ones along', () => {
    expect(types([sound(active), sound(backup('yields'))])).toEqual(['groupLost', undefined]);
  });

  it('one that is unfit takes everybody along, and its recovery brings everybody back', () => {
    const fault: State = { phase: 'fault', since: 0 };
    expect(types([sound(active), { state: fault, fit: false }])).toEqual(['trackFailed', undefined]);
    expect(types([sound(backup()), { state: fault, fit: false }])).toEqual(['trackFailed', undefined]);
    expect(types([sound(fault), sound(fault)])).toEqual(['trackRecovered', 'trackRecovered']);
    expect(types([sound(fault), { state: fault, fit: false }])).toEqual([undefined, undefined]);
  });
});

describe('a pair of directors', () => {
  it('becomes active with every member in one step', () => {
    const seen: string[][] = [];
    const group = createGroupLan(3, (director) => void seen.push(phases(director)));
    group.add('a');
    group.lan.run(10 * SECOND);
    expect(seen.at(-1)).toEqual(['active', 'active', 'active']);
    for (const each of seen.slice(3)) expect(new Set(each).size).toBe(1);
  });

  it('moves the group when one link dies, and back when it is well', () => {
    const { lan, a, b } = pair();
    a.link(0, false);
    expect(phases(a)).toEqual(['fault', 'leaving']);
    lan.run(8 * SECOND, () => {
      // The side whose link is well is served throughout.
      expect(serves(a)[1] || serves(b)[1]).toBe(true);
      return false;
    });
    expect([phases(a), phases(b)]).toEqual([
      ['fault', 'fault'],
      ['active', 'active'],
    ]);
    expect(serves(a)).toEqual([false, false]);
    a.link(0, true);
    expect(phases(a)).toEqual(['backup', 'backup']);
    lan.run(8 * SECOND, () => {
      for (const i of [0, 1]) expect(serves(a)[i] || serves(b)[i]).toBe(true);
      return false;
    });
    expect([phases(a), phases(b)]).toEqual([
      ['active', 'active'],
      ['backup', 'backup'],
    ]);
    expect(serves(b)).toEqual([false, false]);
  });

  it.each(['handoverRequested', 'shutdown'] as const)('hands the group over without a gap on %s', (type) => {
    const { lan, a, b } = pair();
    a.tell(type);
    lan.run(4 * SECOND, () => {
      for (const i of [0, 1]) expect(serves(a)[i] || serves(b)[i]).toBe(true);
      return false;
    });
    expect(phases(b)).toEqual(['active', 'active']);
    expect(serves(a)).toEqual([false, false]);
  });

  it('hands the group over without a gap for what one member tracks', () => {
    const { lan, a, b } = pair();
    a.track(1, false);
    lan.run(4 * SECOND, () => {
      for (const i of [0, 1]) expect(serves(a)[i] || serves(b)[i]).toBe(true);
      return false;
    });
    expect([phases(a), phases(b)]).toEqual([
      ['fault', 'fault'],
      ['active', 'active'],
    ]);
  });

  it('keeps the group when only one member hears nobody any more', () => {
    const { lan, a, b } = pair();
    for (const [from, to] of [
      ['a1', 'b1'],
      ['b1', 'a1'],
    ] as const)
      lan.cut(from, to);
    lan.run(20 * SECOND);
    expect([phases(a), phases(b)]).toEqual([
      ['active', 'active'],
      ['backup', 'backup'],
    ]);
  });
});

describe('under losses, failures and recoveries', () => {
  const action = fc.record({
    what: fc.constantFrom('linkDown', 'linkUp', 'trackFailed', 'trackRecovered', 'handover'),
    director: fc.nat(1),
    member: fc.nat(1),
    /** In advert intervals. */
    after: fc.double({ min: 0, max: 5, noNaN: true }),
  });
  const history = fc.record({
    actions: fc.array(action, { maxLength: 12 }),
    losses: fc.infiniteStream(fc.nat(9)),
    intervalMs: fc.constantFrom(10, 100, 1000),
  });

  it('members never disagree longer than one step, and the best fit director ends up with all of them', () => {
    fc.assert(
      fc.property(history, ({ actions, losses, intervalMs }) => {
        let lossy = true;
        const agree = ({ members }: Director) => {
          const standing = members.map(({ state }) => state);
          const isActive = standing.some(({ phase }) => phase === 'active');
          const declines = standing.some(
            (state) => state.phase === 'fault' || (state.phase === 'backup' && state.stance !== undefined),
          );
          expect(isActive && declines).toBe(false);
        };
        const { lan, add } = createGroupLan(2, agree, {
          loses: () => lossy && losses.next().value === 0,
        });
        const intervalUs = intervalMs * 1000;
        const changes = { advertIntervalUs: intervalUs };
        const directors = [add('a', { priority: 150, ...changes }), add('b', changes)];
        lan.run(5 * intervalUs);
        for (const { what, director, member, after } of actions) {
          const which = directors[director] as Director;
          if (what === 'linkDown') which.link(member, false);
          if (what === 'linkUp') which.link(member, true);
          if (what === 'trackFailed') which.track(member, false);
          if (what === 'trackRecovered') which.track(member, true);
          if (what === 'handover') which.tell('handoverRequested');
          lan.run(Math.round(after * intervalUs));
        }
        lossy = false;
        for (const director of directors) for (const i of [0, 1]) director.link(i, true);
        for (const director of directors) for (const i of [0, 1]) director.track(i, true);
        lan.run(30 * intervalUs);
        const [a, b] = directors.map((director) => phases(director).join());
        expect([`${a} ${b}`]).toEqual([
          a === 'active,active' ? 'active,active backup,backup' : 'backup,backup active,active',
        ]);
      }),
      { numRuns: 300 },
    );
  });
});

describe('a group of which nothing is grouped', () => {
  it('leaves single routers as they were', () => {
    const rig = backupRig();
    expect(deeds(rig.due(3_609_375))).toEqual(['addAddresses', 'announce', 'sendAdvert 100']);
    expect(testRouter().grouped).toBeUndefined();
  });
});
