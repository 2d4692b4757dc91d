// What the doctor finds with packets of its own: each fault planted alone in a healthy pair with a gate and a masq server,
// set up by nothing but what `realserver` prints. It is found, named rightly, nothing else is found, and the command that
// is printed is run and mends it. Of the healthy pair nothing is said.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { gatherFacts } from '../../../src/compose/doctor-facts.ts';
import { probe } from '../../../src/compose/doctor-probes.ts';
import { readConfigNow } from '../../../src/compose/read-config-now.ts';
import { type Examined, examine, examineProbed } from '../../../src/doctor/examine.ts';
import { probings } from '../../../src/doctor/probes/probings.ts';
import { createLab, type Host, type Lab, type Lan } from '../harness/namespaces.ts';
import { run, waitUntil } from '../harness/process.ts';
import { type Director, startDirector, startNginx } from '../harness/programs.ts';
import { enter } from '../vrrp/inside.ts';
import { hasAddress } from '../vrrp/station.ts';
import { createObey } from './printed-commands.ts';

const vip = '10.7.0.240';
const vip6 = 'fd07::240';
const names = new Set(probings.flatMap((each) => each.names));
const patient = { timeoutMs: 60_000 };
const routers = `vrrp:
  - {name: VI_1, interface: eth0, virtual_router_id: 51, priority: PRIORITY, advert_int: 500ms, virtual_ipaddress: [${vip}/32], virtual_ipaddress_excluded: [10.8.0.254/24 dev eth1]}
  - {name: VI_6, interface: eth0, virtual_router_id: 52, priority: PRIORITY, advert_int: 500ms, virtual_ipaddress: ['fe80::9:1/64', '${vip6}/128'], virtual_ipaddress_excluded: ['fd08::fe/64 dev eth1']}
`;
const services = `virtual:
  - {address: '${vip}:80', checktype: connect, real: ['10.7.0.2:80 gate']}
  - {address: '${vip}:81', checktype: connect, real: ['10.8.0.2:8080 masq']}
  - {address: '[${vip6}]:80', checktype: connect, real: ['[fd07::3]:80 gate']}
  - {address: '[${vip6}]:81', checktype: connect, real: ['[fd08::4]:8080 masq']}
`;
const addresses: Readonly<Record<string, readonly [outside?: string | undefined, inside?: string]>> = {
  ...{ lvs1: ['10.7.0.1', '10.8.0.1'], lvs2: ['10.7.0.9', '10.8.0.9'], web1: ['10.7.0.2'] },
  ...{ web2: [undefined, '10.8.0.2'], other: ['10.7.0.66', '10.8.0.66'] },
};
const addresses6: typeof addresses = {
  ...{ lvs1: ['fd07::1', 'fd08::1'], lvs2: ['fd07::9', 'fd08::9'], web3: ['fd07::3'] },
  ...{ web4: [undefined, 'fd08::4'], other: ['fd07::66', 'fd08::66'] },
};
const hostNames = [...new Set([...Object.keys(addresses), ...Object.keys(addresses6)])];

let lab: Lab;
let out: Lan;
let first: Director;
let file: string;
let obey: (command: string) => Promise<string>;
let leave: () => void;
const hosts = new Map<string, Host>();
const host = (name: string): Host => hosts.get(name) as Host;

async function look(): Promise<Examined> {
  const { config } = await readConfigNow(file, 'lvs1');
  if (config === undefined) throw new Error('Cannot look: expected a good config, got none');
  const examined = examineProbed(await probe(await gatherFacts(config, { socket: first.controlSocket })));
  // planted.net.test.ts has the others: this machine has a clock and limits of its own.
  return { ...examined, findings: examined.findings.filter(({ name }) => names.has(name)) };
}

const macOf = async (name: string): Promise<string> =>
  / link\/ether ([0-9a-f:]{17}) /.exec(await host(name).run('ip', '-o', 'link', 'show', 'eth0'))?.[1] ?? '';

