// Adverts of multicast groups of their own, with keepalived as the peer: it runs a file, our daemon what `convert` makes
// of it. The group is joined, and left at a reload that takes another.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { daemonStatus } from '../harness/daemon-status.ts';
import { hostOn } from '../harness/host-on.ts';
import { createLab, type Host, type Lab } from '../harness/namespaces.ts';
import { waitUntil } from '../harness/process.ts';
import { daemonMain, startDirector, startKeepalived } from '../harness/programs.ts';
import { bothFamilies } from './router-config.ts';

let lab: Lab;
let peer: Host;
let host: Host;

beforeEach(async () => {
  lab = createLab();
  const lan = await lab.lan('lan');
  peer = await hostOn(lab, lan, 'k', ...bothFamilies(2));
  host = await hostOn(lab, lan, 'a', ...bothFamilies(1));
});
afterEach(() => lab?.dispose());

/** One VRID twice: of IPv4 in two groups, and of IPv6 in a third. */
const file = (priority: number) => `
global_defs {
  vrrp_mcast_group4 224.0.0.99
  vrrp_version 3
}
vrrp_instance COMMON {
  interface eth0
  virtual_router_id 51
  priority ${priority}
  virtual_ipaddress {
    10.9.0.100/24
  }
}
vrrp_instance OWN {
  interface eth0
  virtual_router_id 51
  priority ${priority}
  mcast_dst_ip 224.0.0.98
  virtual_ipaddress {
    10.9.0.101/24
  }
}
vrrp_instance SIX {
  interface eth0
  virtual_router_id 51
  priority ${priority}
  mcast_dst_ip ff02::99
  virtual_ipaddress {
    fe80::100/64
    fd00::100/64
  }
}
`;

async function converted(priority: number): Promise<string> {
  const path = join(lab.directory(`old${priority}`), 'keepalived.conf');
  writeFileSync(path, file(priority));
  const text = await host.run(process.execPath, daemonMain, 'convert', '--strict', path);
  return `director: {control_socket: $CONTROL, state_dir: $STATE}\n${text}`;
}

const joined = async () => {
  const words = (await host.run('ip', 'maddress', 'show', 'dev', 'eth0')).split(/\s+/);
  return ['224.0.0.18', '224.0.0.98', '224.0.0.99', 'ff02::12', 'ff02::99'].filter((each) =>
    words.includes(each),
  );
};
const names = ['COMMON', 'OWN', 'SIX'];
const vips = ['10.9.0.100/24', '10.9.0.101/24', 'fe80::100/64', 'fd00::100/64'];
const holds = async (on: Host) => {
  const text = await on.run('ip', '-o', 'address', 'show');
  return vips.filter((vip) => text.includes(` ${vip} `));
};

describe('routers with multicast groups of their own', () => {
  it('hear a keepalived there, and are heard, each in its own; a reload changes the group', async () => {
    const keepalived = startKeepalived(lab, peer, file(100));
    for (const name of names)
      await keepalived.waitFor(new RegExp(`\\(${name}\\) Entering MASTER STATE`), { timeoutMs: 30_000 });
    const config = await converted(50);
    const ours = startDirector(lab, host, { config });
    const heard = async () => {
      const { vrrp } = await daemonStatus(ours).catch(() => ({ vrrp: [] }));
      return vrrp.filter(({ active }) => active !== undefined).length === 3;
    };
    await waitUntil(heard, { what: 'we hear all three', timeoutMs: 30_000 });
    expect(await joined()).toEqual(['224.0.0.98', '224.0.0.99', 'ff02::99']);
    expect(await holds(host)).toEqual([]);

    // With the higher priority it hears us, and gives way.
    ours.writeConfig(config.replaceAll('priority: 50', 'priority: 150'));
    expect((await ours.cli('reload')).status).toBe(0);
    await waitUntil(async () => (await holds(host)).length === 4, {
      what: 'all are ours',
      timeoutMs: 30_000,
    });
    await waitUntil(async () => (await holds(peer)).length === 0, {
      what: 'none is theirs',
      timeoutMs: 30_000,
    });
    expect(ours.events().filter(({ event }) => event === 'vrrp.advert_rejected')).toEqual([]);

    ours.writeConfig(config.replaceAll('- 224.0.0.99', '- 224.0.0.18'));
    expect((await ours.cli('reload')).status).toBe(0);
    await waitUntil(async () => (await joined()).join() === '224.0.0.18,224.0.0.98,ff02::99', {
      what: 'one group is left and another joined',
      timeoutMs: 30_000,
    });
  });
});
