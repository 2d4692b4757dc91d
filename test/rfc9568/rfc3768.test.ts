// RFC 3768: where version 2 differs from version 3.
import { describe, expect, it } from 'vitest';
import { advertOf } from '../../src/vrrp/advert.ts';
import { testRouter } from '../make/a-router.ts';
import { backupRig, createRig } from '../vrrp/rig.ts';

describe('RFC 3768', () => {
  it('§6.1: Skew_Time is on a base of one second', () => {
    const rig = createRig({ version: 2, advertIntervalUs: 10_000_000 });
    rig.startup(0);
    expect(rig.deadline()).toBe(30_000_000 + 609_375);
    rig.hear(150, 1_000_000);
    rig.hear(0, 2_000_000);
    expect(rig.deadline()).toBe(2_609_375);
  });

  it('§6.4.2: no interval is learned', () => {
    const rig = backupRig({ version: 2 });
    rig.hear(150, 1_000_000, { intervalUs: 5_000_000 });
    expect(rig.state()).toMatchObject({ activeIntervalUs: 1_000_000 });
  });

  it('§5.3.7: the interval is sent in whole seconds, 1 to 255', () => {
    const sent = (advertIntervalUs: number) => advertOf(testRouter({ version: 2, advertIntervalUs }), 100);
    expect(sent(3_000_000)).toMatchObject({ version: 2, intervalSec: 3 });
    expect(sent(400_000)).toMatchObject({ intervalSec: 1 });
    expect(sent(999_000_000)).toMatchObject({ intervalSec: 255 });
  });

  it('RFC 2338 §5.3.6: a password makes authentication type 1', () => {
    expect(advertOf(testRouter({ version: 2, authPass: 'secret' }), 100)).toMatchObject({
      auth: { type: 'simple', password: 'secret' },
    });
    expect(advertOf(testRouter({ version: 2 }), 100)).toMatchObject({ auth: { type: 'none' } });
  });
});

describe('RFC 9568 §5.2.6', () => {
  it('the interval is sent in centiseconds, 1 to 4095', () => {
    const sent = (advertIntervalUs: number) => advertOf(testRouter({ advertIntervalUs }), 100);
    expect(sent(1_000_000)).toMatchObject({ version: 3, intervalCs: 100 });
    expect(sent(10_000)).toMatchObject({ intervalCs: 1 });
    expect(sent(1_000)).toMatchObject({ intervalCs: 1 });
    expect(sent(50_000_000)).toMatchObject({ intervalCs: 4095 });
  });
});
