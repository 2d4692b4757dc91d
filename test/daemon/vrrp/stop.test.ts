// The end of a stop, on a host in memory whose kernel takes its time.
import { expect, it } from 'vitest';
import { createVirtualHost } from '../../make/vrrp-host.ts';
import { instance } from '../../make/vrrp-instance.ts';

it('a stop ends when the addresses are gone, however long the kernel takes', async () => {
  const host = createVirtualHost();
  host.tell({ type: 'configure', instances: [instance()] });
  await host.time.advance(400);
  host.delayKernel(700);
  host.tell({ type: 'stop' });
  await host.time.advance(5000);
  expect(host.addresses()).toEqual(['10.9.0.1/24']);
  const gone = host.said().findIndex((said) => said.type === 'event' && said.event.event === 'vip.removed');
  const stopped = host.said().findIndex((said) => said.type === 'stopped');
  expect([gone >= 0, stopped > gone]).toEqual([true, true]);
});
