// A director that comes back between unicast peers, whose neighbour tables know nothing of it: the peer asks for its MAC
// address once a second, adverts are 100 ms apart, and still it does not take over beside the active that it must respect.
import { spawnSync } from 'node:child_process';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ip } from '../../../src/net/ip.ts';
import { instance } from '../../make/vrrp-instance.ts';
import { hostOn } from '../harness/host-on.ts';
import { createLab, type Host, type Lab, type Lan } from '../harness/namespaces.ts';
import { waitUntil } from '../harness/process.ts';
import { startKeepalived } from '../harness/programs.ts';
import { createStation, hasAddress } from './station.ts';

const vip = '10.9.0.100';
const isInstalled = spawnSync('keepalived', ['--version'], { stdio: 'ignore' }).status === 0;
let lab: Lab;
let lan: Lan;
let peer: Host;
let own: Host;

beforeEach(async () => {
  lab = createLab();
  lan = await lab.lan('lan');
  peer = await hostOn(lab, lan, 'p', '10.9.0.2/24');
  own = await hostOn(lab, lan, 'a', '10.9.0.1/24');
});
afterEach(() => lab?.dispose());

const peerConfig = `
vrrp_instance VI_1 {
  state BACKUP
  interface eth0
  virtual_router_id 51
  priority 100
  version 3
  advert_int 0.1
  unicast_src_ip 10.9.0.2
  unicast_peer { 10.9.0.1 }
  virtual_ipaddress { ${vip}/24 }
}
`;

describe('a director that comes back between unicast peers', () => {
  for (const make of ['ours', 'keepalived'] as const) {
    for (const mode of [{ preempt: false }, { preemptDelayMs: 60_000 }]) {
      const name = `with ${JSON.stringify(mode)} leaves the role to ${make}, whose table does not know it`;
      it.skipIf(make === 'keepalived' && !isInstalled)(name, async () => {
        await lab.carrier(own, lan, false);
        if (make === 'keepalived') startKeepalived(lab, peer, peerConfig);
        else {
          const station = createStation(lab, peer);
          await station.supervisor.start([instance({ priority: 100, unicastPeers: [ip('10.9.0.1')] })]);
        }
        await waitUntil(() => hasAddress(peer, vip), { what: 'the peer is active', timeoutMs: 30_000 });
        const station = createStation(lab, own);
        await station.supervisor.start([instance({ ...mode, unicastPeers: [ip('10.9.0.2')] })]);
        // The peer has asked in vain, and will ask again in up to a second.
        for (let round = 0; round < 4; round += 1) {
          await lab.carrier(own, lan, true);
          const hears = () => station.supervisor.status()[0]?.active?.address === '10.9.0.2';
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
  }
});
