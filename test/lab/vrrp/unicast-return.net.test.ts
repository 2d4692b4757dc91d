// A director that comes back between unicast peers, whose neighbour tables know nothing of it: the peer asks for its MAC
// address once a second, adverts are 100 ms apart, and still it does not take over beside the active that it must respect.
import { spawnSync } from 'node:child_process';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { VrrpInstanceConfig } from '../../../src/model/config/router.ts';
import { familyOf, ip } from '../../../src/net/ip.ts';
import { instance } from '../../make/vrrp-instance.ts';
import { hostOn } from '../harness/host-on.ts';
import { createLab, type Host, type Lab, type Lan } from '../harness/namespaces.ts';
import { waitUntil } from '../harness/process.ts';
import { startKeepalived } from '../harness/programs.ts';
import { createStation, hasAddress } from './station.ts';

const families = {
  IPv4: { peer: '10.9.0.2', own: '10.9.0.1', vips: ['10.9.0.100'], length: 24 },
  IPv6: { peer: 'fd00::2', own: 'fd00::1', vips: ['fe80::100', 'fd00::100'], length: 64 },
} as const;
type Addresses = (typeof families)[keyof typeof families];

const isInstalled = spawnSync('keepalived', ['--version'], { stdio: 'ignore' }).status === 0;
let lab: Lab;
let lan: Lan;
let peer: Host;
let own: Host;

beforeEach(async () => {
  lab = createLab();
  lan = await lab.lan('lan');
  peer = await hostOn(lab, lan, 'p', '10.9.0.2/24', 'fd00::2/64');
  own = await hostOn(lab, lan, 'a', '10.9.0.1/24', 'fd00::1/64');
});
afterEach(() => lab?.dispose());

const peerConfig = ({ peer: source, own: other, vips, length }: Addresses) => `
vrrp_instance VI_1 {
  state BACKUP
  interface eth0
  virtual_router_id 51
  priority 100
  version 3
  advert_int 0.1
  unicast_src_ip ${source}
  unicast_peer { ${other} }
  virtual_ipaddress {
${vips.map((vip) => `    ${vip}/${length}`).join('\n')}
  }
}
`;

/** Of either director. */
const router = ({ vips, length }: Addresses, to: string, more: Partial<VrrpInstanceConfig>) =>
  instance({
    family: familyOf(ip(to)),
    virtualAddresses: vips.map((vip) => ({ address: ip(vip), length })),
    unicastPeers: [ip(to)],
    ...more,
  });

const modes = [{ preempt: false }, { preemptDelayMs: 60_000 }] as const;
const cases = (Object.keys(families) as (keyof typeof families)[]).flatMap((family) =>
  (['ours', 'keepalived'] as const).flatMap((make) => modes.map((mode) => ({ family, make, mode }))),
);

describe('a director that comes back between unicast peers', () => {
  for (const { family, make, mode } of cases) {
    const addresses = families[family];
    const name = `${family}, with ${JSON.stringify(mode)} leaves the role to ${make}, whose table does not know it`;
    it.skipIf(make === 'keepalived' && !isInstalled)(name, async () => {
      await lab.carrier(own, lan, false);
      if (make === 'keepalived') startKeepalived(lab, peer, peerConfig(addresses));
      else {
        const station = createStation(lab, peer);
        await station.supervisor.start([router(addresses, addresses.own, { priority: 100 })]);
      }
      const vip = addresses.vips.at(-1) ?? '';
      await waitUntil(() => hasAddress(peer, vip), { what: 'the peer is active', timeoutMs: 30_000 });
      const station = createStation(lab, own);
      await station.supervisor.start([router(addresses, addresses.peer, mode)]);
      // The peer has asked in vain, and will ask again in up to a second.
      for (let round = 0; round < 4; round += 1) {
        await lab.carrier(own, lan, true);
        const hears = () => station.supervisor.status()[0]?.active?.address === addresses.peer;
        await waitUntil(hears, { what: 'it hears the peer', timeoutMs: 30_000 });
        await lab.carrier(own, lan, false);
        await waitUntil(() => station.supervisor.status()[0]?.phase === 'fault', {
          ...{ what: 'its link is down', timeoutMs: 30_000 },
        });
        await peer.run('ip', 'neigh', 'flush', 'dev', 'eth0');
      }
      const took = station.events().filter((e) => e.event === 'vrrp.transition' && e.to === 'active');
      expect(took).toEqual([]);
    });
  }
});