beforeAll(async () => {
  lab = createLab();
  const inner = await lab.lan('in');
  out = await lab.lan('out');
  for (const name of hostNames) {
    const made = await lab.host(name);
    hosts.set(name, made);
    const own = (at: 0 | 1) => [
      ...(addresses[name]?.[at] === undefined ? [] : [`${addresses[name][at]}/24`]),
      ...(addresses6[name]?.[at] === undefined ? [] : [`${addresses6[name][at]}/64`]),
    ];
    if (own(0).length > 0) await lab.attach(made, out, { addresses: own(0) });
    if (own(1).length > 0) await lab.attach(made, inner, { interface: 'eth1', addresses: own(1) });
  }
  const byAddress = [...Object.entries(addresses), ...Object.entries(addresses6)].flatMap(([name, own]) =>
    own.flatMap((address) => (address === undefined ? [] : [[address, host(name)] as const])),
  );
  const obeyed = createObey(lab, Object.fromEntries(byAddress));
  obey = (command) => obeyed(command, host('lvs1'));
  await startNginx(lab, host('web1'), { listen: ['80'], body: 'web1' });
  await startNginx(lab, host('web2'), { listen: ['8080'], body: 'web2' });
  await startNginx(lab, host('web3'), { listen: ['[::]:80'], body: 'web3' });
  await startNginx(lab, host('web4'), { listen: ['[::]:8080'], body: 'web4' });
  await host('lvs1').sysctl({
    ...{ 'net.ipv4.ip_forward': 1, 'net.ipv6.conf.all.forwarding': 1 },
    'net.ipv4.conf.all.send_redirects': 0,
    'net.ipv4.conf.default.send_redirects': 0,
    'net.ipv4.conf.lo.send_redirects': 0,
    'net.ipv4.conf.eth0.send_redirects': 0,
    'net.ipv4.conf.eth1.send_redirects': 0,
  });
  const director = 'director: {control_socket: $CONTROL, state_dir: $STATE}\n';
  first = startDirector(lab, host('lvs1'), { config: director + routers.replaceAll('PRIORITY', '200') });
  for (const instance of ['VI_1', 'VI_6'])
    await first.waitFor('vip.announced', (event) => event.instance === instance, patient);
  const second = startDirector(lab, host('lvs2'), {
    config: director + routers.replaceAll('PRIORITY', '100'),
  });
  await second.waitFor('daemon.ready', () => true, patient);
  const folder = lab.directory('doctor');
  file = join(folder, 'lvs-director.yaml');
  const here = `director: {control_socket: ${first.controlSocket}, state_dir: ${folder}}\n`;
  writeFileSync(file, here + routers.replaceAll('PRIORITY', '200') + services);
  for (const [kind, real] of [
    ['dr', '10.7.0.2'],
    ['nat', '10.8.0.2'],
    ['dr', 'fd07::3'],
    ['nat', 'fd08::4'],
  ])
    await obey(`lvs-director realserver ${kind} -c ${file} --real ${real} | ssh ${real} sh`);
  leave = enter(host('lvs1'));
});
afterAll(async () => {
  leave?.();
  await lab?.dispose();
});

type Fault = {
  readonly finding: string;
  readonly title: string;
  readonly plant: () => Promise<unknown>;
  /** Who is named, beside the service. */
  readonly names: () => Promise<string> | string;
  /** Where no command of the director's mends it, who does. */
  readonly mend?: () => Promise<unknown>;
  readonly undo?: () => Promise<unknown>;
};

const on = (name: string, command: string) => () => host(name).run('sh', '-c', command);
const reject = (verdict: string, family: 'ip' | 'ip6' = 'ip') =>
  `nft -f - <<.\nadd table ${family} t\nadd chain ${family} t c { type filter hook input priority 0; }\nadd rule ${family} t c ${family} daddr ${family === 'ip' ? vip : vip6} ${verdict}\n.`;
const becomes = (wanted: boolean) => () =>
  waitUntil(async () => (await hasAddress(host('lvs2'), vip)) === wanted, {
    what: `lvs2 has the VIP: ${wanted}`,
    ...patient,
  });
/** In the switch, as one does that minds who asked for a group. */
const inSwitch = (command: string) => run(['ip', 'netns', 'exec', out.netns, 'nft', command]);
const dropMulticast =
  'add table bridge t; add chain bridge t c { type filter hook forward priority 0; }; add rule bridge t c ip daddr 224.0.0.0/4 drop';
