// RFC 9568 §6.4.2: Backup.
import { describe, expect, it } from 'vitest';
import { ip } from '../../src/net/ip.ts';
import { backupRig, deeds, PEER, transition } from '../vrrp/rig.ts';

const DOWN = 3_609_375;

describe('RFC 9568 §6.4.2 Backup', () => {
  it('Shutdown: Initialize, without a word', () => {
    const rig = backupRig();
    expect(deeds(rig.shutdown(10))).toEqual([]);
    expect(rig.phase()).toBe('initialize');
    expect(rig.deadline()).toBeUndefined();
  });

  it('Active_Down_Timer fires: announces, sends an advert, sets Adver_Timer, becomes active', () => {
    const rig = backupRig();
    const effects = rig.due(DOWN);
    expect(deeds(effects)).toEqual(['addAddresses', 'announce', 'sendAdvert 100']);
    expect(rig.state()).toMatchObject({ phase: 'active', nextAdvertAt: DOWN + 1_000_000 });
  });

  it('Active_Down_Timer not yet due: nothing happens', () => {
    const rig = backupRig();
    expect(rig.due(DOWN - 1)).toEqual([]);
    expect(rig.phase()).toBe('backup');
  });

  it('advert of priority 0: Active_Down_Timer = Skew_Time', () => {
    const rig = backupRig();
    rig.hear(150, 1_000_000);
    rig.hear(0, 2_000_000);
    expect(rig.deadline()).toBe(2_000_000 + 609_375);
    expect(transition(rig.due(2_609_375))).toMatchObject({
      reason: 'active_resigned',
      peer: PEER,
      outageMsEstimate: 609,
    });
  });

  it('advert of priority 0 said again does not put the takeover off', () => {
    const rig = backupRig();
    rig.hear(0, 1_000_000);
    rig.hear(0, 1_500_000);
    expect(rig.deadline()).toBe(1_609_375);
  });

  it('advert of a higher priority: Active_Down_Timer starts again', () => {
    const rig = backupRig();
    rig.hear(101, 1_000_000);
    expect(rig.deadline()).toBe(1_000_000 + DOWN);
  });

  it('advert of an equal priority: accepted, whatever the address', () => {
    const rig = backupRig({ sourceAddress: ip('10.9.0.200') });
    rig.hear(100, 1_000_000, { from: ip('10.9.0.2') });
    expect(rig.deadline()).toBe(1_000_000 + DOWN);
  });

  it('advert of a lower priority, Preempt_Mode True: discarded, the timer keeps running', () => {
    const rig = backupRig();
    rig.hear(99, 1_000_000);
    expect(rig.deadline()).toBe(DOWN);
    rig.hear(99, 3_000_000);
    expect(transition(rig.due(DOWN))).toMatchObject({
      reason: 'preempted_lower_priority',
      outageMsEstimate: 0,
    });
  });

  it('advert of a lower priority, Preempt_Mode False: accepted', () => {
    const rig = backupRig({ preempt: false });
    rig.hear(1, 1_000_000);
    expect(rig.deadline()).toBe(1_000_000 + DOWN);
  });

  it('Preempt_Mode False does not keep us from an active that resigns', () => {
    const rig = backupRig({ preempt: false });
    rig.hear(1, 1_000_000);
    rig.hear(0, 2_000_000);
    expect(rig.deadline()).toBe(2_609_375);
  });

  it('Active_Adver_Interval is the advertised one, and both timers follow it', () => {
    const rig = backupRig();
    rig.hear(150, 1_000_000, { intervalUs: 200_000 });
    expect(rig.state()).toMatchObject({ activeIntervalUs: 200_000 });
    expect(rig.deadline()).toBe(1_000_000 + 600_000 + 121_875);
    rig.hear(0, 1_100_000);
    expect(rig.deadline()).toBe(1_100_000 + 121_875);
  });

  it('a discarded advert teaches no interval', () => {
    const rig = backupRig();
    rig.hear(99, 1_000_000, { intervalUs: 200_000 });
    expect(rig.state()).toMatchObject({ activeIntervalUs: 1_000_000 });
  });

  it('our own interval paces our adverts after we learned another', () => {
    const rig = backupRig();
    rig.hear(150, 0, { intervalUs: 200_000 });
    rig.due(721_875);
    expect(rig.deadline()).toBe(721_875 + 1_000_000);
  });
});
