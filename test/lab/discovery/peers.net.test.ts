// Two directors that name each other, with a real DNS server: one moves to another address and is followed, and
// nobody changes roles for it; one that knows no peer waits.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type DnsServer, setResolver, startDns } from '../harness/dns-server.ts';
import { createLab, type Host, type Lab, type Lan } from '../harness/namespaces.ts';
import { type Director, startDirector } from '../harness/programs.ts';
import { hasUnbound } from './site.ts';

const nameServer = '10.9.0.53';
let lab: Lab;
let lan: Lan;
let dns: DnsServer;

const zone = (a: string, b: string) => [`lvs1.example.com. 1 IN A ${a}`, `lvs2.example.com. 1 IN A ${b}`];
/** The same two names on both: neither speaks to itself. */
const config = (priority: number) => `
director: {control_socket: $CONTROL, state_dir: $STATE}
log: {format: json}
vrrp:
  - name: VI_1
    interface: eth0
    virtual_router_id: 51
    priority: ${priority}
    advert_int: 200ms
    virtual_ipaddress: [10.9.0.100/24]
    unicast_peer: [lvs1.example.com, lvs2.example.com]
`;

async function hostAt(name: string, address: string): Promise<Host> {
  const host = await lab.host(name);
  await lab.attach(host, lan, { addresses: [address] });
  setResolver(lab, host, { resolvConf: `nameserver ${nameServer}\n` });
  return host;
}

beforeEach(async () => {
  lab = createLab();
  lan = await lab.lan('lan');
  const server = await lab.host('dns');
  await lab.attach(server, lan, { addresses: [`${nameServer}/24`] });
  if (hasUnbound) dns = await startDns(lab, server, nameServer, zone('10.9.0.1', '10.9.0.2'));
});
afterEach(() => lab?.dispose());

const became = (director: Director, to: string, after = 0) =>
  director.waitFor('vrrp.transition', (event) => event.to === to, { after, timeoutMs: 20_000 });
const eventsOf = (director: Director, name: string) =>
  director.events().filter(({ event }) => event === name);

describe.skipIf(!hasUnbound)('a unicast peer by name (unbound)', () => {
  it('that moves to another address is followed without a transition', async () => {
    const a = startDirector(lab, await hostAt('lvs1', '10.9.0.1/24'), { config: config(150) });
    await became(a, 'active');
    const b = startDirector(lab, await hostAt('lvs2', '10.9.0.2/24'), { config: config(100) });
    await became(b, 'backup');
    await b.waitFor('daemon.ready');
    // As a careful administrator does it: the new address, DNS, and then the old one goes.
    await b.host.run('ip', 'address', 'add', '10.9.0.4/24', 'dev', 'eth0');
    await dns.answer(zone('10.9.0.1', '10.9.0.4'));
    expect(await a.waitFor('vrrp.peers_changed')).toMatchObject({
      instance: 'VI_1',
      added: ['10.9.0.4'],
      removed: ['10.9.0.2'],
    });
    await b.waitFor('vrrp.peers_changed');
    await b.host.sysctl({ 'net.ipv4.conf.eth0.promote_secondaries': 1 });
    await b.host.run('ip', 'address', 'del', '10.9.0.2/24', 'dev', 'eth0');
    expect([a, b].map((director) => eventsOf(director, 'vrrp.transition').map(({ to }) => to))).toEqual([
      ['backup', 'active'],
      ['backup'],
    ]);
    // The roles still move as they should, from the new address.
    const [atA, atB] = [a.running.lineCount(), b.running.lineCount()];
    expect((await a.cli('failover')).status).toBe(0);
    await became(b, 'active', atB);
    expect(await became(a, 'backup', atA)).toBeDefined();
    for (const director of [a, b]) {
      expect(eventsOf(director, 'vrrp.split_brain_suspected')).toEqual([]);
      expect(eventsOf(director, 'vrrp.advert_rejected')).toEqual([]);
    }
  });

  it('of whom no address is known keeps a router waiting, until one is; a restart knows the last one', async () => {
    dns.running().signal('SIGSTOP');
    const a = startDirector(lab, await hostAt('lvs1', '10.9.0.1/24'), { config: config(150) });
    await a.waitFor('daemon.ready', undefined, { timeoutMs: 20_000 });
    expect(await a.waitFor('vrrp.peers_unknown', undefined, { timeoutMs: 20_000 })).toMatchObject({
      names: ['lvs1.example.com', 'lvs2.example.com'],
    });
    expect(eventsOf(a, 'vrrp.transition')).toEqual([]);
    dns.running().signal('SIGCONT');
    await became(a, 'active');
    await a.running.stop();
    dns.running().signal('SIGKILL');
    const again = startDirector(lab, a.host, { config: config(150), again: a });
    await became(again, 'active');
  });
});
