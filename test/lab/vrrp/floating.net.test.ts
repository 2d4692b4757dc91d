// What floats beside the advertised addresses: attributes, excluded addresses, routes and rules, in the kernel.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLab, type Lab } from '../harness/namespaces.ts';
import { waitUntil } from '../harness/process.ts';
import { type Director, startDirector } from '../harness/programs.ts';

let lab: Lab;
let a: Director;

const config = (more: string) => `
director: {control_socket: $CONTROL, state_dir: $STATE}
vrrp:
  - name: VI_1
    interface: eth0
    virtual_router_id: 51
    advert_int: 100ms
    virtual_ipaddress:
      - 10.5.0.100/24 label eth0:vip brd + scope link
      - 10.8.0.100/24 dev eth1
    virtual_ipaddress_excluded: ["fd00::100/64"]
${more}
`;
const routes = `
    virtual_routes:
      - 10.7.0.0/16 via 10.8.0.1 src 10.8.0.100 table 100
      - "fd07::/16 via fd00::1 metric 5 mtu 1400"
      - blackhole 10.6.0.0/16
    virtual_rules:
      - from 10.8.0.100 table 100 priority 1000
      - prohibit inet6 from fd66::/16 priority 1001`;

beforeEach(async () => {
  lab = createLab();
  const host = await lab.host('a');
  const [lan, inner] = [await lab.lan('lan'), await lab.lan('inner')];
  await lab.attach(host, lan, { addresses: ['10.9.0.1/24', 'fd00::1:1/64'] });
  await lab.attach(host, inner, { interface: 'eth1', addresses: ['10.8.0.2/24'] });
  a = startDirector(lab, host, { config: config(routes) });
  await a.waitFor('vip.announced');
});
afterEach(() => lab?.dispose());

const shown = (...words: string[]) => a.host.run('ip', ...words);
const ours = async () =>
  [
    await shown('route', 'show', 'table', '100'),
    await shown('route', 'show', 'proto', '112'),
    await shown('-6', 'route', 'show', 'proto', '112'),
    await shown('rule', 'show', 'priority', '1000'),
    await shown('-6', 'rule', 'show', 'priority', '1001'),
  ].map((text) => text.trim().replaceAll(/ +/g, ' '));

describe('an active director', () => {
  it('has each address on its device, with its label, scope and broadcast', async () => {
    const all = (await shown('-o', 'address', 'show')).replaceAll(/ +/g, ' ').split('\n');
    const line = (address: string) => all.find((each) => each.includes(` ${address} `)) ?? '';
    expect(line('10.5.0.100/24')).toContain('eth0 inet 10.5.0.100/24 brd 10.5.0.255 scope link');
    expect(line('10.5.0.100/24')).toContain(' eth0:vip');
    expect(line('10.8.0.100/24')).toContain('eth1 ');
    expect(line('fd00::100/64')).toContain('eth0 ');
  });

  it('has the routes and rules, and lets them go with the addresses', async () => {
    const there = await ours();
    expect(there[0]).toBe('10.7.0.0/16 via 10.8.0.1 dev eth1 proto 112 src 10.8.0.100');
    expect(there[1]).toBe('blackhole 10.6.0.0/16');
    expect(there[2]).toContain('fd07::/16 via fd00::1 dev eth0 metric 5 mtu 1400');
    expect(there[3]).toContain('from 10.8.0.100 lookup 100');
    expect(there[4]).toContain('from fd66::/16 prohibit');
    await a.running.stop();
    expect(await ours()).toEqual(['', '', '', '', '']);
    expect(await shown('-6', 'route', 'show', 'fd00::/64')).toContain('dev eth0');
    expect(a.events().filter(({ event }) => event === 'vrrp.route_failed')).toEqual([]);
  });

  it('has a route back whose source address somebody removed', async () => {
    await shown('address', 'delete', '10.8.0.100/24', 'dev', 'eth1');
    await a.waitFor('vip.restored');
    await waitUntil(async () => (await ours())[0] !== '', { what: 'the route comes back' });
  });

  it('adds and removes on reload what has changed, and leaves the rest', async () => {
    const before = a.running.lineCount();
    a.writeConfig(config(`${routes.replace('10.6.0.0/16', '10.5.0.0/16')}`));
    await a.cli('reload');
    await a.waitFor('daemon.reloaded', undefined, { after: before });
    await waitUntil(async () => (await ours())[1] === 'blackhole 10.5.0.0/16', { what: 'the new one' });
    expect((await ours())[0]).toContain('10.7.0.0/16');
    expect(a.events().filter(({ event }) => event === 'vip.removed')).toEqual([]);
  });

  it('neither replaces nor removes what others made', async () => {
    await a.running.stop();
    await shown('route', 'add', 'blackhole', '10.6.0.0/16');
    const again = startDirector(lab, a.host, { config: config(routes), again: a });
    const failed = await again.waitFor('vrrp.route_failed');
    expect(failed).toMatchObject({ instance: 'VI_1', route: 'blackhole 10.6.0.0/16' });
    await again.running.stop();
    expect(await shown('route', 'show', '10.6.0.0/16')).toContain('blackhole');
  });

  it('that is killed leaves routes behind until its next start', async () => {
    await a.host.killAll();
    expect((await ours())[1]).toContain('blackhole');
    const again = startDirector(lab, a.host, { config: config(routes), again: a });
    await again.waitFor('vip.announced');
    expect(again.events().filter(({ event }) => event === 'vrrp.route_failed')).toEqual([]);
    await again.running.stop();
    expect(await ours()).toEqual(['', '', '', '', '']);
  });
});
