// RFC 9568 §6.4.3: Active.
import { describe, expect, it } from 'vitest';
import { ip } from '../../src/net/ip.ts';
import { activeRig, deeds, PEER, reports, transition } from '../vrrp/rig.ts';

describe('RFC 9568 §6.4.3 Active', () => {
  it('Shutdown: an advert of priority 0; the addresses stay until a successor is heard', () => {
    const rig = activeRig();
    expect(deeds(rig.shutdown(rig.since + 10))).toEqual(['sendAdvert 0', 'renewLease']);
    expect(rig.phase()).toBe('leaving');
  });

  it('Adver_Timer fires: sends an advert and starts again', () => {
    const rig = activeRig();
    const at = rig.since + 1_000_000;
    expect(deeds(rig.due(at))).toEqual(['sendAdvert 100', 'renewLease']);
    expect(rig.deadline()).toBe(at + 1_000_000);
  });

  it('Adver_Timer keeps its rate when it fires a little late', () => {
    const rig = activeRig();
    rig.due(rig.since + 1_020_000);
    expect(rig.deadline()).toBe(rig.since + 2_000_000);
  });

  it('advert of priority 0: sends an advert at once, and Adver_Timer starts again', () => {
    const rig = activeRig();
    const at = rig.since + 400_000;
    expect(deeds(rig.hear(0, at))).toContain('sendAdvert 100');
    expect(rig.deadline()).toBe(at + 1_000_000);
  });

  it('advert of a higher priority: backup, with its interval', () => {
    const rig = activeRig();
    const at = rig.since + 10;
    const effects = rig.hear(101, at, { intervalUs: 200_000 });
    // Beside the RFC: an ordinary advert as the last word makes the winner tell the neighbours.
    expect(deeds(effects)).toEqual(['sendAdvert 100', 'removeAddresses']);
    expect(transition(effects)).toMatchObject({ to: 'backup', reason: 'higher_priority_heard', peer: PEER });
    expect(rig.state()).toMatchObject({ activeIntervalUs: 200_000, activeDownAt: at + 600_000 + 121_875 });
  });

  it('Preempt_Mode is not consulted: a higher priority wins', () => {
    const rig = activeRig({ preempt: false });
    rig.hear(101, rig.since + 10);
    expect(rig.phase()).toBe('backup');
  });

  it('advert of an equal priority from a greater address: backup', () => {
    const rig = activeRig({ sourceAddress: ip('10.9.0.1') });
    const effects = rig.hear(100, rig.since + 10, { from: ip('10.9.0.2') });
    expect(transition(effects)).toMatchObject({ to: 'backup', reason: 'higher_address_heard' });
  });

  it('advert of an equal priority from a smaller address: we stay', () => {
    const rig = activeRig({ sourceAddress: ip('10.9.0.3') });
    rig.hear(100, rig.since + 10, { from: ip('10.9.0.2') });
    expect(rig.phase()).toBe('active');
  });

  it.each([
    ['9.0.0.1', '10.0.0.1'],
    ['10.9.0.99', '10.9.0.100'],
    ['127.255.255.255', '128.0.0.1'],
  ])('addresses compare as unsigned integers: %s yields to %s', (smaller, greater) => {
    const yields = activeRig({ sourceAddress: ip(smaller) });
    yields.hear(100, yields.since + 10, { from: ip(greater) });
    expect(yields.phase()).toBe('backup');
    const stays = activeRig({ sourceAddress: ip(greater) });
    stays.hear(100, stays.since + 10, { from: ip(smaller) });
    expect(stays.phase()).toBe('active');
  });

  it('any other advert: discarded, and an advert sent at once', () => {
    const rig = activeRig();
    const at = rig.since + 400_000;
    expect(deeds(rig.hear(99, at))).toContain('sendAdvert 100');
    expect(rig.deadline()).toBe(rig.since + 1_000_000);
    expect(rig.phase()).toBe('active');
  });

  it('erratum 8298: of two owners the one with the smaller address yields', () => {
    const rig = activeRig({ priority: 255, sourceAddress: ip('10.9.0.1') });
    rig.hear(255, 10, { from: ip('10.9.0.2') });
    expect(rig.phase()).toBe('backup');
  });

  it('equal priority from our own address: nobody yields, nothing is sent, it is reported', () => {
    const rig = activeRig();
    const effects = rig.hear(100, rig.since + 2_000_000, { from: ip('10.9.0.1') });
    expect(rig.phase()).toBe('active');
    expect(deeds(effects)).toEqual([]);
    expect(reports(effects)).toMatchObject([{ type: 'ownAddressHeard', source: '10.9.0.1' }]);
  });
});
