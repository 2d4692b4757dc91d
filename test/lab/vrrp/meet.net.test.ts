// Two actives meet again after a partition, ours and keepalived in both roles: whoever stays, and whoever adverts first,
// a client that was on the side of the one that yields has the winner in its neighbour table at once, and is not left
// with the loser's MAC address until it asks anew by itself (30 s and more).
import { spawnSync } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect } from 'vitest';
import { ip } from '../../../src/net/ip.ts';
import { it } from '../harness/lab-each.ts';
import type { Host, Lab } from '../harness/namespaces.ts';
import { waitUntil } from '../harness/process.ts';
import { startKeepalived } from '../harness/programs.ts';
import { type Mode, ourInstance, plans, titleOf } from '../interop/peer.ts';
import { createStation, hasAddress, measured } from './station.ts';
import { arpTrace, listen, twoLans } from './two-lans.ts';

const isInstalled = spawnSync('keepalived', ['--version'], { stdio: 'ignore' }).status === 0;
const intervalMs = 1000;
/** Far below the time after which a client asks again by itself. */
const patienceMs = 10_000;

type Make = 'ours' | 'keepalived';
type Role = 'winner' | 'loser';
/** @property first whose advert passes first; between unicast peers none passes before they meet */
type Case = Mode & { readonly winner: Make; readonly loser: Make; readonly first?: Role };

function keepalivedConfig(mode: Mode, priority: number, own: string, peer: string): string {
  return `
global_defs { vrrp_version ${mode.version} }
vrrp_instance VI_1 {
  state BACKUP
  interface eth0
  virtual_router_id 51
  priority ${priority}
  advert_int 1
  ${mode.unicast ? `unicast_src_ip ${own}\n  unicast_peer { ${peer} }` : ''}
  virtual_ipaddress { ${plans[mode.family].vips.join('\n')} }
}
`;
}

const addressesOf = (number: number) => [`10.9.0.${number}/24`, `fd00::${number}/64`, `fe80::${number}/64`];

type Begun = { readonly make: Make; readonly mode: Mode; readonly role: Role };

async function startRouter(lab: Lab, host: Host, { make, mode, role }: Begun): Promise<void> {
  const plan = plans[mode.family];
  const [own, peer] = role === 'winner' ? [plan.ours, plan.peer] : [plan.peer, plan.ours];
  const priority = role === 'winner' ? 150 : 100;
  if (make === 'keepalived') {
    startKeepalived(lab, host, keepalivedConfig(mode, priority, own, peer));
  } else {
    const station = createStation(lab, host);
    const { sourceAddress: _, ...config } = ourInstance(mode, priority);
    const between = mode.unicast ? { sourceAddress: ip(own), unicastPeers: [ip(peer)] } : {};
    await station.supervisor.start([{ ...config, ...between, advertIntervalMs: intervalMs, vipLeaseSec: 4 }]);
  }
  await waitUntil(() => hasAddress(host, plan.vip), {
    what: `${host.name} has the address`,
    timeoutMs: 30_000,
  });
}

const macOf = async (host: Host): Promise<string> =>
  /link\/ether (\S+)/.exec(await host.run('ip', '-o', 'link', 'show', 'eth0'))?.[1] ?? '';

const entryOf = async (client: Host, address: string): Promise<string> =>
  /lladdr (\S+)/.exec(await client.run('ip', 'neigh', 'show', address, 'dev', 'eth0'))?.[1] ?? '';

/** Waits until the next advert is of that one, as far as it can be chosen: their phases may never allow it. */
async function untilNextIs(next: () => number, other: () => number): Promise<void> {
  const isTime = () => performance.now() - other() < 100 && next() + intervalMs - performance.now() > 150;
  const end = performance.now() + 5 * intervalMs;
  while (!isTime() && performance.now() < end) await delay(10);
}

async function meet(lab: Lab, { winner, loser, first, ...mode }: Case): Promise<void> {
  const { vip } = plans[mode.family];
  const lans = await twoLans(lab);
  const higher = await lab.host('w');
  await lab.attach(higher, lans.right, { addresses: addressesOf(1) });
  const lower = await lab.host('l');
  await lab.attach(lower, lans.left, { addresses: addressesOf(2) });
  const client = await lab.host('c');
  await lab.attach(client, lans.left, { addresses: addressesOf(3) });
  const adverts = {
    winner: await listen(lab, lans.right, mode.family),
    loser: await listen(lab, lans.left, mode.family),
  };
  await Promise.all([
    startRouter(lab, higher, { make: winner, mode, role: 'winner' }),
    startRouter(lab, lower, { make: loser, mode, role: 'loser' }),
  ]);

  await client.run('ping', '-c', '1', '-W', '5', vip);
  expect(await entryOf(client, vip)).toBe(await macOf(lower));
  const trace = arpTrace(lab, client);
  if (first !== undefined)
    await untilNextIs(adverts[first], adverts[first === 'winner' ? 'loser' : 'winner']);
  await lans.join();
  await waitUntil(async () => !(await hasAddress(lower, vip)), {
    what: 'the lower yields',
    timeoutMs: 15_000,
  });
  const yieldedAt = performance.now();
  const isRight = async () => (await entryOf(client, vip)) === (await macOf(higher));
  await waitUntil(isRight, { what: 'the client has the winner', timeoutMs: patienceMs });
  measured(`the client has the winner after, ms`, performance.now() - yieldedAt);
  await client.run('ping', '-c', '1', '-W', '5', vip);
  expect(await isRight()).toBe(true);
  if (mode.family === 'inet')
    expect(trace.filter(({ address }) => address === vip).at(-1)?.mac).toBe(await macOf(higher));
}

const pairs: readonly (readonly [Make, Make])[] = [
  ['ours', 'ours'],
  ['ours', 'keepalived'],
  ['keepalived', 'ours'],
];
const families = ['inet', 'inet6'] as const;

describe('two actives that meet again', () => {
  for (const [winner, loser] of pairs) {
    for (const family of families) {
      for (const unicast of [false, true]) {
        for (const first of unicast ? [undefined] : (['winner', 'loser'] as const)) {
          const mode = { version: 3, family, unicast } as const;
          const order = first === undefined ? '' : `, an advert of the ${first} first`;
          const name = `${titleOf(mode)}: ${winner} stays, ${loser} yields${order}`;
          it.skipIf(!isInstalled && winner !== loser).concurrent(name, ({ lab }) =>
            meet(lab, { ...mode, winner, loser, ...(first && { first }) }),
          );
        }
      }
    }
  }
});
