// A router that has yielded serves on for a moment, and keeps what it has where its role comes back meanwhile.
import { expect, it } from 'vitest';
import { createLinger, lingerMs } from '../../../../src/daemon/vrrp/holdings/linger.ts';
import { createVirtualTime } from '../../../make/virtual-time.ts';
import { createVirtualHost } from '../../../make/vrrp-host.ts';
import { instance } from '../../../make/vrrp-instance.ts';

function lingering() {
  const time = createVirtualTime();
  const linger = createLinger(time);
  let removals = 0;
  let settled = false;
  void linger
    .before(async () => {
      removals += 1;
    })
    .then(() => {
      settled = true;
    });
  return { time, linger, removals: () => removals, settled: () => settled };
}

it('removes after its time, and settles then', async () => {
  const { time, removals, settled } = lingering();
  await time.advance(lingerMs - 1);
  expect([removals(), settled()]).toEqual([0, false]);
  await time.advance(1);
  expect([removals(), settled()]).toEqual([1, true]);
});

it('settles at once where it is to stay, and removes nothing', async () => {
  const { time, linger, removals, settled } = lingering();
  linger.stay();
  await time.advance(0);
  expect(settled()).toBe(true);
  await time.advance(10 * lingerMs);
  expect(removals()).toBe(0);
});

it('cannot call back what is removed', async () => {
  const { time, linger, removals } = lingering();
  await time.advance(lingerMs);
  linger.stay();
  await time.advance(lingerMs);
  expect(removals()).toBe(1);
});

it('holds back no advert of a router whose role comes back, and its address is never gone', async () => {
  const vip = '10.9.0.100/24';
  const host = createVirtualHost();
  host.tell({ type: 'configure', instances: [instance({ advertIntervalMs: 10 })] });
  await host.time.advance(100);
  expect(host.addresses()).toContain(vip);
  host.tell({ type: 'failover', instance: 'VI_1' });
  await host.time.advance(8);
  host.hear({ priority: 100, source: '10.9.0.2', intervalCs: 1 });
  await host.time.advance(1);
  host.hear({ priority: 0, source: '10.9.0.2', intervalCs: 1 });
  const before = host.did().length;
  await host.time.advance(8);
  expect(host.did().slice(before)).toContain('advert 150');
  await host.time.advance(100);
  expect(host.did().slice(before)).not.toContain(`remove ${vip}`);
  expect(host.addresses()).toContain(vip);
});
