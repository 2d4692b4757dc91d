// Checks by the way of clients (checkpath: vip) beside ordinary ones of the same servers: real servers with nginx behind a
// pair of directors with VRRP, by gate, ipip and masq, over IPv4 and IPv6. Faults that leave a server answering at its own
// address take it out of the one service and not of the other, on each director as far as it can see.
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { daemonStatus } from '../harness/daemon-status.ts';
import { createLab, type Host, type Lab } from '../harness/namespaces.ts';
import { run, waitUntil } from '../harness/process.ts';
import { type Director, startDirector, startNginx } from '../harness/programs.ts';

let lab: Lab;
let pair: Readonly<Record<'lvs1' | 'lvs2', Director>>;
const servers: Record<string, Host> = {};

/** Each has a service at `port` that is checked as clients come, and one at 81 that is checked as ever. */
const sites = {
  gate: { vip: '10.7.0.240', port: 80, real: '10.7.0.2 gate', check: 'service: http' },
  gate6: { vip: '[fd07::240]', port: 80, real: '[fd07::2] gate', check: 'service: http' },
  ipip: { vip: '10.7.0.241', port: 80, real: '10.7.0.3 ipip', check: 'checktype: connect' },
  ipip6: { vip: '[fd07::241]', port: 80, real: '[fd07::3] ipip', check: 'checktype: connect' },
  masq: { vip: '10.7.0.242', port: 443, real: '10.8.0.2 masq', check: 'service: https' },
  alone: { vip: '10.7.0.243', port: 80, real: '10.7.0.4 gate', check: 'service: http' },
} as const;
type Site = keyof typeof sites;
const all = Object.keys(sites) as readonly Site[];

const entryOf = ({ vip, port, real, check }: (typeof sites)[Site]): string =>
  `  - {address: '${vip}:${port}', ${check}, checkpath: vip, real: ['${real}']}
  - {address: '${vip}:81', service: http, checkport: 81, real: ['${real}']}
`;

const config = `director: {control_socket: $CONTROL, state_dir: $STATE}
ipvs: {resync_interval: 1s}
checkinterval: 1
checktimeout: 3
negotiatetimeout: 3
vrrp:
  - {name: VI_1, interface: eth0, virtual_router_id: 51, advert_int: 1, priority: {lvs1: 200, lvs2: 100}, virtual_ipaddress: [10.7.0.240/32, 10.7.0.241/32, 10.7.0.242/32, 10.7.0.243/32], virtual_ipaddress_excluded: [10.8.0.254/24 dev eth1]}
  - {name: VI_6, interface: eth0, virtual_router_id: 52, advert_int: 1, priority: {lvs1: 200, lvs2: 100}, virtual_ipaddress: ['fe80::9:1/64', 'fd07::240/128', 'fd07::241/128']}
virtual:
${all.map((site) => entryOf(sites[site])).join('')}`;

type Fault = {
  readonly what: string;
  readonly at: string;
  readonly plant: readonly string[];
  readonly mend: readonly string[];
  readonly hits: readonly Site[];
  /** Directors that cannot see it; absent: both do. */
  readonly unseenBy?: 'lvs2';
};

const faults: readonly Fault[] = [
  {
    what: 'the VIP is not on lo',
    at: 'gate',
    plant: ['ip address del 10.7.0.240/32 dev lo', 'ip address del fd07::240/128 dev lo'],
    mend: ['ip address add 10.7.0.240/32 dev lo', 'ip address add fd07::240/128 dev lo nodad'],
    hits: ['gate', 'gate6'],
  },
  {
    what: 'the VIP is not on lo, and the server forwards what is not its own',
    at: 'gate',
    plant: [
      'sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1',
      'ip address del 10.7.0.240/32 dev lo',
      'ip address del fd07::240/128 dev lo',
    ],
    mend: [
      'ip address add 10.7.0.240/32 dev lo',
      'ip address add fd07::240/128 dev lo nodad',
      'sysctl -qw net.ipv4.ip_forward=0 net.ipv6.conf.all.forwarding=0',
    ],
    hits: ['gate', 'gate6'],
  },
  {
    what: 'answers of the service have a way of their own, to nobody',
    at: 'gate',
    plant: ['ip rule add from 10.7.0.240 lookup 99', 'ip route add blackhole default table 99'],
    mend: ['ip rule del from 10.7.0.240 lookup 99', 'ip route flush table 99'],
    hits: ['gate'],
  },
  {
    what: 'the tunnel is down',
    at: 'ipip',
    plant: ['ip link set tunl0 down', 'ip link set ip6tnl0 down'],
    mend: [
      'ip link set tunl0 up',
      'ip link set ip6tnl0 up',
      'ip address replace fd07::241/128 dev ip6tnl0 nodad',
    ],
    hits: ['ipip', 'ipip6'],
  },
  {
    what: 'rp_filter is strict on the tunnel',
    at: 'ipip',
    plant: ['sysctl -qw net.ipv4.conf.tunl0.rp_filter=1'],
    mend: ['sysctl -qw net.ipv4.conf.tunl0.rp_filter=0'],
    hits: ['ipip'],
  },
  {
    what: 'the gateway is another router',
    at: 'masq',
    plant: ['ip route replace default via 10.8.0.99'],
    mend: ['ip route replace default via 10.8.0.254'],
    hits: ['masq'],
    unseenBy: 'lvs2',
  },
];

