// A backup between unicast peers makes itself known before it counts their silence.
import { describe, expect, it } from 'vitest';
import { ip } from '../../../../src/net/ip.ts';
import { createVirtualHost, eth0, type VirtualHost } from '../../../make/vrrp-host.ts';
import { instance } from '../../../make/vrrp-instance.ts';

const unicast = { unicastPeers: [ip('10.9.0.2'), ip('10.9.0.3')] };
const hello = ['arp', 'ask 10.9.0.2', 'ask 10.9.0.3'];

async function started(changes = {}): Promise<VirtualHost> {
  const host = createVirtualHost();
  host.tell({ type: 'configure', instances: [instance({ ...unicast, ...changes })] });
  await host.time.advance(1);
  return host;
}

describe('a backup between unicast peers', () => {
  it('announces its own address and asks for its peers as it starts, and each interval until it takes over', async () => {
    const host = await started();
    expect(host.did()).toEqual(hello);
    await host.time.advance(338);
    expect(host.did()).toEqual([...hello, ...hello, ...hello, ...hello]);
    await host.time.advance(500);
    expect(host.did().filter((what) => what.startsWith('ask'))).toHaveLength(8);
  });

  it('does so again when its link comes back', async () => {
    const host = await started();
    host.kernel.setLink({ ...eth0, running: false });
    await host.time.advance(1000);
    const before = host.did().length;
    host.kernel.setLink(eth0);
    await host.time.advance(1);
    expect(host.did().slice(before)).toEqual(hello);
  });

  it('ends with its process, or with the role', async () => {
    const host = await started();
    host.tell({ type: 'stop' });
    await host.time.advance(1);
    const before = host.did().length;
    await host.time.advance(1000);
    expect(host.did()).toHaveLength(before);
  });
});

describe('a backup in a group', () => {
  it('says nothing', async () => {
    const host = await started({ unicastPeers: [] });
    await host.time.advance(300);
    expect(host.did()).toEqual([]);
  });
});
