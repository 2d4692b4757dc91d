// vmac_xmit_base: adverts leave by the interface itself, with its own MAC, while the addresses have that of the virtual router;
// as keepalived's do, from the same file, and each takes the other's for adverts of its group.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { hostOn } from '../harness/host-on.ts';
import { createLab, type Host, type Lab } from '../harness/namespaces.ts';
import { waitUntil } from '../harness/process.ts';
import { daemonMain, startDirector, startKeepalived } from '../harness/programs.ts';
import { bothFamilies } from './router-config.ts';
import { advertTrace } from './two-lans.ts';

const file = (vrid: number, priority: number, vip: string) => `
vrrp_instance VI_1 {
  interface eth0
  virtual_router_id ${vrid}
  version 3
  advert_int 0.3
  priority ${priority}
  use_vmac
  vmac_xmit_base
  virtual_ipaddress {
    ${vip}
  }
}
`;

let lab: Lab;
let client: Host;
let ours: Host;
let theirs: Host;

beforeEach(async () => {
  lab = createLab();
  const lan = await lab.lan('lan');
  const hostAt = (name: string, number: number) => hostOn(lab, lan, name, ...bothFamilies(number));
  [ours, theirs, client] = [await hostAt('a', 1), await hostAt('ka', 2), await hostAt('c', 3)];
});
afterEach(() => lab.dispose());

async function startOurs(text: string): Promise<void> {
  const path = join(lab.directory('source'), 'keepalived.conf');
  writeFileSync(path, text);
  const yaml = await ours.run(process.execPath, daemonMain, 'convert', path);
  startDirector(lab, ours, { config: `director: {control_socket: $CONTROL, state_dir: $STATE}\n${yaml}` });
}

const macOf = async (host: Host) => (await host.run('cat', '/sys/class/net/eth0/address')).trim();

it('sends adverts from the interface, and answers for the addresses with the virtual MAC', async () => {
  startKeepalived(lab, theirs, file(52, 100, '10.9.0.102/32'));
  await startOurs(file(51, 100, '10.9.0.101/32'));
  const heard = advertTrace(lab, client);
  const from = (vrid: number) => heard.filter((each) => each.vrid === vrid).map((each) => each.from);
  await waitUntil(() => from(51).length >= 5 && from(52).length >= 5, { what: 'adverts of both' });
  expect(new Set(from(51))).toEqual(new Set([await macOf(ours)]));
  expect(new Set(from(52))).toEqual(new Set([await macOf(theirs)]));
  await client.run('ping', '-c', '1', '-W', '2', '10.9.0.101');
  expect(await client.run('ip', 'neigh', 'show', '10.9.0.101')).toContain('lladdr 00:00:5e:00:01:33');
});

it('is one group with a keepalived that does the same', async () => {
  const vip = '10.9.0.101/32';
  startKeepalived(lab, theirs, file(51, 100, vip));
  const has = async (host: Host) => (await host.run('ip', 'address')).includes('10.9.0.101/32');
  await waitUntil(() => has(theirs), { timeoutMs: 15_000, what: 'keepalived is active' });
  await startOurs(file(51, 150, vip));
  await waitUntil(async () => (await has(ours)) && !(await has(theirs)), {
    timeoutMs: 15_000,
    what: 'ours has taken over',
  });
  const heard = advertTrace(lab, client);
  await waitUntil(() => heard.length >= 5, { what: 'adverts' });
  expect(new Set(heard.map((each) => each.from))).toEqual(new Set([await macOf(ours)]));
});
