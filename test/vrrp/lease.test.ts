// The lease of the addresses (docs/architecture.md "The lease") and the announcements of them.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { activeRig, createRig, deeds } from './rig.ts';

describe('the lease', () => {
  it('is renewed at least three times in its length, and only together with an advert', () => {
    const intervalCs = fc.integer({ min: 1, max: 4095 });
    fc.assert(
      fc.property(intervalCs, (cs) => {
        const advertIntervalUs = cs * 10_000;
        const leaseUs = (Math.floor((3 * advertIntervalUs + 500_000) / 1e6) + 1) * 1e6;
        const rig = activeRig({ advertIntervalUs, leaseUs, garpDelayUs: 0 });
        let renewed = rig.since;
        for (let i = 0; i < 20; i++) {
          const at = rig.deadline() ?? 0;
          const done = deeds(rig.due(at));
          expect(done[0]).toBe('sendAdvert 100');
          if (!done.includes('renewLease')) continue;
          expect(at - renewed).toBeLessThanOrEqual(leaseUs / 3);
          renewed = at;
        }
        expect((rig.deadline() ?? 0) - renewed).toBeLessThanOrEqual(leaseUs / 3);
      }),
    );
  });

  it('is not renewed with each of many adverts: ten milliseconds apart, three times a second', () => {
    const rig = activeRig({ advertIntervalUs: 10_000, leaseUs: 1_000_000, garpDelayUs: 0 });
    let renewals = 0;
    for (let i = 0; i < 300; i++) {
      if (deeds(rig.due(rig.deadline() ?? 0)).includes('renewLease')) renewals++;
    }
    expect(renewals).toBeGreaterThanOrEqual(9);
    expect(renewals).toBeLessThanOrEqual(10);
  });

  it('switched off is never renewed', () => {
    const rig = activeRig({ leaseUs: 'off' });
    expect(deeds(rig.due(rig.since + 1_000_000))).toEqual(['sendAdvert 100']);
    expect(deeds(rig.shutdown(rig.since + 1_000_000))).toEqual(['sendAdvert 0']);
  });

  it('outlasts what a start waits with the addresses that it found: who then becomes active has them all the time', () => {
    const rig = createRig({ leaseUs: 1_000_000 });
    const effects = rig.tell({ type: 'startup', linkUp: true, finds: 'addresses' }, 0);
    const waitUs = rig.deadline() ?? 0;
    expect(waitUs).toBeGreaterThan(rig.router.advertIntervalUs);
    const atLeastUs = waitUs + rig.router.advertIntervalUs;
    expect(effects).toContainEqual({ type: 'renewLease', atLeastUs });
    expect(deeds(rig.due(waitUs))).toContain('addAddresses');
  });
});

describe('announcements', () => {
  const rounds = (changes: Parameters<typeof activeRig>[0]) => {
    const rig = activeRig(changes);
    const seen: string[] = [];
    while ((rig.deadline() ?? 0) <= rig.since + 20_000_000) {
      const at = rig.deadline() ?? 0;
      for (const effect of rig.due(at)) {
        if (effect.type === 'announce') seen.push(`${(at - rig.since) / 1e6} s: ${effect.repeat}`);
      }
    }
    return seen;
  };

  it('are repeated once after the delay', () => {
    expect(rounds({})).toEqual(['5 s: 5']);
  });

  it('go on singly with a refresh', () => {
    expect(rounds({ garpRefreshUs: 6_000_000 })).toEqual(['5 s: 5', '11 s: 1', '17 s: 1']);
    expect(rounds({ garpDelayUs: 0, garpRefreshUs: 9_000_000 })).toEqual(['9 s: 1', '18 s: 1']);
  });

  it('stay at one round without a delay and a refresh', () => {
    expect(rounds({ garpDelayUs: 0 })).toEqual([]);
  });
});
