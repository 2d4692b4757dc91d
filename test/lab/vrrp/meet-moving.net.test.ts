// Two actives meet again after a partition, whose addresses have a MAC address of their own (use_vmac), or move together
// (a sync group), or both; one router is of IPv4, one of IPv6. A client that was on the side of the one that yields reaches
// the winner at once, ours and keepalived in both roles, whoever adverts first: its neighbour entries are the winner's, or
// its switch has the virtual MAC addresses on the winner's side. What has a real one and moves alone: meet.net.test.ts.
import { spawnSync } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect } from 'vitest';
import { hostOn } from '../harness/host-on.ts';
import { it } from '../harness/lab-each.ts';
import type { Host, Lab } from '../harness/namespaces.ts';
import { run, waitUntil } from '../harness/process.ts';
import { startDirector, startKeepalived } from '../harness/programs.ts';
import { bothFamilies } from './router-config.ts';
import { measured } from './station.ts';
import { listen, type TwoLans, twoLans } from './two-lans.ts';

const isInstalled = spawnSync('keepalived', ['--version'], { stdio: 'ignore' }).status === 0;
const intervalMs = 1000;
/** Far below the time after which a client asks again by itself. */
const patienceMs = 10_000;
const routers = [
  {
    ...{ name: 'VI_1', vrid: 51, device: 'vrrp.51', vip: '10.9.0.100', mac: '00:00:5e:00:01:33' },
    vips: ['10.9.0.100/24'],
  },
  {
    ...{ name: 'VI_2', vrid: 52, device: 'vrrp6.52', vip: 'fd00::100', mac: '00:00:5e:00:02:34' },
    vips: ['fe80::100/64', 'fd00::100/64'],
  },
];

type Make = 'ours' | 'keepalived';
type Kind = { readonly name: string; readonly vmac: boolean; readonly group: boolean };
type Role = 'winner' | 'loser';
type Case = {
  readonly kind: Kind;
  readonly winner: Make;
  readonly loser: Make;
  /** Whose advert passes first, as far as it can be chosen. */
  readonly first: Role;
};

const ours = ({ vmac, group }: Kind, priority: number) => `
director: {control_socket: $CONTROL, state_dir: $STATE}
vrrp:${routers
  .map(
    ({ name, vrid, vips, device }) => `
  - name: ${name}
    interface: eth0
    virtual_router_id: ${vrid}
    priority: ${priority}
    advert_int: ${intervalMs}ms
    virtual_ipaddress: [${vips.map((vip) => `"${vip}"`).join(', ')}]
    ${vmac ? `use_vmac: ${device}` : ''}`,
  )
  .join('')}
${group ? 'vrrp_sync_group: [{name: VG, group: [VI_1, VI_2]}]' : ''}
`;

const theirs = ({ vmac, group }: Kind, priority: number) => `
global_defs {
  vrrp_version 3
}
${group ? 'vrrp_sync_group VG {\n  group {\n    VI_1\n    VI_2\n  }\n}' : ''}
${routers
  .map(
    ({ name, vrid, vips, device }) => `
vrrp_instance ${name} {
  state BACKUP
  interface eth0
  virtual_router_id ${vrid}
  priority ${priority}
  advert_int ${intervalMs / 1000}
  ${vmac ? `use_vmac ${device}` : ''}
  virtual_ipaddress {
    ${vips.join('\n    ')}
  }
}`,
  )
  .join('')}
`;

/** Of whatever device: a virtual MAC address is one's own. */
async function holds(host: Host): Promise<readonly boolean[]> {
  const shown = await host.run('ip', '-o', 'address', 'show');
  return routers.map(({ vip }) => shown.includes(` ${vip}/`));
}
const holdsAll = async (host: Host) => (await holds(host)).every(Boolean);
const holdsNone = async (host: Host) => !(await holds(host)).some(Boolean);

type Begun = { readonly make: Make; readonly kind: Kind; readonly priority: number };

async function begin(lab: Lab, host: Host, { make, kind, priority }: Begun): Promise<void> {
  // keepalived leaves it to the administrator that no other device asks or answers for what a virtual MAC has.
  const asked = { 'net.ipv4.conf.all.arp_announce': 2, 'net.ipv4.conf.all.arp_ignore': 1 };
  if (make === 'keepalived') await host.sysctl(asked);
  if (make === 'keepalived') startKeepalived(lab, host, theirs(kind, priority));
  else startDirector(lab, host, { config: ours(kind, priority) });
  await waitUntil(() => holdsAll(host), { what: `${host.name} has the addresses`, timeoutMs: 30_000 });
}

/** Waits until the next advert is of that one, as far as it can be chosen: their phases may never allow it. */
async function untilNextIs(next: () => number, other: () => number): Promise<void> {
  const isTime = () => performance.now() - other() < 100 && next() + intervalMs - performance.now() > 150;
  const end = performance.now() + 5 * intervalMs;
  while (!isTime() && performance.now() < end) await delay(10);
}

const answers = async (client: Host): Promise<boolean> => {
  const asked = routers.map(({ vip }) => client.attempt('ping', '-c', '1', '-W', '1', vip));
  return (await Promise.all(asked)).every(({ status }) => status === 0);
};

