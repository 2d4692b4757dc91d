// What an active director holds comes back when a stranger takes it: routes, rules, addresses, the macvlan, its
// settings, the filter; and a backup gets rid of what it must not hold.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
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
    // Without its settings for as long as the macvlan itself is away.
    (
      await a.host.attempt(
        'sysctl',
        ...['arp_ignore', 'accept_local', 'rp_filter'].map((key) => `net/ipv4/conf/vrrp.51/${key}`),
      )
    ).stdout,
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

const named = (name: string) => a.events().filter(({ event }) => event === name);

describe('what it holds', () => {
  it('is told when it is restored, and listed by why and plan while it cannot be', async () => {
    await shown('ip', 'route', 'del', 'blackhole', '10.6.0.0/16');
    const restored = await a.waitFor('vrrp.route_restored');
    expect(restored).toMatchObject({
      instance: 'VI_1',
      route: 'blackhole 10.6.0.0/16',
      others: 0,
      level: 'warn',
    });
    // Another one in its place, of somebody else, which is not ours to remove.
    await shown('sh', '-c', 'ip route del blackhole 10.6.0.0/16; ip route add blackhole 10.6.0.0/16');
    await a.waitFor('vrrp.route_failed', ({ route }) => route === 'blackhole 10.6.0.0/16');
    const why = async () => (await a.cli('why', 'VI_1')).stdout;
    await waitUntil(async () => (await why()).includes('lacks    blackhole 10.6.0.0/16: exists already'), {
      what: 'why says it',
    });
    expect((await a.cli('plan', '--config', a.configFile)).stdout).toContain(
      '+ route  blackhole 10.6.0.0/16',
    );
    expect((await a.cli('status')).stdout).toContain('LACKS');
    await shown('ip', 'route', 'del', 'blackhole', '10.6.0.0/16');
    await waitUntil(async () => !(await why()).includes('lacks'), {
      what: 'it is there again',
      timeoutMs: 30_000,
    });
    expect((await a.cli('plan', '--config', a.configFile)).stdout).toContain('Nothing to change');
  });

  it('costs a bounded number of words against somebody who takes it in a loop', async () => {
    const loop = [
      'i=0; while [ $i -lt 150 ]; do ip route flush proto 112; ip rule del priority 1000',
      'sysctl -q -w net.ipv4.conf.eth0.arp_ignore=0; nft delete table ip lvs-director/VI_1; i=$((i+1)); done',
    ];
    const before = await held();
    await shown('sh', '-c', `${loop.join('; ')} 2>/dev/null; true`);
    await waitUntil(async () => (await held()) === before, { what: 'all is there again', timeoutMs: 60_000 });
    const words = ['vrrp.route_restored', 'vrrp.restored', 'vrrp.route_failed'].flatMap(named);
    expect(words.length).toBeLessThan(30);
    expect(named('vrrp.transition').length).toBe(2);
  });
});

describe('a backup', () => {
  it('gets rid of addresses and routes that somebody puts there', async () => {
    const host = await lab.host('b');
    const [lan, inner] = [await lab.lan('lan2'), await lab.lan('inner2')];
    await lab.attach(host, lan, { addresses: ['10.9.0.2/24'] });
    await lab.attach(host, inner, { interface: 'eth1', addresses: ['10.8.0.3/24', 'fd08::3/64'] });
    const b = startDirector(lab, host, {
      config: config(
        '    track_script: [never]\nvrrp_script:\n  - {name: never, script: /bin/false, interval: 1}',
      ),
    });
    await b.waitFor('vrrp.transition', ({ to }) => to === 'fault');
    await host.run('ip', 'address', 'add', '10.8.0.100/24', 'dev', 'eth1');
    await host.run('ip', 'route', 'add', 'blackhole', '10.6.0.0/16', 'proto', '112');
    expect(await b.waitFor('vip.removed')).toMatchObject({ address: '10.8.0.100/24', reason: 'not_active' });
    await b.waitFor('vrrp.route_removed', ({ route }) => route === 'blackhole 10.6.0.0/16');
    expect(await host.run('ip', 'route', 'show', 'proto', '112')).toBe('');
    expect(await host.run('ip', 'address', 'show')).not.toContain('10.8.0.100');
  });
});
