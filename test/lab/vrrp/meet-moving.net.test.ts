// Two actives meet again after a partition, whose addresses have a MAC address of their own (use_vmac), or move together
// (a sync group): a client that was on the side of the one that yields reaches the winner within an advert interval, ours
// and keepalived in both roles, whoever adverts first. What has a real MAC address and moves alone: meet.net.test.ts.
import { spawnSync } from 'node:child_process';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hostOn } from '../harness/host-on.ts';
import { createLab, type Host, type Lab } from '../harness/namespaces.ts';
import { waitUntil } from '../harness/process.ts';
import { startDirector, startKeepalived } from '../harness/programs.ts';
import { hasAddress, measured } from './station.ts';
import { listen, type TwoLans, twoLans } from './two-lans.ts';

const isInstalled = spawnSync('keepalived', ['--version'], { stdio: 'ignore' }).status === 0;
const intervalMs = 1000;
/** Far below the time after which a client asks again by itself. */
const patienceMs = 10_000;
const routers = [
  { name: 'VI_1', vrid: 51, vip: '10.9.0.100' },
  { name: 'VI_2', vrid: 52, vip: '10.9.0.101' },
];
const vips = routers.map(({ vip }) => vip);
let lab: Lab;
let lans: TwoLans;

beforeEach(async () => {
  lab = createLab();
  lans = await twoLans(lab);
});
afterEach(() => lab?.dispose());

type Make = 'ours' | 'keepalived';
type Kind = 'use_vmac' | 'a sync group';

const ours = (kind: Kind, priority: number) => `
director: {control_socket: $CONTROL, state_dir: $STATE}
vrrp:${routers
  .map(
    ({ name, vrid, vip }) => `
  - name: ${name}
    interface: eth0
    virtual_router_id: ${vrid}
    priority: ${priority}
    virtual_ipaddress: [${vip}/24]
    ${kind === 'use_vmac' ? 'use_vmac: yes' : ''}`,
  )
  .join('')}
${kind === 'use_vmac' ? '' : 'vrrp_sync_group: [{name: VG, group: [VI_1, VI_2]}]'}
`;

const theirs = (kind: Kind, priority: number) => `
global_defs {
  vrrp_version 3
}
${kind === 'use_vmac' ? '' : 'vrrp_sync_group VG {\n  group {\n    VI_1\n    VI_2\n  }\n}'}
${routers
  .map(
    ({ name, vrid, vip }) => `
vrrp_instance ${name} {
  state BACKUP
  interface eth0
  virtual_router_id ${vrid}
  priority ${priority}
  advert_int 1
  ${kind === 'use_vmac' ? `use_vmac vrrp.${vrid}` : ''}
  virtual_ipaddress {
    ${vip}/24
  }
}`,
  )
  .join('')}
`;

const hasAll = async (host: Host) =>
  (await Promise.all(vips.map((vip) => hasAddress(host, vip)))).every(Boolean);
const hasNone = async (host: Host) =>
  !(await Promise.all(vips.map((vip) => hasAddress(host, vip)))).some(Boolean);

async function start(make: Make, host: Host, kind: Kind, priority: number): Promise<void> {
  if (make === 'keepalived') startKeepalived(lab, host, theirs(kind, priority));
  else startDirector(lab, host, { config: ours(kind, priority) });
  await waitUntil(() => hasAll(host), { what: `${host.name} has the addresses`, timeoutMs: 60_000 });
}

/** Joins the LANs when the next advert is of that one, as far as it can be chosen. */
async function joinBefore(next: () => number, other: () => number): Promise<void> {
  const nextIn = () => next() + intervalMs - performance.now();
  const isTime = () => performance.now() - other() < 100 && nextIn() > 150;
  await waitUntil(isTime, { what: 'the right moment', timeoutMs: 5000 }).catch(() => {});
  await lans.join();
}

const reaches = async (client: Host, vip: string): Promise<boolean> =>
  (await client.attempt('ping', '-c', '1', '-W', '1', vip)).status === 0;

type Case = { readonly kind: Kind; readonly winner: Make; readonly loser: Make; readonly first: string };

async function meet({ kind, winner, loser, first }: Case): Promise<void> {
  const higher = await hostOn(lab, lans.right, 'w', '10.9.0.1/24');
  const lower = await hostOn(lab, lans.left, 'l', '10.9.0.2/24');
  const client = await hostOn(lab, lans.left, 'c', '10.9.0.3/24');
  const adverts = {
    winner: await listen(lab, lans.right, 'inet'),
    loser: await listen(lab, lans.left, 'inet'),
  };
  await Promise.all([start(winner, higher, kind, 150), start(loser, lower, kind, 100)]);
  for (const vip of vips) await waitUntil(() => reaches(client, vip), { what: 'the client has the loser' });
  if (first === 'winner') await joinBefore(adverts.winner, adverts.loser);
  else await joinBefore(adverts.loser, adverts.winner);
  await waitUntil(() => hasNone(lower), { what: 'the lower yields', timeoutMs: 15_000 });
  const yieldedAt = performance.now();
  for (const vip of vips)
    await waitUntil(() => reaches(client, vip), { what: `${vip} answers`, timeoutMs: patienceMs });
  measured(`${kind}: the client reaches the winner after, ms`, performance.now() - yieldedAt);
  expect(await hasAll(higher)).toBe(true);
  if (kind === 'use_vmac') {
    const shown = await client.run('ip', 'neigh', 'show', 'dev', 'eth0');
    for (const { vip, vrid } of routers)
      expect(shown).toContain(`${vip} lladdr 00:00:5e:00:01:${vrid.toString(16)}`);
  }
}

describe.each<Kind>(['use_vmac', 'a sync group'])('two actives that meet again with %s', (kind) => {
  for (const [winner, loser] of [
    ['ours', 'ours'],
    ['ours', 'keepalived'],
    ['keepalived', 'ours'],
  ] as const) {
    for (const first of ['winner', 'loser'])
      it.skipIf(!isInstalled && winner !== loser)(
        `${winner} stays, ${loser} yields, an advert of the ${first} first`,
        () => meet({ kind, winner, loser, first }),
      );
  }
});
