// Start, resumption, loss of the link, preempt delay and reload of one router.
import { describe, expect, it } from 'vitest';
import type { Phase } from '../../src/model/vrrp.ts';
import { ip } from '../../src/net/ip.ts';
import { testRouter } from '../make/a-router.ts';
import { activeRig, backupRig, createRig, deeds, transition } from './rig.ts';

const DOWN = 3_609_375;

describe('resumed after a crash of the process alone (docs/architecture.md "Two processes")', () => {
  const resumed = (phase: Phase, lastAdvertAt: number, linkUp = true) =>
    ({ type: 'resumed', linkUp, snapshot: { phase, lastAdvertAt } }) as const;

  it('goes on as active at once, if less than an Active_Down_Interval has passed', () => {
    const rig = createRig();
    const effects = rig.tell(resumed('active', 1_000_000), 1_000_000 + DOWN - 1);
    expect(deeds(effects)).toEqual(['addAddresses', 'announce', 'sendAdvert 100']);
    expect(transition(effects)).toMatchObject({ to: 'active', reason: 'resumed', outageMsEstimate: 0 });
  });

  it.each<[string, ReturnType<typeof resumed>, Phase]>([
    ['after longer than that', resumed('active', 0), 'backup'],
    ['when it was backup', resumed('backup', 5_000_000), 'backup'],
    ['when it was leaving', resumed('leaving', 5_000_000), 'backup'],
    ['with an advert from the future', resumed('active', 6_000_000), 'backup'],
    ['with the link down', resumed('active', 5_000_000, false), 'fault'],
  ])('starts afresh %s', (_, event, phase) => {
    const rig = createRig();
    expect(deeds(rig.tell(event, 5_000_000))).toEqual(['removeAddresses']);
    expect(rig.phase()).toBe(phase);
  });
});

describe('the link', () => {
  it('down while active: priority 0 on whatever path is left, and the addresses go', () => {
    const rig = activeRig();
    const effects = rig.tell({ type: 'linkDown' }, rig.since + 10);
    expect(deeds(effects)).toEqual(['sendAdvert 0', 'removeAddresses']);
    expect(transition(effects)).toMatchObject({ to: 'fault', reason: 'link_down' });
    expect(rig.deadline()).toBeUndefined();
  });

  it('down: adverts do nothing', () => {
    const rig = backupRig();
    rig.tell({ type: 'linkDown' }, 10);
    expect(rig.hear(0, 20)).toEqual([]);
    expect(rig.phase()).toBe('fault');
  });

  it('up again: backup for a whole Active_Down_Interval (docs/reference/vrrp.md L6)', () => {
    const rig = backupRig();
    rig.tell({ type: 'linkDown' }, 10);
    const effects = rig.tell({ type: 'linkUp' }, 5_000_000);
    expect(transition(effects)).toMatchObject({ from: 'fault', to: 'backup', reason: 'link_up' });
    expect(rig.deadline()).toBe(5_000_000 + DOWN);
  });

  it('down at startup: fault, and the link brings it up', () => {
    const rig = createRig({ priority: 255 });
    rig.tell({ type: 'startup', linkUp: false }, 0);
    expect(rig.phase()).toBe('fault');
    rig.tell({ type: 'linkUp' }, 10);
    expect(rig.phase()).toBe('active');
  });

  it('down while leaving for good: done', () => {
    const rig = activeRig();
    rig.shutdown(rig.since);
    expect(deeds(rig.tell({ type: 'linkDown' }, rig.since + 10))).toEqual(['removeAddresses']);
    expect(rig.phase()).toBe('initialize');
    expect(rig.tell({ type: 'linkUp' }, rig.since + 20)).toEqual([]);
  });
});

describe('the preempt delay', () => {
  const slow = { preemptDelayUs: 5_000_000 };

  it('leaves a lower active alone until it ends, counted from its first advert', () => {
    const rig = backupRig(slow);
    rig.hear(50, 1_000_000);
    rig.hear(50, 5_999_999);
    expect(rig.deadline()).toBe(5_999_999 + DOWN);
    rig.hear(50, 6_000_000);
    expect(rig.deadline()).toBe(5_999_999 + DOWN);
  });

  it('starts again after an advert that is not lower', () => {
    const rig = backupRig(slow);
    rig.hear(50, 1_000_000);
    rig.hear(100, 2_000_000);
    rig.hear(50, 3_000_000);
    rig.hear(50, 7_000_000);
    expect(rig.deadline()).toBe(7_000_000 + DOWN);
  });

  it('does not hold us back when nobody is active any more', () => {
    const rig = backupRig(slow);
    rig.hear(50, 1_000_000);
    rig.due(1_000_000 + DOWN);
    expect(rig.phase()).toBe('active');
  });
});

describe('a reload', () => {
  const vip = (text: string) => ({ address: ip(text), length: 24 });
  const reload = (changes: Parameters<typeof testRouter>[0]) =>
    ({ type: 'reconfigured', router: testRouter(changes) }) as const;

  it('that changes nothing does nothing', () => {
    const rig = activeRig();
    expect(rig.tell(reload({}), rig.since + 10)).toEqual([]);
  });

  it('as active adds the new address before it tells, and removes the old one last', () => {
    const rig = activeRig();
    const effects = rig.tell(reload({ addresses: [vip('10.9.0.101')] }), rig.since + 10);
    expect(deeds(effects)).toEqual([
      'addAddresses',
      'announce',
      'sendAdvert 100',
      'renewLease',
      'removeAddresses',
    ]);
    expect(effects[0]).toMatchObject({ addresses: [vip('10.9.0.101')] });
    expect(effects.at(-1)).toMatchObject({ addresses: [vip('10.9.0.100')] });
    expect(rig.phase()).toBe('active');
  });

  it('as active tells the new priority at once', () => {
    const rig = activeRig();
    const effects = rig.tell(reload({ priority: 80 }), rig.since + 10);
    expect(deeds(effects)).toEqual(['sendAdvert 80', 'renewLease']);
  });

  it('that switches the lease off lets go of it for the addresses that stay', () => {
    const rig = activeRig();
    const effects = rig.tell(reload({ leaseUs: 'off' }), rig.since + 10);
    expect(deeds(effects)).toEqual(['addAddresses', 'sendAdvert 100']);
  });

  it('as backup moves the running timer by the difference of the skews', () => {
    const rig = backupRig();
    expect(rig.tell(reload({ priority: 200 }), 1_000_000)).toEqual([]);
    expect(rig.deadline()).toBe(DOWN - 609_375 + 218_750);
  });

  it('while leaving takes away what is no longer configured', () => {
    const rig = activeRig();
    rig.shutdown(rig.since);
    const effects = rig.tell(reload({ addresses: [vip('10.9.0.101')] }), rig.since + 10);
    expect(effects).toMatchObject([{ type: 'removeAddresses', addresses: [vip('10.9.0.100')] }]);
  });
});
