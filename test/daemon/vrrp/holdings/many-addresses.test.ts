// What a virtual address costs does not grow with their number: counted in blocks of our code that ran, for a take-over,
// for holding them, for telling of them and for giving them up, of a whole VRRP process in virtual time.
import { describe, expect, it } from 'vitest';
import { ip } from '../../../../src/net/ip.ts';
import type { Prefix } from '../../../../src/net/prefix.ts';
import { createVirtualHost, ownAddress } from '../../../make/vrrp-host.ts';
import { instance } from '../../../make/vrrp-instance.ts';
import { workDone } from '../../../make/work-done.ts';

/** Adverts hold no more (RFC 9568 §5.2.5). */
const advertisedMax = 255;
const intervalMs = 1000;

const vips = (count: number): readonly Prefix[] =>
  Array.from({ length: count }, (_, i) => ({ address: ip(`10.10.${i >> 8}.${i & 255}`), length: 32 }));

/** By what is done. */
async function costs(count: number): Promise<ReadonlyMap<string, number>> {
  const all = vips(count);
  const host = createVirtualHost({ addresses: [ownAddress] });
  const config = instance({
    ...{ advertIntervalMs: intervalMs, vipLeaseSec: 4, priority: 100, garpRepeat: 1 },
    virtualAddresses: all.slice(0, advertisedMax),
    excludedAddresses: all.slice(advertisedMax),
  });
  host.tell({ type: 'configure', instances: [config] });
  await host.time.advance(10);
  const found = new Map<string, number>();
  const measure = async (what: string, work: () => Promise<void>) =>
    void found.set(what, await workDone(work));
  const beatAndAdvance = async (seconds: number) => {
    for (let i = 0; i < 2 * seconds; i += 1) {
      host.tell({ type: 'heartbeat' });
      await host.time.advance(500);
    }
  };
  await measure('a take-over', () => beatAndAdvance(5));
  expect(host.addresses().length).toBe(count + 1);
  const [renewals, adverts] = [renewalsOf(host.did()), advertsOf(host.did())];
  await measure('holding them for 10 s', () => beatAndAdvance(10));
  expect(advertsOf(host.did()) - adverts).toBe(10);
  // Three times a lease at least, and no more often than adverts are sent.
  expect((renewalsOf(host.did()) - renewals) / count).toBeGreaterThanOrEqual(7);
  expect((renewalsOf(host.did()) - renewals) / count).toBeLessThanOrEqual(10);
  await measure('giving them up', async () => {
    host.tell({ type: 'stop' });
    await host.time.advance(3 * intervalMs);
  });
  expect(host.addresses().length).toBe(1);
  expect(host.did().filter((what) => what.startsWith('add ')).length).toBe(count);
  expect(host.did().filter((what) => what.startsWith('remove ')).length).toBe(count);
  return found;
}

const renewalsOf = (did: readonly string[]) => did.filter((what) => what.startsWith('renew ')).length;
const advertsOf = (did: readonly string[]) => did.filter((what) => what.startsWith('advert ')).length;

describe('the work for an address more', () => {
  it('is the same from 1,000 to 2,000 of them as from 500 to 1,000', async () => {
    // What is compiled and loaded at first would be counted as that of the first ones.
    await costs(300);
    const [few, more, most] = [await costs(500), await costs(1000), await costs(2000)];
    for (const [what, least] of few) {
      const first = ((more.get(what) ?? 0) - least) / 500;
      const then = ((most.get(what) ?? 0) - (more.get(what) ?? 0)) / 1000;
      expect(then, what).toBeLessThan(1.2 * first + 2);
    }
  });
});
