// What standing still does to a router (docs/architecture.md "The stall guard", docs/reference/vrrp.md S5 and S6).
import { describe, expect, it } from 'vitest';
import { activeRig, backupRig, deeds, reports, transition } from './rig.ts';

const DOWN = 3_609_375;

describe('a stalled active', () => {
  it('steps down before it sends anything, once silent for its own Active_Down_Interval', () => {
    const rig = activeRig();
    const at = rig.since + DOWN + 1;
    const effects = rig.due(at);
    expect(deeds(effects)).toEqual(['removeAddresses']);
    expect(transition(effects)).toMatchObject({ to: 'backup', reason: 'stalled' });
    expect(reports(effects)).toContainEqual({
      type: 'stall',
      lateUs: DOWN + 1 - 1_000_000,
      action: 'stepped_down',
    });
    expect(rig.deadline()).toBe(at + DOWN);
  });

  it('steps down whatever it is that woke it: to a losing advert it makes no claim', () => {
    const rig = activeRig();
    // So that its sender, which may have taken over long ago, tells the neighbours again.
    expect(deeds(rig.hear(50, rig.since + DOWN + 1))).toEqual(['removeAddresses', 'sendAdvert 1']);
    expect(rig.phase()).toBe('backup');
  });

  it('follows the router that took over meanwhile', () => {
    const rig = activeRig();
    const at = rig.since + DOWN + 1;
    const effects = rig.hear(150, at, { intervalUs: 200_000 });
    expect(deeds(effects)).toEqual(['removeAddresses', 'sendAdvert 100']);
    expect(rig.state()).toMatchObject({ phase: 'backup', activeIntervalUs: 200_000 });
    expect(deeds(rig.hear(150, at + 200_000))).toEqual([]);
  });

  it('says no priority 0 on a shutdown that comes too late', () => {
    const rig = activeRig();
    expect(deeds(rig.shutdown(rig.since + DOWN + 1))).toEqual(['removeAddresses']);
    expect(rig.phase()).toBe('initialize');
  });

  it('goes on after a shorter stall, and announces again', () => {
    const rig = activeRig();
    const effects = rig.due(rig.since + DOWN);
    expect(deeds(effects)).toEqual(['sendAdvert 100', 'renewLease', 'announce']);
    expect(reports(effects)).toMatchObject([{ type: 'stall', action: 'announced' }]);
    expect(rig.deadline()).toBe(rig.since + DOWN + 1_000_000);
  });

  it('counts from the advert last sent, not from the last regular one', () => {
    const rig = activeRig();
    rig.hear(0, rig.since + 900_000);
    rig.due(rig.since + DOWN + 500_000);
    expect(rig.phase()).toBe('active');
  });
});

describe('a stalled backup', () => {
  it('listens once more before it takes over', () => {
    const rig = backupRig();
    rig.hear(150, 0);
    const at = DOWN + 1_000_001;
    expect(reports(rig.due(at))).toEqual([{ type: 'stall', lateUs: 1_000_001, action: 'waited' }]);
    expect(rig.phase()).toBe('backup');
    expect(rig.deadline()).toBe(at + 1_000_000 + 609_375);
    rig.hear(150, at + 500_000);
    expect(rig.deadline()).toBe(at + 500_000 + DOWN);
  });

  it('listens once more only once: it takes over then, however late', () => {
    const rig = backupRig();
    rig.due(20_000_000);
    rig.due(40_000_000);
    expect(rig.phase()).toBe('active');
  });

  it('takes over at once when it is only a little late', () => {
    const rig = backupRig();
    rig.due(DOWN + 1_000_000);
    expect(rig.phase()).toBe('active');
  });
});
