// Two actives meet again after a partition, ours and keepalived in both roles: whoever stays, and whoever adverts first,
// a client that was on the side of the one that yields has the winner in its neighbour table at once, and is not left
// with the loser's MAC address until it asks anew by itself (30 s and more).
import { spawnSync } from 'node:child_process';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLab, type Host, type Lab } from '../harness/namespaces.ts';
import { waitUntil } from '../harness/process.ts';
import { startKeepalived } from '../harness/programs.ts';
import { type Mode, ourInstance, plans, titleOf } from '../interop/peer.ts';
import { createStation, hasAddress, measured } from './station.ts';
import { arpTrace, listen, type TwoLans, twoLans } from './two-lans.ts';

const isInstalled = spawnSync('keepalived', ['--version'], { stdio: 'ignore' }).status === 0;
const intervalMs = 1000;
/** Far below the time after which a client asks again by itself. */
const patienceMs = 10_000;
let lab: Lab;
let lans: TwoLans;

beforeEach(async () => {
  lab = createLab();
  lans = await twoLans(lab);
});
afterEach(() => lab?.dispose());

type Make = 'ours' | 'keepalived';
type Case = Mode & { readonly winner: Make; readonly loser: Make; readonly first: 'winner' | 'loser' };

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

async function startRouter(make: Make, host: Host, mode: Mode, role: 'winner' | 'loser'): Promise<void> {
  const plan = plans[mode.family];
  const [own, peer] = role === 'winner' ? [plan.ours, plan.peer] : [plan.peer, plan.ours];
  const priority = role === 'winner' ? 150 : 100;
  if (make === 'keepalived') {
    startKeepalived(lab, host, keepalivedConfig(mode, priority, own, peer));
  } else {
    const station = createStation(lab, host);
    const { sourceAddress: _, ...config } = ourInstance(mode, priority);
    const { ip } = await import('../../../src/net/ip.ts');
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

/** Joins the LANs when the next advert is of that one, as far as it can be chosen. */
async function joinBefore(next: () => number, other: () => number): Promise<void> {
  const nextIn = () => next() + intervalMs - performance.now();
  const isTime = () => performance.now() - other() < 100 && nextIn() > 150;
  await waitUntil(isTime, { what: 'the right moment', timeoutMs: 5000 }).catch(() => {});
  await lans.join();
}

async function meet({ winner, loser, first, ...mode }: Case): Promise<void> {
  const { vip } = plans[mode.family];
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
  await Promise.all([startRouter(winner, higher, mode, 'winner'), startRouter(loser, lower, mode, 'loser')]);

  await client.run('ping', '-c', '1', '-W', '5', vip);
  expect(await entryOf(client, vip)).toBe(await macOf(lower));
  const trace = arpTrace(lab, client);
  if (first === 'winner') await joinBefore(adverts.winner, adverts.loser);
  else await joinBefore(adverts.loser, adverts.winner);
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
        for (const first of unicast ? (['winner'] as const) : (['winner', 'loser'] as const)) {
          const mode = { version: 3, family, unicast } as const;
          const name = `${titleOf(mode)}: ${winner} stays, ${loser} yields, an advert of the ${first} first`;
          it.skipIf(!isInstalled && winner !== loser)(name, { timeout: 120_000 }, () =>
            meet({ ...mode, winner, loser, first }),
          );
        }
      }
    }
  }
});
