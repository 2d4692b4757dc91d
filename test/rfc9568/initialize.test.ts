// RFC 9568 §6.4.1: Initialize.
import { describe, expect, it } from 'vitest';
import { createRig, deeds, transition } from '../vrrp/rig.ts';

describe('RFC 9568 §6.4.1 Initialize', () => {
  it('Startup with priority 255: announces, sends an advert, becomes active', () => {
    const rig = createRig({ priority: 255 });
    const effects = rig.startup(1000);
    expect(rig.state()).toMatchObject({ phase: 'active', nextAdvertAt: 1_001_000 });
    expect(deeds(effects)).toEqual(['addAddresses', 'announce', 'sendAdvert 255']);
  });

  it('Startup otherwise: backup, Active_Down_Timer at Active_Down_Interval of our own interval', () => {
    const rig = createRig();
    const effects = rig.startup(1000);
    expect(rig.state()).toMatchObject({
      phase: 'backup',
      activeIntervalUs: 1_000_000,
      activeDownAt: 1000 + 3_609_375,
    });
    expect(transition(effects)).toMatchObject({ from: 'initialize', to: 'backup', reason: 'startup' });
  });

  it('Startup as backup: takes away addresses that a killed predecessor left, and says nothing on the wire', () => {
    expect(deeds(createRig().startup(0))).toEqual(['removeAddresses']);
  });

  it('no advert does anything', () => {
    const rig = createRig();
    const before = rig.state();
    expect(rig.hear(255, 10)).toEqual([]);
    expect(rig.hear(0, 20)).toEqual([]);
    expect(rig.state()).toBe(before);
  });
});
