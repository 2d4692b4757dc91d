// Two routers that share a VRID, or the addresses, and not the configuration: a slip in one of the two files, or another
// cluster. Beside a real keepalived with each slip, ours says whose adverts they are (address and MAC) and all that is
// different; and where no advert of his can be read, that somebody else answers for the address.
import { spawnSync } from 'node:child_process';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { hostOn } from '../harness/host-on.ts';
import { createLab, type Host, type Lab } from '../harness/namespaces.ts';
import { waitUntil } from '../harness/process.ts';
import { startDirector, startKeepalived } from '../harness/programs.ts';
import { hasAddress } from './station.ts';

const hasKeepalived = spawnSync('keepalived', ['--version'], { stdio: 'ignore' }).status === 0;
const vip = '10.9.0.100';
const patient = { timeoutMs: 60_000 };
let lab: Lab;
let ours: Host;
let theirs: Host;

beforeEach(async () => {
  lab = createLab();
  const lan = await lab.lan('lan');
  ours = await hostOn(lab, lan, 'a', '10.9.0.1/24');
  theirs = await hostOn(lab, lan, 'b', '10.9.0.2/24');
});
afterEach(() => lab?.dispose());

const director = (more: string) => `
director: {control_socket: $CONTROL, state_dir: $STATE}
vrrp:
  - name: VI_1
    interface: eth0
    virtual_router_id: 51
    priority: 100
    virtual_ipaddress: [${vip}/24]
    ${more}
`;

type Stranger = {
  readonly version: 2 | 3;
  readonly vrid?: number;
  readonly address?: string;
  readonly priority?: number;
  readonly more?: string;
};

const keepalived = ({
  version,
  vrid = 51,
  address = vip,
  priority = 90,
  more = 'advert_int 1',
}: Stranger) => `
global_defs {
  vrrp_version ${version}
}
vrrp_instance THEIRS {
  interface eth0
  state BACKUP
  virtual_router_id ${vrid}
  priority ${priority}
  ${more.split('; ').join('\n  ')}
  virtual_ipaddress {
    ${address}/24
  }
}
`;

const version2 = 'version: 2';

type Case = {
  readonly slip: string;
  readonly mine: string;
  readonly his: Stranger;
  readonly reason: string;
};

const cases: readonly Case[] = [
  {
    ...{ slip: 'another version', mine: '', his: { version: 2 } },
    reason: 'version: version 3, got 2',
  },
  {
    ...{ slip: 'another version, interval and addresses', mine: '' },
    his: { version: 2, address: '10.9.0.200', more: 'advert_int 2' },
    reason: 'version: version 3, got 2; interval: 1 s, got 2 s; addresses: 10.9.0.100, got 10.9.0.200',
  },
  {
    ...{ slip: 'another interval in version 2', mine: version2, his: { version: 2, more: 'advert_int 2' } },
    reason: 'interval_mismatch: interval 1 s, got 2 s',
  },
  {
    ...{ slip: 'a password where we have none', mine: version2 },
    his: {
      version: 2,
      more: 'advert_int 1; authentication {; auth_type PASS; auth_pass 1111; }',
    },
    reason: 'authentication: authentication none, got simple',
  },
  {
    ...{ slip: 'another password', mine: `${version2}\n    auth_pass: "2222"` },
    his: {
      version: 2,
      more: 'advert_int 1; authentication {; auth_type PASS; auth_pass 1111; }',
    },
    reason: 'authentication: our password, got another',
  },
  {
    ...{ slip: 'our addresses under another VRID', mine: '', his: { version: 3, vrid: 52 } },
    reason: 'vrid: VRID 51, got 52',
  },
  {
    ...{ slip: 'unicast where we speak to the group', mine: '' },
    his: {
      version: 3,
      more: 'advert_int 1; unicast_src_ip 10.9.0.2; unicast_peer {; 10.9.0.1; }',
    },
    reason: 'destination: multicast, got unicast',
  },
  {
    ...{ slip: 'the group where we speak to peers', mine: 'unicast_peer: [10.9.0.7]', his: { version: 3 } },
    reason: 'destination: unicast, got multicast',
  },
  {
    ...{ slip: 'a peer that we do not list', mine: 'unicast_peer: [10.9.0.7]' },
    his: {
      version: 3,
      more: 'advert_int 1; unicast_src_ip 10.9.0.2; unicast_peer {; 10.9.0.1; }',
    },
    reason: 'unknown_peer: a configured peer, got 10.9.0.2',
  },
  {
    ...{ slip: 'other addresses, with a higher priority', mine: '' },
    his: { version: 3, address: '10.9.0.200', priority: 200 },
    reason: 'addresses: 10.9.0.100, got 10.9.0.200',
  },
];

const macOf = async (host: Host) =>
  / link\/ether ([0-9a-f:]{17}) /.exec(await host.run('ip', '-o', 'link', 'show', 'eth0'))?.[1] ?? '';

it.skipIf(!hasKeepalived).each(cases)('$slip: who it is, and what differs', async ({ mine, his, reason }) => {
  const a = startDirector(lab, ours, { config: director(mine) });
  await a.waitFor('vip.announced', () => true, patient);
  startKeepalived(lab, theirs, keepalived(his));
  const told = await a.waitFor('vrrp.foreign_router', () => true, patient);
  expect(told).toMatchObject({
    level: 'warn',
    ...{ instance: 'VI_1', interface: 'eth0', source: '10.9.0.2', mac: await macOf(theirs), reason },
  });
  expect(told.message).toContain(`10.9.0.2 (MAC ${await macOf(theirs)})`);
});

it.skipIf(!hasKeepalived)('another interval in version 3: believed, and told', async () => {
  const a = startDirector(lab, ours, { config: director('') });
  await a.waitFor('vip.announced', () => true, patient);
  startKeepalived(lab, theirs, keepalived({ version: 3, priority: 200, more: 'advert_int 2' }));
  const told = await a.waitFor('vrrp.advert_differs', () => true, patient);
  expect(told).toMatchObject({
    ...{ level: 'warn', source: '10.9.0.2', mac: await macOf(theirs) },
    ...{ what: 'interval', ours: '1 s', theirs: '2 s' },
  });
});

it.skipIf(!hasKeepalived)('adverts that are not ours to read: whoever answers is told', async () => {
  const a = startDirector(lab, ours, { config: director(version2) });
  await a.waitFor('vip.announced', () => true, patient);
  const more = 'advert_int 1; authentication {; auth_type AH; auth_pass 1111; }';
  startKeepalived(lab, theirs, keepalived({ version: 2, more }));
  await waitUntil(() => hasAddress(theirs, vip), { what: 'keepalived is active as well', timeoutMs: 60_000 });
  const told = await a.waitFor('vip.answered_elsewhere', () => true, patient);
  expect(told).toMatchObject({ level: 'warn', address: vip, mac: await macOf(theirs) });
});