const macOf = async (host: Host): Promise<string> =>
  /link\/ether (\S+)/.exec(await host.run('ip', '-o', 'link', 'show', 'eth0'))?.[1] ?? '';

type Site = { readonly lans: TwoLans; readonly client: Host };
/** @property port of the client's switch, behind which it is */
type Holder = { readonly host: Host; readonly port: 'l' | 'cable' };

/** What of the client's entries, and of its switch with virtual MAC addresses, leads elsewhere than to that host. */
async function astray({ lans, client }: Site, { vmac }: Kind, to: Holder): Promise<readonly string[]> {
  const entries = await client.run('ip', 'neigh', 'show', 'dev', 'eth0');
  const ports = await run(['bridge', '-n', lans.left.netns, 'fdb', 'show', 'br', 'br0']);
  const own = await macOf(to.host);
  return routers.flatMap(({ vip, mac: virtual }) => {
    const mac = vmac ? virtual : own;
    const entry = entries.split('\n').find((line) => line.startsWith(`${vip} `));
    const port = ports.split('\n').find((line) => line.startsWith(`${mac} `));
    return [
      ...(entry?.includes(` lladdr ${mac} `) === true ? [] : [`entry of ${vip}: ${entry}, not ${mac}`]),
      ...(port?.includes(` dev ${to.port} `) === true ? [] : [`port of ${mac}: ${port}, not ${to.port}`]),
    ];
  });
}

async function meet(lab: Lab, { kind, winner, loser, first }: Case): Promise<void> {
  const lans = await twoLans(lab);
  const higher = await hostOn(lab, lans.right, 'w', ...bothFamilies(1));
  const lower = await hostOn(lab, lans.left, 'l', ...bothFamilies(2));
  const client = await hostOn(lab, lans.left, 'c', ...bothFamilies(3));
  const site = { lans, client };
  const adverts = {
    winner: await listen(lab, lans.right, 'inet'),
    loser: await listen(lab, lans.left, 'inet'),
  };
  await Promise.all([
    begin(lab, higher, { make: winner, kind, priority: 150 }),
    begin(lab, lower, { make: loser, kind, priority: 100 }),
  ]);
  await waitUntil(() => answers(client), { what: 'the client has the loser' });
  expect(await astray(site, kind, { host: lower, port: 'l' })).toEqual([]);
  const virtual = routers.flatMap(({ mac }) => ['or', 'ether', 'src', mac]).slice(1);
  const said = lower.start(['tcpdump', '-lnnett', '-Q', 'out', '-i', 'eth0', ...virtual]);
  await said.waitFor(/listening on/);
  await untilNextIs(adverts[first], adverts[first === 'winner' ? 'loser' : 'winner']);
  await lans.join();
  await waitUntil(() => holdsNone(lower), { what: 'the lower yields', timeoutMs: 15_000 });
  const yieldedAt = performance.now();
  const yieldedSec = Date.now() / 1000;
  const toWinner = () => astray(site, kind, { host: higher, port: 'cable' });
  await waitUntil(async () => (await toWinner()).length === 0, {
    what: 'the client has the winner',
    timeoutMs: patienceMs,
  });
  measured(`${kind.name}: the client has the winner after, ms`, performance.now() - yieldedAt);
  // The kernel of a keepalived that yielded says for two seconds that its groups are gone, from the virtual MAC address.
  await waitUntil(() => answers(client), { what: 'the winner answers', timeoutMs: patienceMs });
  if (kind.vmac && loser === 'ours') {
    await delay(Math.max(0, 2500 - (performance.now() - yieldedAt)));
    expect(said.lines().filter((line) => Number.parseFloat(line) > yieldedSec + 0.5)).toEqual([]);
    expect(await toWinner()).toEqual([]);
  }
  expect(await holdsAll(higher)).toBe(true);
}

const vmac: Kind = { name: 'virtual MAC addresses', vmac: true, group: false };
const group: Kind = { name: 'a sync group', vmac: false, group: true };
const both: Kind = { name: 'virtual MAC addresses in a sync group', vmac: true, group: true };

/** Each order of adverts with each kind; meet.net.test.ts has all of both. */
const cases: readonly Case[] = [
  { kind: both, winner: 'ours', loser: 'ours', first: 'winner' },
  { kind: vmac, winner: 'ours', loser: 'ours', first: 'loser' },
  { kind: vmac, winner: 'ours', loser: 'keepalived', first: 'winner' },
  { kind: vmac, winner: 'keepalived', loser: 'ours', first: 'winner' },
  { kind: group, winner: 'ours', loser: 'ours', first: 'winner' },
  { kind: group, winner: 'ours', loser: 'keepalived', first: 'loser' },
  { kind: group, winner: 'keepalived', loser: 'ours', first: 'loser' },
];

describe('two actives that meet again', () => {
  for (const each of cases) {
    const { kind, winner, loser, first } = each;
    const name = `with ${kind.name}: ${winner} stays, ${loser} yields, an advert of the ${first} first`;
    it.skipIf(!isInstalled && winner !== loser).concurrent(name, ({ lab }) => meet(lab, each));
  }
});