const faults: readonly Fault[] = [
  {
    ...{ title: 'a server that answers ARP for the VIP', finding: 'vip-at-server' },
    plant: on('web1', 'sysctl -w net.ipv4.conf.all.arp_ignore=0 net.ipv4.conf.lo.arp_ignore=0'),
    names: () => macOf('web1'),
  },
  {
    ...{ title: 'a server with the VIP on its card', finding: 'vip-at-server' },
    plant: on('web1', `ip address add ${vip}/24 dev eth0; sysctl -w net.ipv4.conf.all.arp_ignore=0`),
    names: () => macOf('web1'),
  },
  {
    ...{ title: 'a server without the VIP', finding: 'vip-silent' },
    plant: on('web1', `ip address del ${vip}/32 dev lo`),
    names: () => '10.7.0.2 answers at its own address, and leaves unanswered',
  },
  {
    ...{ title: 'a server without the VIP that forwards', finding: 'vip-silent' },
    plant: on('web1', `sysctl -w net.ipv4.ip_forward=1; ip address del ${vip}/32 dev lo`),
    names: () => '10.7.0.2 answers at its own address, and would send on',
    undo: on('web1', 'sysctl -w net.ipv4.ip_forward=0'),
  },
  {
    ...{ title: 'a server whose firewall refuses the VIP', finding: 'vip-silent' },
    plant: on('web1', reject('reject')),
    names: () => '10.7.0.2 answers at its own address, and refuses',
    mend: on('web1', 'nft delete table ip t'),
  },
  {
    ...{ title: 'a server where nobody listens at the VIP', finding: 'vip-reset' },
    plant: on('web1', reject('tcp dport 80 reject with tcp reset')),
    names: () => '10.7.0.2',
    mend: on('web1', 'nft delete table ip t'),
  },
  {
    ...{ title: 'a gateway that is nobody', finding: 'way-back' },
    plant: on('web2', 'ip route replace default via 10.8.0.99'),
    names: () =>
      `10.8.0.2 answers its neighbours, and its answers to ${vip}, as to any client, do not come here`,
  },
  {
    ...{ title: 'a gateway that is another router', finding: 'way-back' },
    plant: async () => {
      await host('other').sysctl({ 'net.ipv4.ip_forward': 1 });
      await on('web2', 'ip route replace default via 10.8.0.66')();
    },
    names: async () => `come by ${await macOf('other')} on eth0`,
    undo: () => host('other').sysctl({ 'net.ipv4.ip_forward': 0 }),
  },
  {
    ...{ title: 'a server that is off', finding: 'server-silent-on-link' },
    plant: on('web1', 'ip link set eth0 down'),
    names: () => 'nobody answers ARP for 10.7.0.2 on eth0',
    mend: on('web1', 'ip link set eth0 up'),
  },
  {
    ...{ title: 'a narrow way', finding: 'path-mtu' },
    plant: on('web1', 'ip link set eth0 mtu 1430'),
    names: () => 'packets of 1500 bytes do not get to 10.7.0.2, of 1420 they do',
    mend: on('web1', 'ip link set eth0 mtu 1500'),
  },
  {
    ...{ title: 'a stranger with the VIP', finding: 'vip-answered-elsewhere' },
    plant: on('other', `ip address add ${vip}/32 dev eth0`),
    names: async () => `${await macOf('other')} answers for ${vip} on eth0: it is no server or peer`,
    mend: on('other', `ip address del ${vip}/32 dev eth0`),
  },
  {
    ...{ title: 'a server without the VIP of IPv6', finding: 'vip-silent' },
    plant: on('web3', `ip address del ${vip6}/128 dev lo`),
    names: () => 'fd07::3 answers at its own address, and leaves unanswered',
  },
  {
    ...{ title: 'a server without the VIP of IPv6 that forwards', finding: 'vip-silent' },
    plant: on('web3', `sysctl -w net.ipv6.conf.all.forwarding=1; ip address del ${vip6}/128 dev lo`),
    names: () => 'fd07::3 answers at its own address, and would send on',
    undo: on('web3', 'sysctl -w net.ipv6.conf.all.forwarding=0'),
  },
  {
    ...{ title: 'a server whose firewall refuses the VIP of IPv6', finding: 'vip-silent' },
    plant: on('web3', reject('reject', 'ip6')),
    names: () => 'fd07::3 answers at its own address, and refuses',
    mend: on('web3', 'nft delete table ip6 t'),
  },
  {
    ...{ title: 'a server where nobody listens at the VIP of IPv6', finding: 'vip-reset' },
    plant: on('web3', reject('tcp dport 80 reject with tcp reset', 'ip6')),
    names: () => 'fd07::3',
    mend: on('web3', 'nft delete table ip6 t'),
  },
  {
    ...{ title: 'a server with the VIP of IPv6 on its card', finding: 'vip-at-server' },
    plant: on('web3', `ip address add ${vip6}/128 dev eth0 nodad`),
    names: async () => `${await macOf('web3')} answers for ${vip6} on eth0: it is the real server fd07::3`,
  },
  {
    ...{ title: 'a gateway of IPv6 that is nobody', finding: 'way-back' },
    plant: on('web4', 'ip -6 route replace default via fd08::99'),
    names: () =>
      `fd08::4 answers its neighbours, and its answers to ${vip6}, as to any client, do not come here`,
  },
  {
    ...{ title: 'a server of IPv6 that is off', finding: 'server-silent-on-link' },
    plant: on('web3', 'ip address del fd07::3/64 dev eth0'),
    names: () => 'nobody answers neighbour discovery for fd07::3 on eth0',
    mend: on('web3', 'ip address add fd07::3/64 dev eth0 nodad'),
  },
  {
    ...{ title: 'a narrow way of IPv6', finding: 'path-mtu' },
    plant: on('web3', 'ip link set eth0 mtu 1430'),
    names: () => 'packets of 1500 bytes do not get to fd07::3, of 1420 they do',
    mend: on('web3', 'ip link set eth0 mtu 1500'),
  },
  {
    ...{ title: 'a stranger with the VIP of IPv6', finding: 'vip-answered-elsewhere' },
    plant: on('other', `ip address add ${vip6}/128 dev eth0 nodad`),
    names: async () => `${await macOf('other')} answers for ${vip6} on eth0: it is no server or peer`,
    mend: on('other', `ip address del ${vip6}/128 dev eth0`),
  },
  // Nothing tells that it is the other director: the advice speaks of it.
  {
    ...{ title: 'directors that do not hear each other', finding: 'vip-answered-elsewhere' },
    plant: async () => {
      await inSwitch(dropMulticast);
      await becomes(true)();
    },
    names: async () =>
      `${await macOf('lvs2')} answers for ${vip} on eth0: it is no server or peer of the config`,
    mend: async () => {
      await inSwitch('delete table bridge t');
      await becomes(false)();
    },
  },
];

