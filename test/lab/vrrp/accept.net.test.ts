// accept: no. The active director has the addresses, answers for them in ARP and neighbour discovery, and accepts
// nothing else that is addressed to them.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hostOn } from '../harness/host-on.ts';
import { createLab, type Host, type Lab } from '../harness/namespaces.ts';
import { waitUntil } from '../harness/process.ts';
import { type Director, startDirector } from '../harness/programs.ts';
import { bothFamilies } from './router-config.ts';

const vips = ['10.9.0.100', 'fd00::100'] as const;
let lab: Lab;
let client: Host;
let a: Director;

const config = (more: string) => `
director: {control_socket: $CONTROL, state_dir: $STATE}
vrrp:
  - name: VI_1
    interface: eth0
    virtual_router_id: 51
    advert_int: 100ms
    virtual_ipaddress: [${vips[0]}/24, "${vips[1]}/64"]
    ${more}
`;

beforeEach(async () => {
  lab = createLab();
  const lan = await lab.lan('lan');
  client = await hostOn(lab, lan, 'c', '10.9.0.3/24', 'fd00::3/64');
  const host = await hostOn(lab, lan, 'a', ...bothFamilies(1));
  a = startDirector(lab, host, { config: config('accept: no') });
  await Promise.all(
    ['VI_1', 'VI_1/ipv6'].map((name) => a.waitFor('vip.announced', ({ instance }) => instance === name)),
  );
});
afterEach(() => lab?.dispose());

const answers = async (address: string) =>
  (await client.attempt('ping', '-c', '1', '-W', '1', address)).status === 0;
const neighbour = (address: string) => client.run('ip', 'neigh', 'show', address);

describe('accept: no', () => {
  it('drops what is for the VIPs, and nothing else', async () => {
    expect(await answers('10.9.0.1')).toBe(true);
    for (const vip of vips) expect(await answers(vip)).toBe(false);
    expect(await answers('fd00::1')).toBe(true);
  });

  it('still answers for them in ARP and neighbour discovery', async () => {
    for (const vip of vips) {
      await answers(vip);
      expect(await neighbour(vip)).toContain('lladdr');
    }
  });

  it('answers a solicitation that is for the address itself: a neighbour that probes finds it there', async () => {
    await answers(vips[1]);
    const mac = /lladdr (\S+)/.exec(await neighbour(vips[1]))?.[1] ?? expect.fail('no entry');
    await client.run('ip', 'neigh', 'replace', vips[1], 'lladdr', mac, 'dev', 'eth0', 'nud', 'probe');
    await waitUntil(async () => (await neighbour(vips[1])).includes('REACHABLE'), {
      what: 'the probe is answered',
    });
  });

  it('is given up on reload, and on a stop', async () => {
    a.writeConfig(config('accept: yes'));
    await a.cli('reload');
    await waitUntil(() => answers(vips[0]), { what: 'the address answers' });
    expect(await answers(vips[1])).toBe(true);
    a.writeConfig(config('accept: no'));
    await a.cli('reload');
    await waitUntil(async () => !(await answers(vips[0])), { what: 'it does not' });
    await a.running.stop();
    await a.host.run('ip', 'address', 'add', `${vips[0]}/24`, 'dev', 'eth0');
    expect(await answers(vips[0])).toBe(true);
    expect(a.events().filter(({ event }) => event === 'vrrp.accept_failed')).toEqual([]);
  });
});