const nameOf = (site: Site, port: number = sites[site].port) => `tcp ${sites[site].vip}:${port}`;

async function verdicts(director: Director): Promise<Readonly<Record<string, string>>> {
  const { services } = await daemonStatus(director);
  return Object.fromEntries(services.map(({ service, reals }) => [service, reals[0]?.verdict ?? 'none']));
}

/** The verdicts of these services, and no other change. */
const become = (director: Director, down: readonly Site[], what: string) =>
  waitUntil(
    async () => {
      const found = await verdicts(director);
      return all.every(
        (site) =>
          found[nameOf(site)] === (down.includes(site) || site === 'alone' ? 'down' : 'up') &&
          found[nameOf(site, 81)] === 'up',
      );
    },
    { what: `${director.name}: ${what}`, timeoutMs: 6000 },
  );

async function obey(host: Host | undefined, commands: readonly string[]): Promise<void> {
  for (const command of commands) await host?.run(...command.split(' '));
}

async function build(): Promise<void> {
  for (const module of ['ipip', 'ip6_tunnel', 'ip_vs_rr']) await run(['modprobe', module]);
  const [outside, inside] = [await lab.lan('out'), await lab.lan('in')];
  const certificate = join(lab.directory('tls'), 'pair.pem');
  const subject = [
    '-x509',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:P-256',
    '-nodes',
    '-subj',
    '/CN=web',
  ];
  await run([
    'openssl',
    'req',
    ...subject,
    '-days',
    '2',
    '-keyout',
    certificate,
    '-out',
    `${certificate}.crt`,
  ]);
  for (const [name, at] of [
    ['lvs1', 1],
    ['lvs2', 9],
  ] as const) {
    const host = await lab.host(name);
    await lab.attach(host, outside, { addresses: [`10.7.0.${at}/24`, `fd07::${at}/64`] });
    await lab.attach(host, inside, { interface: 'eth1', addresses: [`10.8.0.${at}/24`] });
    await host.sysctl({ 'net.ipv4.ip_forward': 1, 'net.ipv4.conf.all.rp_filter': 1 });
    servers[name] = host;
  }
  for (const [name, addresses] of [
    ['gate', ['10.7.0.2/24', 'fd07::2/64']],
    ['ipip', ['10.7.0.3/24', 'fd07::3/64']],
    ['alone', ['10.7.0.4/24']],
    ['masq', ['10.8.0.2/24']],
  ] as const) {
    const host = await lab.host(name);
    await lab.attach(host, name === 'masq' ? inside : outside, { addresses });
    await host.sysctl({
      ...{ 'net.ipv4.conf.all.arp_ignore': 1, 'net.ipv4.conf.all.arp_announce': 2 },
      'net.ipv4.conf.all.rp_filter': 0,
    });
    servers[name] = host;
  }
  const [gate, ipip, alone, masq] = ['gate', 'ipip', 'alone', 'masq'].map((name) => servers[name]);
  await obey(gate, faults[0]?.mend ?? []);
  await obey(alone, ['ip address add 10.7.0.243/32 dev lo']);
  await obey(ipip, [
    ...['ip link set tunl0 up', 'ip link set ip6tnl0 up', 'sysctl -qw net.ipv4.conf.tunl0.rp_filter=0'],
    ...['ip address add 10.7.0.241/32 dev tunl0', 'ip address add fd07::241/128 dev ip6tnl0 nodad'],
  ]);
  await obey(masq, ['ip route add default via 10.8.0.254']);
  const listen = ['80', '[::]:80', '81', '[::]:81'];
  for (const host of [gate, ipip]) if (host) await startNginx(lab, host, { listen, body: host.name });
  if (masq) {
    const extra = `ssl_certificate ${certificate}.crt; ssl_certificate_key ${certificate};`;
    await startNginx(lab, masq, { listen: ['81', '443 ssl'], body: 'masq', extra });
  }
  if (alone) await startNginx(lab, alone, { listen: ['10.7.0.4:80', '10.7.0.4:81'], body: 'alone' });
}

