// What an active director holds comes back when a stranger takes it: routes, rules, addresses, the macvlan, its
// settings, the filter; and a backup gets rid of what it must not hold.
import { afterEach, beforeEach, describe, it } from 'vitest';
import { createLab, type Lab } from '../harness/namespaces.ts';
import { waitUntil } from '../harness/process.ts';
import { type Director, startDirector } from '../harness/programs.ts';

let lab: Lab;
let a: Director;

const config = (more = '') => `
director: {control_socket: $CONTROL, state_dir: $STATE}
vrrp:
  - name: VI_1
    interface: eth0
    virtual_router_id: 51
    advert_int: 100ms
    vip_lease: 4
    accept: no
    use_vmac: yes
    virtual_ipaddress: [10.9.0.100/24]
    virtual_ipaddress_excluded: ["10.8.0.100/24 dev eth1", "fd08::100/64 dev eth1"]
    virtual_routes:
      - 10.7.0.0/16 via 10.8.0.1 src 10.8.0.100 table 100
      - 10.17.0.0/16 via 10.8.0.1
      - "fd07::/16 via fd08::1 metric 5 mtu 1400"
      - blackhole 10.6.0.0/16
      - "blackhole fd06::/16 table 1000"
    virtual_rules:
      - from 10.8.0.100 table 100 priority 1000
      - to 10.66.0.0/16 fwmark 7 table 100
      - prohibit inet6 from fd66::/16 priority 1001
${more}
`;

beforeEach(async () => {
  lab = createLab();
  const host = await lab.host('a');
  const [lan, inner] = [await lab.lan('lan'), await lab.lan('inner')];
  await lab.attach(host, lan, { addresses: ['10.9.0.1/24'] });
  await lab.attach(host, inner, { interface: 'eth1', addresses: ['10.8.0.2/24', 'fd08::2/64'] });
  a = startDirector(lab, host, { config: config() });
  await a.waitFor('vip.announced');
});
afterEach(() => lab?.dispose());

const shown = (...words: string[]) => a.host.run(...words);
/** Everything that the configuration says, as the kernel has it. */
async function held(): Promise<string> {
  const all = [
    await shown('ip', 'route', 'show', 'table', 'all', 'proto', '112'),
    await shown('ip', '-6', 'route', 'show', 'table', 'all', 'proto', '112'),
    (await shown('ip', 'rule', 'show'))
      .split('\n')
      .filter((line) => /10\.(8|66)\./.test(line))
      .join('\n'),
    (await shown('ip', '-6', 'rule', 'show'))
      .split('\n')
      .filter((line) => line.includes('fd66'))
      .join('\n'),
    (await shown('ip', '-o', 'address', 'show')).match(/\S+ +inet6? \S+:?100\/\d+/g)?.join('\n') ?? '',
    await shown('nft', 'list', 'ruleset'),
    (await shown('ip', '-o', 'link', 'show', 'type', 'macvlan'))
      .match(/00:00:5e:00:01:33|,UP/g)
      ?.sort()
      .join(' ') ?? '',
    await shown(
      'sysctl',
      ...['eth0.arp_ignore', 'eth0.arp_filter', 'eth0.arp_announce'].map((key) => `net.ipv4.conf.${key}`),
    ),
    await shown(
      'sysctl',
      ...['arp_ignore', 'accept_local', 'rp_filter'].map((key) => `net/ipv4/conf/vrrp.51/${key}`),
    ),
  ];
  return all.map((text) => text.trim().replaceAll(/ +/g, ' ').split('\n').sort().join('\n')).join('\n--\n');
}

/** What strangers do. */
const deeds: readonly (readonly [what: string, commands: readonly (readonly string[])[]])[] = [
  ['flush the routes of a table', [['ip', 'route', 'flush', 'table', '100']]],
  [
    'flush our routes of both families',
    [
      ['ip', 'route', 'flush', 'proto', '112'],
      ['ip', '-6', 'route', 'flush', 'proto', '112'],
    ],
  ],
  ['delete one route', [['ip', 'route', 'del', 'blackhole', '10.6.0.0/16']]],
  [
    'change a route in its place',
    [['ip', 'route', 'replace', '10.17.0.0/16', 'via', '10.8.0.7', 'proto', '112']],
  ],
  [
    'flush the rules',
    [
      ['ip', 'rule', 'flush'],
      ['ip', 'rule', 'add', 'table', 'main', 'priority', '32766'],
    ],
  ],
  [
    'flush the rules of IPv6',
    [
      ['ip', '-6', 'rule', 'flush'],
      ['ip', '-6', 'rule', 'add', 'table', 'main', 'priority', '32766'],
    ],
  ],
  [
    'flush the addresses of a device',
    [
      ['ip', 'address', 'flush', 'dev', 'eth1'],
      ['ip', 'address', 'add', '10.8.0.2/24', 'dev', 'eth1'],
      ['ip', 'address', 'add', 'fd08::2/64', 'dev', 'eth1'],
    ],
  ],
  [
    'set a device down and up',
    [
      ['ip', 'link', 'set', 'eth1', 'down'],
      ['ip', 'link', 'set', 'eth1', 'up'],
      ['ip', 'address', 'replace', 'fd08::2/64', 'dev', 'eth1'],
    ],
  ],
  ['delete the macvlan', [['ip', 'link', 'del', 'vrrp.51']]],
  [
    'give the macvlan another MAC address',
    [['ip', 'link', 'set', 'vrrp.51', 'address', '02:00:00:00:00:99']],
  ],
  ['set the macvlan down', [['ip', 'link', 'set', 'vrrp.51', 'down']]],
  [
    'flip the settings',
    [
      ['sysctl', '-w', 'net.ipv4.conf.eth0.arp_ignore=0'],
      ['sysctl', '-w', 'net.ipv4.conf.eth0.arp_announce=0'],
      ['sysctl', '-w', 'net/ipv4/conf/vrrp.51/accept_local=0'],
    ],
  ],
  ['flush the packet filter', [['nft', 'flush', 'ruleset']]],
  ['take a rule out of the packet filter', [['nft', 'flush', 'chain', 'ip', 'lvs-director/VI_1', 'input']]],
];

describe('what an active director holds is back after strangers', () => {
  for (const [what, commands] of deeds) {
    it(what, async () => {
      const before = await held();
      for (const command of commands) await a.host.run(...command);
      await waitUntil(async () => (await held()) === before, {
        what: 'everything is there again',
        timeoutMs: 30_000,
      });
    });
  }
});
