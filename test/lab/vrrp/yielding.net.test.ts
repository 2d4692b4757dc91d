// An active director that gives its role up to a higher claim says to whom: with the address and, from the frame of the
// next advert, the MAC; at warn where it had not been known. Over IPv4 and IPv6, to one of ours and to keepalived.
import { spawnSync } from 'node:child_process';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createLab, type Host, type Lab } from '../harness/namespaces.ts';
import { startDirector, startKeepalived } from '../harness/programs.ts';
import { bothFamilies, routerConfig } from './router-config.ts';

const hasKeepalived = spawnSync('keepalived', ['--version'], { stdio: 'ignore' }).status === 0;
const patient = { timeoutMs: 60_000 };

let lab: Lab;
let hostA: Host;
let hostB: Host;
beforeEach(async () => {
  lab = createLab();
  const lan = await lab.lan('lan');
  const hostAt = async (name: string, number: number) => {
    const host = await lab.host(name);
    await lab.attach(host, lan, { addresses: bothFamilies(number) });
    return host;
  };
  hostA = await hostAt('a', 1);
  hostB = await hostAt('b', 2);
});
afterEach(() => lab?.dispose());

const macOf = async (host: Host) =>
  / link\/ether ([0-9a-f:]{17}) /.exec(await host.run('ip', '-o', 'link', 'show', 'eth0'))?.[1] ?? '';

it.each([
  { family: 'IPv4', addresses: '10.9.0.100/24', peer: '10.9.0.2' },
  { family: 'IPv6', addresses: 'fe80::100/64, fd00::100/64', peer: 'fe80::2' },
])('to one of ours, over $family', async ({ addresses, peer }) => {
  const a = startDirector(lab, hostA, { config: routerConfig(100, addresses) });
  await a.waitFor('vip.announced', () => true, patient);
  startDirector(lab, hostB, { config: routerConfig(200, addresses) });
  const told = await a.waitFor('vrrp.role_yielded', () => true, patient);
  const mac = await macOf(hostB);
  expect(told).toMatchObject({ level: 'warn', peer, mac, peer_priority: 200, priority: 100, known: false });
  expect(told.message).toBe(
    `VI_1: gave the role up to ${peer} (MAC ${mac}), priority 200 against 100, which was not known before`,
  );
});

it.skipIf(!hasKeepalived)('to keepalived', async () => {
  const a = startDirector(lab, hostA, { config: routerConfig(100, '10.9.0.100/24') });
  await a.waitFor('vip.announced', () => true, patient);
  startKeepalived(
    lab,
    hostB,
    `global_defs {
  vrrp_version 3
}
vrrp_instance VI_1 {
  interface eth0
  state MASTER
  virtual_router_id 51
  priority 200
  advert_int 0.3
  virtual_ipaddress { 10.9.0.100/24
  }
}
`,
  );
  const told = await a.waitFor('vrrp.role_yielded', () => true, patient);
  expect(told).toMatchObject({ level: 'warn', peer: '10.9.0.2', mac: await macOf(hostB) });
});
