// Debian's keepalived as the peer, in both roles, over versions 2 and 3, by multicast and between unicast peers.
import { spawnSync } from 'node:child_process';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ip } from '../../../src/net/ip.ts';
import { hostOn } from '../harness/host-on.ts';
import { createLab, type Host, type Lab } from '../harness/namespaces.ts';
import { waitUntil } from '../harness/process.ts';
import { startKeepalived } from '../harness/programs.ts';
import { probe, seamlessMs } from './prober.ts';
import { labInstance } from './router-config.ts';
import { createStation, hasAddress, measured, type Station } from './station.ts';

const vip = '10.9.0.100';
const isInstalled = spawnSync('keepalived', ['--version'], { stdio: 'ignore' }).status === 0;
let lab: Lab;
let client: Host;
let peer: Host;
let ours: Station;

beforeEach(async () => {
  lab = createLab();
  const lan = await lab.lan('lan');
  client = await hostOn(lab, lan, 'c', '10.9.0.3/24');
  peer = await hostOn(lab, lan, 'k', '10.9.0.2/24');
  ours = createStation(lab, await hostOn(lab, lan, 'a', '10.9.0.1/24'));
});
afterEach(() => lab?.dispose());

type Mode = { readonly version: 2 | 3; readonly unicast: boolean };

const peerConfig = ({ version, unicast }: Mode, priority: number) => `
global_defs { vrrp_version ${version} }
vrrp_instance VI_1 {
  state BACKUP
  interface eth0
  virtual_router_id 51
  priority ${priority}
  advert_int ${version === 2 ? 1 : 0.3}
  ${unicast ? 'unicast_src_ip 10.9.0.2\n  unicast_peer { 10.9.0.1 }' : ''}
  virtual_ipaddress { ${vip}/24 }
}
`;

const ourInstance = ({ version, unicast }: Mode) =>
  labInstance({
    version,
    ...(version === 2 && { advertIntervalMs: 1000, vipLeaseSec: 4 }),
    unicastPeers: unicast ? [ip('10.9.0.2')] : [],
  });

const modes: readonly Mode[] = [
  { version: 3, unicast: false },
  { version: 3, unicast: true },
  { version: 2, unicast: false },
  { version: 2, unicast: true },
];

describe.skipIf(!isInstalled)('with keepalived as the peer', () => {
  for (const mode of modes) {
    const name = `version ${mode.version}, ${mode.unicast ? 'unicast' : 'multicast'}`;
    const limitMs = mode.version === 2 ? 15_000 : 5000;

    it(`${name}: it is backup to our higher priority, and takes over when we stop`, async () => {
      await ours.supervisor.start([ourInstance(mode)]);
      await ours.waitFor('vip.announced');
      const keepalived = startKeepalived(lab, peer, peerConfig(mode, 100));
      await keepalived.waitFor(/Entering BACKUP STATE/, { timeoutMs: limitMs });
      const sent = () => ours.supervisor.status()[0]?.advertsSent ?? 0;
      const before = sent();
      await waitUntil(() => sent() > before + 4, { what: 'it hears four adverts', timeoutMs: limitMs });
      expect(keepalived.lines().filter((line) => line.includes('MASTER STATE'))).toEqual([]);

      const prober = probe(lab, client, vip);
      await waitUntil(() => prober.answers() > 100, { what: 'the client reaches the address' });
      const stoppedAt = performance.now();
      await ours.supervisor.stop();
      const handedOver = await ours.waitFor('vrrp.transition', ({ reason }) => reason === 'handed_over');
      await keepalived.waitFor(/Entering MASTER STATE/, { timeoutMs: limitMs });
      const gapMs = await prober.longestGapMs();
      measured(`${name}: hand-over to keepalived took, ms`, handedOver.atMs - stoppedAt);
      measured(`${name}: hand-over to keepalived: longest gap for a client, ms`, gapMs);
      expect(gapMs).toBeLessThan(seamlessMs);
      expect(await hasAddress(ours.host, vip)).toBe(false);
      expect(await hasAddress(peer, vip)).toBe(true);
    });

    it(`${name}: we take over when it stops, and give way to its higher priority`, async () => {
      const keepalived = startKeepalived(lab, peer, peerConfig(mode, 200));
      await keepalived.waitFor(/Entering MASTER STATE/, { timeoutMs: limitMs });
      await ours.supervisor.start([ourInstance(mode)]);
      await waitUntil(() => ours.supervisor.status()[0]?.active?.address === '10.9.0.2', {
        ...{ what: 'we hear it', timeoutMs: limitMs },
      });
      const stoppedAt = performance.now();
      await keepalived.stop();
      const takeover = await ours.waitFor('vrrp.transition', ({ to }) => to === 'active');
      expect(takeover.reason).toBe('active_resigned');
      measured(`${name}: takeover after keepalived stops, ms`, takeover.atMs - stoppedAt);

      const again = startKeepalived(lab, peer, peerConfig(mode, 200));
      await again.waitFor(/Entering MASTER STATE/, { timeoutMs: limitMs });
      const yielded = await ours.waitFor(
        'vrrp.transition',
        ({ reason }) => reason === 'higher_priority_heard',
      );
      expect(yielded).toMatchObject({ to: 'backup', peer: '10.9.0.2' });
      await waitUntil(async () => !(await hasAddress(ours.host, vip)), { what: 'our address goes' });
    });
  }
});