it('finds nothing in a healthy pair, and tells what it has sent', async () => {
  const { findings, looked, sent } = await look();
  expect(findings).toEqual([]);
  expect(looked).toContain('whether servers take what is sent to them');
  expect(sent).toMatch(/^9 questions who has an address, \d+ packets/);
});

it.each(faults)('$title: $finding', async ({ finding, plant, names, mend, undo }) => {
  try {
    await plant();
    const { findings } = await look();
    expect(findings.map(({ name, what }) => [name, what])).toEqual([
      [finding, expect.stringContaining(await names())],
    ]);
    const [{ services: broken = [], command, advice } = {}] = findings;
    expect(broken.length).toBeGreaterThan(0);
    if (mend === undefined) await obey(command ?? 'false');
    else {
      expect(advice).toBeDefined();
      await mend();
    }
    expect((await look()).findings).toEqual([]);
  } finally {
    await undo?.();
  }
});

it('says nothing of a network of large packets', async () => {
  const ways = [...hosts.values()].map(({ name, netns }) => [netns, 'eth0', name] as const);
  const widen = async (bytes: number) => {
    for (const [netns, device, port] of ways.filter(([, , name]) => name !== 'web2' && name !== 'web4')) {
      await run(['ip', '-n', out.netns, 'link', 'set', 'dev', port, 'mtu', `${bytes}`]);
      await run(['ip', '-n', netns, 'link', 'set', 'dev', device, 'mtu', `${bytes}`]);
    }
  };
  try {
    await widen(9000);
    expect((await look()).findings).toEqual([]);
  } finally {
    await widen(1500);
  }
});

// A director whose daemon runs takes such an address away by itself.
it('finds a VIP of IPv6 that the kernel has given up, as another host has it', async () => {
  const leaveFirst = enter(host('other'));
  try {
    await host('other').sysctl({ 'net.ipv6.conf.eth0.accept_dad': 1, 'net.ipv6.conf.all.accept_dad': 1 });
    await host('other').run('ip', 'address', 'add', `${vip6}/128`, 'dev', 'eth0');
    const found = await waitUntil(
      async () => {
        const { config } = await readConfigNow(file, 'lvs2');
        if (config === undefined) return undefined;
        const { findings } = examine(await gatherFacts(config));
        const own = findings.filter(({ name }) => name.startsWith('vip-'));
        return own.some(({ name }) => name === 'vip-duplicate') ? own : undefined;
      },
      { what: 'the kernel gives the address up', ...patient },
    );
    expect(found).toMatchObject([
      {
        name: 'vip-duplicate',
        services: [`tcp [${vip6}]:80`, `tcp [${vip6}]:81`],
        command: `ip address del ${vip6}/128 dev eth0`,
      },
    ]);
    await host('other').run('sh', '-c', found[0]?.command ?? 'false');
    expect(await hasAddress(host('other'), vip6)).toBe(false);
  } finally {
    leaveFirst();
  }
});