beforeAll(async () => {
  lab = createLab();
  await build();
  const [one, two] = [servers.lvs1, servers.lvs2];
  if (one === undefined || two === undefined) throw new Error('no directors');
  pair = { lvs1: startDirector(lab, one, { config }), lvs2: startDirector(lab, two, { config }) };
});
afterAll(() => lab?.dispose());

describe('checks by the way of clients', () => {
  it('say what the active director lacks, and not that servers are down', async () => {
    const { lvs1, lvs2 } = pair;
    for (const instance of ['VI_1', 'VI_6'])
      await lvs1.waitFor('vrrp.transition', (event) => event.instance === instance && event.to === 'active');
    await lvs1.waitFor('real.unchecked', ({ detail }) => String(detail).includes('eth0.accept_local to 1'));
    const down = lvs1.events().flatMap(({ event, service }) => (event === 'real.down' ? [service] : []));
    for (const site of ['gate', 'gate6', 'ipip', 'ipip6'] as const) expect(down).not.toContain(nameOf(site));
    for (const { host } of [lvs1, lvs2]) await host.sysctl({ 'net.ipv4.conf.eth0.accept_local': 1 });
    for (const director of [lvs1, lvs2])
      await become(director, [], 'everybody but who answers at home only is up');
  });

  it('have private services, which nobody sees who does not ask', async () => {
    const { lvs1 } = pair;
    const shown = async (command: string, ...options: string[]) => {
      const main = [process.execPath, join(import.meta.dirname, '../../../dist/main.js')];
      return (await lvs1.host.run(...main, ...command.split(' '), ...options)).match(/FWM /g)?.length ?? 0;
    };
    expect(await shown('ipvs list')).toBe(0);
    expect(await shown('ipvs list', '--all')).toBe(all.length);
    expect((await daemonStatus(lvs1)).services).toHaveLength(2 * all.length);
    const rules = await lvs1.host.run('ipvsadm', '-Sn');
    const mark = /-A -f (\d+) -s rr\n-a -f \d+ -r 10\.7\.0\.2:0 -g -w 1\n/.exec(rules)?.[1] ?? 'none';
    expect(Number(mark)).toBeGreaterThanOrEqual(0x4c00_0000);
    // Deleted by hand it comes back, and no check goes elsewhere meanwhile: nobody goes down or up by it.
    await lvs1.host.run('ipvsadm', '-D', '-f', mark);
    await waitUntil(async () => (await lvs1.host.run('ipvsadm', '-Sn')).includes(`-A -f ${mark} `), {
      what: 'the private service is back',
    });
    // What the operator says of the server is not said to its private service.
    expect((await lvs1.cli('disable', '10.7.0.2:80')).status).toBe(0);
    await waitUntil(async () => !(await lvs1.host.run('ipvsadm', '-Sn')).includes('-r 10.7.0.2:80 -g -w 1'), {
      what: 'the server takes nobody new',
    });
    expect(await lvs1.host.run('ipvsadm', '-Sn')).toContain(`-a -f ${mark} -r 10.7.0.2:0 -g -w 1\n`);
    expect((await lvs1.cli('enable', '10.7.0.2:80')).status).toBe(0);
    await become(lvs1, [], 'all is as before');
  });

  it.each(faults)('find that $what', async ({ what, at, plant, mend, hits, unseenBy }) => {
    await obey(servers[at], plant);
    for (const director of [pair.lvs1, pair.lvs2])
      await become(director, director.name === unseenBy ? [] : hits, what);
    await obey(servers[at], mend);
    for (const director of [pair.lvs1, pair.lvs2]) await become(director, [], `not any more: ${what}`);
  });

  it('go on through a takeover, and leave nothing behind', async () => {
    const { lvs1, lvs2 } = pair;
    const before = lvs2.events().length;
    expect(await lvs1.running.stop()).toBeDefined();
    expect(await lvs1.host.run('ipvsadm', '-Sn')).not.toContain('-A -f ');
    await lvs2.waitFor('vrrp.transition', ({ instance, to }) => instance === 'VI_1' && to === 'active');
    await become(lvs2, [], 'all as before');
    await obey(servers.gate, faults[0]?.plant ?? []);
    await become(lvs2, ['gate', 'gate6'], 'the new active director sees it');
    const down = lvs2
      .events()
      .slice(before)
      .filter(({ event }) => event === 'real.down');
    expect(down.map(({ service }) => service).sort()).toEqual([nameOf('gate6'), nameOf('gate')].sort());
  });
});
