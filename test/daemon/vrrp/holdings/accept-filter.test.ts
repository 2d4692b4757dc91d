// Accept_Mode in the VRRP process, on a host in memory.
import { describe, expect, it } from 'vitest';
import { createVirtualHost } from '../../../make/vrrp-host.ts';
import { instance } from '../../../make/vrrp-instance.ts';

const drops = async (changes: Parameters<typeof instance>[0]) => {
  const host = createVirtualHost();
  host.tell({ type: 'configure', instances: [instance(changes)] });
  await host.time.advance(1);
  return { host, done: () => host.did().filter((what) => what.startsWith('drop')) };
};

describe('accept mode', () => {
  it('on: touches no filter, at a stop neither', async () => {
    const { host, done } = await drops({});
    host.tell({ type: 'stop' });
    await host.time.advance(1000);
    expect(host.exits()).toEqual([0]);
    expect(done()).toEqual([]);
  });

  it('off: drops from the start, and ends with the instance', async () => {
    const { host, done } = await drops({ acceptMode: false });
    expect(done()).toEqual([
      'drop inet lvs-director/VI_1 10.9.0.100',
      'drop inet6 lvs-director/VI_1 10.9.0.100',
    ]);
    host.tell({ type: 'stop' });
    await host.time.advance(1000);
    expect(done().slice(2)).toEqual([
      'drop nothing inet lvs-director/VI_1',
      'drop nothing inet6 lvs-director/VI_1',
    ]);
  });

  it('does not concern the owner of the addresses (RFC 9568 §6.1)', async () => {
    const { done } = await drops({ acceptMode: false, priority: 255 });
    expect(done()).toEqual([]);
  });
});
