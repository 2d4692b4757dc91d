// The seamless hand-over (DESIGN §1 property 1): who serves, and until when.
import { describe, expect, it } from 'vitest';
import { ip } from '../../src/net/ip.ts';
import { activeRig, backupRig, deeds, PEER, reports, transition } from './rig.ts';

const request = { type: 'handoverRequested' } as const;

describe('leaving', () => {
  it('keeps the addresses until another router claims the role, then removes them', () => {
    const rig = activeRig();
    rig.shutdown(rig.since);
    expect(rig.phase()).toBe('leaving');
    const effects = rig.hear(1, rig.since + 600_000);
    expect(deeds(effects)).toEqual(['removeAddresses']);
    expect(transition(effects)).toMatchObject({ to: 'initialize', reason: 'handed_over', peer: PEER });
  });

  it('another router that leaves too is no successor', () => {
    const rig = activeRig();
    rig.shutdown(rig.since);
    expect(rig.hear(0, rig.since + 10)).toEqual([]);
    expect(rig.phase()).toBe('leaving');
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
