import { describe, expect, it } from 'vitest';
import { createPeers } from '../../../../src/daemon/vrrp/router/peers.ts';
import { ip } from '../../../../src/net/ip.ts';
import { createVirtualTime } from '../../../make/virtual-time.ts';

describe('the peers of a virtual router', () => {
  it('are those that were heard, the last one first, with their last priority', async () => {
    const clock = createVirtualTime();
    const peers = createPeers({ clock });
    expect(peers.status()).toEqual([]);
    peers.heard(ip('10.9.0.1'), 150);
    await clock.advance(500);
    peers.heard(ip('10.9.0.2'), 90);
    await clock.advance(100);
    peers.heard(ip('10.9.0.1'), 0);
    expect(peers.status()).toEqual([
      { address: '10.9.0.1', priority: 0, heardAgoMs: 0 },
      { address: '10.9.0.2', priority: 90, heardAgoMs: 100 },
    ]);
  });
  it('differ as their last advert does, from what our config is now', () => {
    const peers = createPeers({ clock: createVirtualTime() });
    const differs = [{ what: 'interval', ours: '1 s', theirs: '2 s' }] as const;
    const now = () => peers.status().map((each) => each.differs);
    peers.heard(ip('10.9.0.1'), 150, differs);
    expect(now()).toEqual([differs]);
    peers.reconfigured();
    expect(now()).toEqual([undefined]);
    peers.heard(ip('10.9.0.1'), 150, differs);
    peers.heard(ip('10.9.0.1'), 150, []);
    expect(now()).toEqual([undefined]);
  });
  it('are sixteen at most, whoever sends: those that were silent longest are forgotten', () => {
    const peers = createPeers({ clock: createVirtualTime() });
    for (let host = 1; host <= 100; host++) peers.heard(ip(`10.9.0.${host}`), 100);
    peers.heard(ip('10.9.0.85'), 100);
    peers.heard(ip('10.9.0.101'), 100);
    const known = peers.status().map(({ address }) => address);
    expect(known).toHaveLength(16);
    expect(known.slice(0, 2)).toEqual(['10.9.0.101', '10.9.0.85']);
    expect(known).not.toContain('10.9.0.86');
  });
});
