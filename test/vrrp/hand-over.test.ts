// The seamless hand-over (docs/architecture.md "The hand-over"): who serves, and until when.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ip } from '../../src/net/ip.ts';
import { SECOND, testRouter } from '../make/a-router.ts';
import { createLan } from './lan.ts';
import { activeRig, backupRig, deeds, PEER, reports, transition } from './rig.ts';

const request = { type: 'handoverRequested' } as const;

describe('leaving', () => {
  it('keeps the addresses until another router claims the role, then removes them', () => {
    const rig = activeRig();
    rig.shutdown(rig.since);
    expect(rig.phase()).toBe('leaving');
    const effects = rig.hear(1, rig.since + 600_000);
    expect(deeds(effects)).toEqual(['sendAdvert 1', 'removeAddresses']);
    expect(transition(effects)).toMatchObject({ to: 'initialize', reason: 'handed_over', peer: PEER });
  });

  it('another router that leaves too is no successor', () => {
    const rig = activeRig();
    rig.shutdown(rig.since);
    expect(rig.hear(0, rig.since + 10)).toEqual([]);
    expect(rig.phase()).toBe('leaving');
  });

  it('a lower router that claims the role before its Skew_Time yields to our last advert: no successor', () => {
    const rig = activeRig();
    rig.shutdown(rig.since);
    expect(rig.hear(99, rig.since + 1000)).toEqual([]);
    expect(rig.phase()).toBe('leaving');
    rig.hear(99, rig.since + 620_000);
    expect(rig.phase()).toBe('initialize');
  });

  it('a higher router that claims the role never yields: it is the successor at once', () => {
    const rig = activeRig();
    rig.shutdown(rig.since);
    rig.hear(101, rig.since + 1000);
    expect(rig.phase()).toBe('initialize');
  });

  it('our own advert, reflected, is no successor', () => {
    const rig = activeRig();
    rig.shutdown(rig.since);
    expect(rig.hear(100, rig.since + 10, { from: ip('10.9.0.1') })).toEqual([]);
  });

  it('says priority 0 once more after an advert interval, and renews the lease with it', () => {
    const rig = activeRig();
    rig.shutdown(rig.since);
    expect(rig.deadline()).toBe(rig.since + 1_000_000);
    expect(deeds(rig.due(rig.since + 1_000_000))).toEqual(['sendAdvert 0', 'renewLease']);
    expect(rig.due(rig.since + 1_100_000)).toEqual([]);
  });

  it('waits for the slowest peer: an interval and the Skew_Time of priority 1', () => {
    const rig = activeRig();
    rig.shutdown(rig.since);
    rig.due(rig.since + 1_000_000);
    const until = rig.since + 1_000_000 + 996_093;
    expect(rig.deadline()).toBe(until);
    const effects = rig.due(until);
    expect(deeds(effects)).toEqual(['removeAddresses']);
    expect(transition(effects)).toMatchObject({ to: 'initialize', reason: 'no_successor' });
  });

  it('waits on a base of one second in version 2 (RFC 3768 §6.1)', () => {
    const rig = activeRig({ version: 2, advertIntervalUs: 3_000_000 });
    rig.shutdown(rig.since);
    expect(rig.state()).toMatchObject({ until: rig.since + 3_000_000 + 996_093 });
  });

  it('does not answer a shutdown twice', () => {
    const rig = activeRig();
    rig.shutdown(rig.since);
    expect(rig.shutdown(rig.since + 10)).toEqual([]);
    expect(rig.phase()).toBe('leaving');
  });
});

describe('a hand-over on request', () => {
  it('ends in backup, and does not preempt the successor', () => {
    const rig = activeRig({ priority: 200 });
    rig.tell(request, rig.since);
    const heardAt = rig.since + 600_000;
    expect(transition(rig.hear(100, heardAt))).toMatchObject({ to: 'backup', reason: 'handed_over' });
    rig.hear(100, heardAt + 1_000_000);
    expect(rig.deadline()).toBe(heardAt + 1_000_000 + 3_218_750);
  });

  it('preempts again once it has been active again', () => {
    const rig = activeRig({ priority: 200 });
    rig.tell(request, rig.since);
    rig.hear(100, rig.since + 600_000);
    rig.due(rig.deadline() ?? 0);
    expect(rig.phase()).toBe('active');
    const again = (rig.deadline() ?? 0) + 10;
    rig.hear(210, again);
    const down = rig.deadline();
    rig.hear(100, again + 1_000_000);
    expect(rig.deadline()).toBe(down);
  });

  it('goes back to active where nobody takes over', () => {
    const rig = activeRig();
    rig.tell(request, rig.since);
    const effects = rig.due(rig.since + 1_996_093);
    expect(transition(effects)).toMatchObject({ from: 'leaving', to: 'active', reason: 'no_successor' });
    expect(reports(effects)).toContainEqual({ type: 'handoverFailed', reason: 'no_successor' });
    expect(deeds(effects)).toEqual(['addAddresses', 'announce', 'sendAdvert 100']);
  });

  it('is refused to who is not active', () => {
    const rig = backupRig();
    expect(reports(rig.tell(request, 10))).toEqual([{ type: 'handoverFailed', reason: 'not_active' }]);
    expect(rig.phase()).toBe('backup');
  });

  it('becomes a shutdown when one follows', () => {
    const rig = activeRig();
    rig.tell(request, rig.since);
    rig.shutdown(rig.since + 10);
    rig.hear(100, rig.since + 600_000);
    expect(rig.phase()).toBe('initialize');
  });
});

describe('the order of becoming active', () => {
  it('is: addresses, announcement, advert; the leaving router removes at the advert', () => {
    const rig = backupRig();
    expect(deeds(rig.due(3_609_375))).toEqual(['addAddresses', 'announce', 'sendAdvert 100']);
  });
});

describe('on a LAN without loss (docs/reference/vrrp.md L2)', () => {
  const pair = fc.record({
    priorities: fc.tuple(fc.integer({ min: 1, max: 254 }), fc.integer({ min: 1, max: 254 })),
    version: fc.constantFrom(2, 3),
    intervalMs: fc.constantFrom(10, 100, 1000),
    leaveAtMs: fc.integer({ min: 0, max: 3000 }),
    how: fc.constantFrom('shutdown', 'handoverRequested'),
  });

  it('somebody serves at every moment of a hand-over, and the role ends up with the other', () => {
    fc.assert(
      fc.property(pair, ({ priorities, version, intervalMs, leaveAtMs, how }) => {
        const lan = createLan();
        const advertIntervalUs = version === 2 ? SECOND : intervalMs * 1000;
        for (const [index, priority] of priorities.entries()) {
          const settings = { version: version === 2 ? 2 : 3, priority, advertIntervalUs } as const;
          const sourceAddress = ip(`10.9.0.${index + 1}`);
          const node = lan.add(`router ${index}`, testRouter({ ...settings, sourceAddress }));
          lan.event(node, { type: 'startup', linkUp: true });
        }
        lan.run(5 * SECOND + leaveAtMs * 1000);
        const [leaver] = lan.active();
        if (leaver === undefined) throw new Error('nobody became active');
        lan.event(leaver, { type: how === 'shutdown' ? 'shutdown' : 'handoverRequested' });
        lan.run(3 * SECOND, () => {
          expect(lan.serving().length).toBeGreaterThanOrEqual(1);
          return false;
        });
        expect(lan.serving()).toEqual(lan.nodes.filter((node) => node !== leaver));
        expect(lan.active()).toEqual(lan.serving());
      }),
    );
  });
});
