// The device of an address that is not the instance's own interface: what happens to it happens to the role, as with
// keepalived, which runs beside us on a host that is made alike; with track no, nothing does, and what is not there is
// not called held.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLab, type Host, type Lab } from '../harness/namespaces.ts';
import { waitUntil } from '../harness/process.ts';
import { type Director, type Keepalived, startDirector, startKeepalived } from '../harness/programs.ts';

let lab: Lab;
let ours: Host;
let theirs: Host;
let a: Director;
let k: Keepalived;

const config = (track: string) => `
director: {control_socket: $CONTROL, state_dir: $STATE}
vrrp:
  - name: VI_1
    interface: eth0
    virtual_router_id: 51
    version: 2
    advert_int: 1s
    virtual_ipaddress: [10.9.0.100/24]
    virtual_ipaddress_excluded: ["10.8.0.100/24 dev eth1${track}"]
    virtual_routes: ["10.7.0.0/16 dev eth2${track}"]
`;
const keepalivedConfig = (track: string) => `
vrrp_instance VI_1 {
  state BACKUP
  interface eth0
  virtual_router_id 51
  advert_int 1
  virtual_ipaddress {
    10.9.0.100/24
  }
  virtual_ipaddress_excluded {
    10.8.0.100/24 dev eth1${track}
  }
  virtual_routes {
    10.7.0.0/16 dev eth2${track}
  }
}
`;

/** One interface beside eth0 each: nobody else is there. */
async function hostAlike(name: string): Promise<Host> {
  const host = await lab.host(name);
  await lab.attach(host, await lab.lan(`${name}0`), { addresses: ['10.9.0.1/24'] });
  for (const device of ['eth1', 'eth2']) await makeDevice(host, device);
  return host;
}

async function makeDevice(host: Host, device: string): Promise<void> {
  await host.run('ip', 'link', 'add', device, 'type', 'veth', 'peer', 'name', `${device}p`);
  for (const end of [device, `${device}p`]) await host.run('ip', 'link', 'set', end, 'up');
}

beforeEach(async () => {
  lab = createLab();
  [ours, theirs] = [await hostAlike('a'), await hostAlike('k')];
});
afterEach(() => lab?.dispose());

const both = (...command: string[]) => Promise.all([ours.run(...command), theirs.run(...command)]);
const start = async (track: string) => {
  a = startDirector(lab, ours, { config: config(track) });
  k = startKeepalived(lab, theirs, keepalivedConfig(track === '' ? '' : ' no_track'));
  await a.waitFor('vip.announced', undefined, { timeoutMs: 60_000 });
  await k.waitFor(/Entering MASTER STATE/, { timeoutMs: 60_000 });
};

const troubles: readonly {
  readonly what: string;
  readonly reason: string;
  readonly breaks: (device: string) => Promise<unknown>;
  readonly mends: (device: string) => Promise<unknown>;
}[] = [
  {
    what: 'is set down',
    reason: 'link_down',
    breaks: (device) => both('ip', 'link', 'set', device, 'down'),
    mends: (device) => both('ip', 'link', 'set', device, 'up'),
  },
  {
    what: 'loses its carrier',
    reason: 'no_carrier',
    breaks: (device) => both('ip', 'link', 'set', `${device}p`, 'down'),
    mends: (device) => both('ip', 'link', 'set', `${device}p`, 'up'),
  },
  {
    what: 'is deleted, and made again',
    // The kernel sets it down before it goes.
    reason: 'link_down',
    breaks: (device) => both('ip', 'link', 'del', device),
    mends: async (device) => {
      await makeDevice(ours, device);
      await makeDevice(theirs, device);
    },
  },
];

describe('a device of an excluded address or a route', () => {
  for (const [index, { what, reason, breaks, mends }] of troubles.entries()) {
    const device = index % 2 === 0 ? 'eth1' : 'eth2';
    it(`that ${what}: fault, as keepalived, and back when it works`, async () => {
      await start('');
      await breaks(device);
      await k.waitFor(/Entering FAULT STATE/, { timeoutMs: 30_000 });
      const fault = await a.waitFor('vrrp.transition', ({ reason: why }) => String(why).includes(device));
      expect(fault).toMatchObject({ from: 'active', reason: `${reason}: ${device}` });
      await a.waitFor('vrrp.transition', ({ to }) => to === 'fault', { timeoutMs: 30_000 });
      expect((await a.cli('why', 'VI_1')).stdout).toContain('holds    no address');
      const after = a.running.lineCount();
      await mends(device);
      await a.waitFor('vrrp.transition', ({ to }) => to === 'active', { after, timeoutMs: 30_000 });
      await waitUntil(async () => (await ours.run('ip', 'address')).includes('10.8.0.100'), {
        what: 'all is there',
      });
      await waitUntil(async () => (await ours.run('ip', 'route')).includes('10.7.0.0/16'), {
        what: 'the route too',
      });
    });
  }

  it('that is missing at the start, and comes later under another name first', async () => {
    await both('ip', 'link', 'set', 'eth1', 'down');
    await both('ip', 'link', 'set', 'eth1', 'name', 'lan7');
    a = startDirector(lab, ours, { config: config('') });
    await a.waitFor(
      'vrrp.transition',
      ({ to, reason }) => to === 'fault' && reason === 'interface_missing: eth1',
    );
    await both('ip', 'link', 'set', 'lan7', 'name', 'eth1');
    await both('ip', 'link', 'set', 'eth1', 'up');
    await a.waitFor('vip.announced', undefined, { timeoutMs: 30_000 });
    expect((await a.cli('why', 'VI_1')).stdout).toContain('10.8.0.100/24');
  });

  it('with track no: the role stays, what is not there is said, and comes when the device does', async () => {
    await start(' track no');
    await both('ip', 'link', 'del', 'eth1');
    const why = async () => (await a.cli('why', 'VI_1')).stdout;
    await waitUntil(
      async () => (await why()).includes('10.8.0.100/24 on eth1: there is no such interface: eth1'),
      {
        what: 'why says it',
      },
    );
    expect(await why()).toMatch(/holds +10\.9\.0\.100\/24\n/);
    await makeDevice(ours, 'eth1');
    await waitUntil(async () => (await ours.run('ip', 'address')).includes('10.8.0.100'), {
      what: 'it is there',
    });
    await waitUntil(async () => !(await why()).includes('lacks'), { what: 'nothing lacks' });
    expect(a.events().filter(({ event, to }) => event === 'vrrp.transition' && to !== 'backup').length).toBe(
      1,
    );
    expect(k.lines().filter((line) => line.includes('FAULT'))).toEqual([]);
  });
});
