// No packet that a router refuses moves anything: a flooded router does the same things in the same milliseconds as
// one that is left in peace (docs/reference/vrrp.md S8). Every kind, at ten thousand a second.
import { describe, expect, it } from 'vitest';
import { ip } from '../../../src/net/ip.ts';
import { createVirtualHost, type VirtualHost } from '../../make/vrrp-host.ts';
import { instance } from '../../make/vrrp-instance.ts';
import { type Mode, rejectedKinds, STRANGER } from '../../vrrp/rejected-packets.ts';

const settings: Readonly<Record<Mode, Parameters<typeof instance>[0]>> = {
  multicast: {},
  unicast: { unicastPeers: [ip('10.9.0.2')] },
  'version 2': { version: 2, advertIntervalMs: 1000, vipLeaseSec: 4, authPass: 'secret' },
};

/** What it had done after each millisecond, over the takeover and some of its time as active. */
async function timeline(mode: Mode, flood: ((host: VirtualHost) => void) | undefined) {
  const host = createVirtualHost();
  const changes = settings[mode];
  host.tell({ type: 'configure', instances: [instance(changes)] });
  const counts: number[] = [];
  const lastsMs = mode === 'version 2' ? 6000 : 800;
  for (let ms = 0; ms < lastsMs; ms += 1) {
    flood?.(host);
    await host.time.advance(1);
    counts.push(host.did().length);
  }
  return { counts, did: [...host.did()], host };
}

describe('ten a millisecond of a packet with', () => {
  it.each(rejectedKinds)(
    '$kind ($mode) change nothing, and name the sender',
    async ({ mode, packet, reason }) => {
      const peaceful = await timeline(mode, undefined);
      expect(peaceful.did.filter((what) => what.startsWith('advert 150')).length).toBeGreaterThan(1);
      const flooded = await timeline(mode, (host) => {
        for (let i = 0; i < 10; i += 1) host.receive(packet());
      });
      expect(flooded.counts).toEqual(peaceful.counts);
      expect(flooded.did).toEqual(peaceful.did);
      const said = flooded.host
        .events()
        .filter(({ event }) => event === 'vrrp.advert_rejected' || event === 'vrrp.foreign_router');
      expect(said.length).toBeGreaterThan(0);
      // Random bytes break several rules.
      expect(said.length).toBeLessThan(12);
      if (reason !== 'own_address' && reason !== 'source')
        for (const event of said) expect(event).toMatchObject({ source: STRANGER });
    },
  );
});

describe('a foreign router on our VRID', () => {
  const foreign = (host: VirtualHost) => host.events().filter(({ event }) => event === 'vrrp.foreign_router');

  it.each(
    rejectedKinds.filter(({ kind }) =>
      /other version|password|another interval|alone|stranger among|unicast was agreed|another VRID/.test(
        kind,
      ),
    ),
  )('is reported as such: $kind', async ({ mode, packet }) => {
    const { host } = await timeline(mode, (flooded) => flooded.receive(packet()));
    expect(foreign(host)).toHaveLength(1);
    expect(foreign(host)[0]).toMatchObject({ source: STRANGER, vrid: 51, interface: 'eth0', count: 1 });
  });

  it('is reported as such where none of its addresses is ours', async () => {
    const host = createVirtualHost();
    const elsewhere = instance({ virtualAddresses: [{ address: ip('10.9.0.200'), length: 24 }] });
    host.tell({ type: 'configure', instances: [elsewhere] });
    await host.time.advance(10);
    host.hear({ priority: 200 });
    await host.time.advance(10);
    expect(foreign(host)).toMatchObject([{ reason: 'addresses: 10.9.0.200, got 10.9.0.100' }]);
  });

  it('is told with all that is different, whichever rule it breaks first', async () => {
    const { host } = await timeline('multicast', (flooded) =>
      flooded.hear({ source: STRANGER, version: 2, addresses: ['10.9.0.200'] }),
    );
    expect(foreign(host)).toMatchObject([
      {
        reason: 'version: version 3, got 2; interval: 0.1 s, got 1 s; addresses: 10.9.0.100, got 10.9.0.200',
      },
    ]);
  });

  it('is none where it is another cluster, on a VRID of its own or, between peers, on ours', async () => {
    const elsewhere = { source: STRANGER, addresses: ['10.9.0.200'] };
    const { host: multicast } = await timeline('multicast', (flooded) =>
      flooded.hear({ ...elsewhere, vrid: 77 }),
    );
    const { host: unicast } = await timeline('unicast', (flooded) => flooded.hear(elsewhere));
    expect([...foreign(multicast), ...foreign(unicast)]).toEqual([]);
  });
});
