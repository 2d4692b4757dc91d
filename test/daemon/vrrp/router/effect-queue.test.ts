import { describe, expect, it } from 'vitest';
import { createEffectQueue } from '../../../../src/daemon/vrrp/router/effect-queue.ts';
import type { Effect } from '../../../../src/vrrp/types.ts';
import { createVirtualTime } from '../../../make/virtual-time.ts';
import { createVirtualHost } from '../../../make/vrrp-host.ts';
import { instance } from '../../../make/vrrp-instance.ts';

const add: Effect = { type: 'addAddresses', addresses: [] };
const advert: Effect = { type: 'sendAdvert', priority: 100 };

function queueOf(answers: readonly (Promise<unknown> | undefined)[]) {
  const clock = createVirtualTime();
  const [left, did]: [(Promise<unknown> | undefined)[], string[]] = [[...answers], []];
  const queue = createEffectQueue({
    clock,
    carryOut: ({ type }) => {
      did.push(type);
      return left.shift();
    },
    patienceMs: () => 10,
    onIdle: () => did.push('idle'),
  });
  return { clock, queue, did };
}

describe('effects', () => {
  it('are carried out in order, at once where none needs an answer', () => {
    const { queue, did } = queueOf([]);
    queue.push([add, advert]);
    expect(did).toEqual(['addAddresses', 'sendAdvert', 'idle']);
  });

  it('wait for the answer of the one before', async () => {
    const { clock, queue, did } = queueOf([Promise.resolve()]);
    queue.push([add, advert]);
    expect(did).toEqual(['addAddresses']);
    await clock.advance(0);
    expect(did).toEqual(['addAddresses', 'sendAdvert', 'idle']);
  });

  it('go on after an answer that is a failure', async () => {
    const { clock, queue, did } = queueOf([Promise.reject(new Error('no'))]);
    queue.push([add, advert]);
    await clock.advance(0);
    expect(did).toContain('sendAdvert');
  });

  it('wait no longer than they have patience, and in order also when more come meanwhile', async () => {
    const { clock, queue, did } = queueOf([new Promise(() => {})]);
    queue.push([add]);
    queue.push([advert]);
    await clock.advance(9);
    expect(did).toEqual(['addAddresses']);
    await clock.advance(1);
    expect(did).toEqual(['addAddresses', 'sendAdvert', 'idle']);
  });
});

describe('a new active whose kernel is slow', () => {
  it.each([
    { advertIntervalMs: 10, silentMs: 10 },
    { advertIntervalMs: 1000, silentMs: 100 },
  ])('advertises after $silentMs ms at the latest, at adverts of $advertIntervalMs ms', async (each) => {
    const { advertIntervalMs, silentMs } = each;
    const host = createVirtualHost();
    host.delayKernel(5000);
    host.tell({ type: 'configure', instances: [instance({ advertIntervalMs, vipLeaseSec: 'off' })] });
    const became = () =>
      host.events().some((event) => event.event === 'vrrp.transition' && event.to === 'active');
    for (let ms = 0; ms < 6000 && !became(); ms += 1) await host.time.advance(1);
    expect(host.did()).toEqual([]);
    await host.time.advance(silentMs + 1);
    expect(host.did().filter((what) => what.startsWith('advert')).length).toBeGreaterThan(0);
  });
});
