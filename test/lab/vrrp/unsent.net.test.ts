// An active whose firewall drops its adverts on their way out (EPERM): the successor gets the clients and keeps them.
import { spawnSync } from 'node:child_process';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hostOn } from '../harness/host-on.ts';
import { createLab, type Host, type Lab } from '../harness/namespaces.ts';
import { waitUntil } from '../harness/process.ts';
import { type Mode, ourInstance, plans, titleOf } from '../interop/peer.ts';
import { createStation, hasAddress, type Station } from './station.ts';
import { arpTrace } from './two-lans.ts';

const hasNft = spawnSync('nft', ['--version'], { stdio: 'ignore' }).status === 0;
let lab: Lab;
let client: Host;
let a: Station;
let b: Station;

beforeEach(async () => {
  lab = createLab();
  const lan = await lab.lan('lan');
  const addresses = (n: number) => [`10.9.0.${n}/24`, `fd00::${n}/64`, `fe80::${n}/64`];
  client = await hostOn(lab, lan, 'c', ...addresses(3));
  a = createStation(lab, await hostOn(lab, lan, 'a', ...addresses(1)));
  b = createStation(lab, await hostOn(lab, lan, 'b', ...addresses(2)));
});
afterEach(() => lab?.dispose());

const macOf = async (host: Host): Promise<string> =>
  /link\/ether (\S+)/.exec(await host.run('ip', '-o', 'link', 'show', 'eth0'))?.[1] ?? '';

const rules = `table inet t {
  chain out { type filter hook output priority 0; meta l4proto 112 drop; }
}`;

describe.skipIf(!hasNft)('an active whose adverts its own firewall drops', () => {
  for (const family of ['inet', 'inet6'] as const) {
    const mode: Mode = { version: 3, family, unicast: false };
    it(`${titleOf(mode)}: gives way to its successor, says why, and comes back once they go out`, async () => {
      const { vip } = plans[family];
      await a.supervisor.start([ourInstance(mode, 150)]);
      await a.waitFor('vip.announced');
      await b.supervisor.start([ourInstance(mode, 100)]);
      await waitUntil(() => b.supervisor.status()[0]?.active !== undefined, { what: 'b hears a' });
      await client.run('ping', '-c', '1', '-W', '5', vip);
      await a.host.run('nft', rules);
      const left = await a.waitFor('vrrp.transition', ({ from }) => from === 'active');
      expect(left.reason).toMatch(/^adverts_unsent: EPERM: operation not permitted/);
      await b.waitFor('vrrp.transition', ({ to }) => to === 'active');
      await waitUntil(async () => !(await hasAddress(a.host, vip)), { what: 'a has given the address up' });
      const trace = arpTrace(lab, client);
      const entry = async () => client.run('ip', 'neigh', 'show', vip, 'dev', 'eth0');
      const mac = await macOf(b.host);
      await waitUntil(async () => (await entry()).includes(mac), { what: 'the client has b' });
      await client.run('ping', '-c', '3', '-i', '0.5', '-W', '5', vip);
      expect(await entry()).toContain(mac);
      const ours = await macOf(a.host);
      expect(trace.filter((line) => line.address === vip && line.mac === ours)).toEqual([]);
      expect(a.events().filter(({ event }) => event === 'vrrp.send_failed')).not.toEqual([]);
      await a.host.run('nft', 'delete', 'table', 'inet', 't');
      await waitUntil(() => hasAddress(a.host, vip), { what: 'a is active again', timeoutMs: 15_000 });
      await waitUntil(async () => (await entry()).includes(ours), { what: 'the client has a again' });
    });
  }
});
