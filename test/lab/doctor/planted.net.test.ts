// Faults of a director, each planted alone in a healthy one that `lvs-director director` has set up: the doctor finds it,
// names it rightly and nothing else, and the command that it prints is run and mends it. Of a healthy one it says nothing.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCommandLine } from '../../../src/cli/run-command-line.ts';
import { gatherFacts } from '../../../src/compose/doctor-facts.ts';
import { readConfigNow } from '../../../src/compose/read-config-now.ts';
import { type Examined, examine } from '../../../src/doctor/examine.ts';
import type { Topology } from '../../../src/setup/need.ts';
import { createLab, type Host, type Lab } from '../harness/namespaces.ts';
import { enter } from '../vrrp/inside.ts';

const topologies = ['dr', 'tun', 'nat'] as const;

const real: Readonly<Record<Topology, string>> = {
  dr: '10.7.0.2:80 gate',
  tun: '10.7.0.3:80 ipip',
  nat: '10.8.0.2:8080 masq',
};

let lab: Lab;
let director: Host;
let leave: () => void;
/** Where the files of others lie. */
const filesOf = { root: '' };
const files = new Map<Topology, string>();
const scripts = new Map<Topology, string>();

const configOf = (topology: Topology, folder: string) => `
director: {control_socket: ${folder}/control.sock, state_dir: ${folder}}
vrrp:
  - {name: VI_1, interface: eth0, virtual_router_id: 51, virtual_ipaddress: [10.7.0.240/32], virtual_ipaddress_excluded: [10.8.0.254/24 dev eth1]}
virtual:
  - {address: '10.7.0.240:80', checktype: connect, real: [${real[topology]}]}
`;

async function printed(...argv: readonly string[]): Promise<string> {
  let out = '';
  const hear = (text: string) => {
    out += text;
  };
  await runCommandLine([...argv], { stdout: hear, stderr: hear });
  return out;
}

const obey = (text: string) => director.run('bash', '-c', text.replaceAll('$ROOT', filesOf.root));

/** Within the namespace of the director, where this process is. */
async function look(topology: Topology): Promise<Examined> {
  const { config } = await readConfigNow(files.get(topology) ?? '', 'lvs1');
  if (config === undefined) throw new Error('Cannot look: expected a good config, got none');
  const facts = await gatherFacts(config, { root: filesOf.root });
  // This machine's own clock is no director's.
  return examine({ ...facts, isClockSynchronised: true });
}

beforeAll(async () => {
  lab = createLab();
  filesOf.root = lab.directory('root');
  mkdirSync(join(filesOf.root, 'etc/systemd/network'), { recursive: true });
  director = await lab.host('lvs1');
  const [outside, inside] = [await lab.lan('out'), await lab.lan('in')];
  await lab.attach(director, outside, { addresses: ['10.7.0.1/24'] });
  await lab.attach(director, inside, { interface: 'eth1', addresses: ['10.8.0.1/24'] });
  await director.run('ip', 'route', 'add', 'default', 'via', '10.7.0.254');
  for (const topology of topologies) {
    const folder = lab.directory(topology);
    const file = join(folder, 'lvs-director.yaml');
    writeFileSync(file, configOf(topology, folder));
    files.set(topology, file);
    const script = join(folder, 'script');
    scripts.set(topology, script);
    writeFileSync(script, await printed('director', topology, '-c', file, '--director', 'lvs1'));
    // The modules of IPVS are those of the host.
    await director.attempt('sh', script);
  }
  leave = enter(director);
});
afterAll(async () => {
  leave?.();
  await lab?.dispose();
});

type Fault = {
  readonly finding: string;
  readonly topology?: Topology;
  /** For sh. */
  readonly plant: string;
  /** Where the doctor only gives advice: what follows it. */
  readonly mend?: string;
  /** What is left of it when it is mended. */
  readonly clear?: string;
};

const faults: readonly Fault[] = [
  { finding: 'ip-forward', plant: 'sysctl -w net.ipv4.ip_forward=0' },
  { finding: 'send-redirects', plant: 'sysctl -w net.ipv4.conf.eth1.send_redirects=1' },
  {
    finding: 'rp-filter',
    plant: 'sysctl -w net.ipv4.conf.all.rp_filter=1; ip route replace default via 10.8.0.253',
    clear: 'ip route replace default via 10.7.0.254; sysctl -w net.ipv4.conf.all.rp_filter=0',
  },
  { finding: 'vip-on-lo', topology: 'dr', plant: 'ip address add 10.7.0.240/32 dev lo' },
  { finding: 'vip-on-other-device', plant: 'ip address add 10.7.0.240/32 dev eth1' },
  {
    finding: 'firewall-drops-service',
    topology: 'dr',
    plant: `nft -f - <<'END'
table inet filter {
  chain input { type filter hook input priority 0; policy drop;
    ct state vmap { established : accept, related : accept, invalid : drop }
    iifname lo accept
    meta l4proto { vrrp, icmp } accept
    tcp dport { 22, 443 } accept
  }
}
END`,
    clear: 'nft delete table inet filter',
  },
  {
    finding: 'firewall-drops-vrrp',
    plant: 'iptables -A INPUT -d 224.0.0.0/4 -j DROP',
    clear: 'nft delete table ip filter',
  },
  {
    finding: 'firewall-drops-vrrp',
    topology: 'dr',
    plant: 'iptables -P OUTPUT DROP; iptables -A OUTPUT ! -p vrrp -j ACCEPT',
    clear: 'iptables -P OUTPUT ACCEPT; nft delete table ip filter',
  },
  {
    finding: 'firewall-drops-answers',
    plant:
      'iptables -P FORWARD DROP; iptables -A FORWARD -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT',
    clear: 'iptables -P FORWARD ACCEPT; nft delete table ip filter',
  },
  {
    finding: 'firewall-drops-requests',
    topology: 'dr',
    plant: 'iptables -A OUTPUT -p tcp -m conntrack ! --ctstate NEW,ESTABLISHED -j DROP',
    clear: 'nft delete table ip filter',
  },
  {
    finding: 'masquerade-missing',
    plant: 'nft delete table ip lvs_setup',
  },
  {
    finding: 'server-unreachable',
    topology: 'tun',
    plant: 'ip route add unreachable 10.7.0.3',
    mend: 'ip route del unreachable 10.7.0.3',
  },
  {
    finding: 'gate-not-on-link',
    topology: 'dr',
    plant: 'ip route add 10.7.0.2 via 10.7.0.254',
    mend: 'ip route del 10.7.0.2',
  },
  {
    finding: 'vip-in-network-files',
    plant: "printf '[Network]\\nAddress=10.7.0.240/32\\n' >$ROOT/etc/systemd/network/10-eth0.network",
    mend: 'rm $ROOT/etc/systemd/network/10-eth0.network',
  },
  {
    finding: 'vip-not-towards-clients',
    topology: 'dr',
    plant:
      'ip address add 10.7.0.9/16 dev eth1; ip address del 10.7.0.1/24 dev eth0; ip route replace default dev eth1',
    mend: 'ip address del 10.7.0.9/16 dev eth1; ip address add 10.7.0.1/24 dev eth0; ip route replace default via 10.7.0.254',
  },
  // The older iptables, beside the one of nf_tables.
  {
    finding: 'firewall-drops-service',
    plant: 'iptables-legacy -A INPUT -p tcp --dport 80 -j DROP',
    clear: 'iptables-legacy -F INPUT',
  },
  { finding: 'interface-down', topology: 'dr', plant: 'ip link set dev eth1 down' },
  {
    finding: 'interface-missing',
    topology: 'dr',
    plant: 'ip link set dev eth1 down; ip link set dev eth1 name was1; ip link set dev was1 up',
    mend: 'ip link set dev was1 down; ip link set dev was1 name eth1; ip link set dev eth1 up',
  },
  { finding: 'device-does-not-forward', plant: 'sysctl -w net.ipv4.conf.eth1.forwarding=0' },
  // As docker swarm publishes a port.
  {
    finding: 'firewall-redirects-service',
    topology: 'dr',
    plant:
      'iptables -t nat -N DOCKER-INGRESS; iptables -t nat -A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER-INGRESS; iptables -t nat -A DOCKER-INGRESS -p tcp --dport 80 -j DNAT --to-destination 172.18.0.2:80; iptables -t nat -A DOCKER-INGRESS -j RETURN',
    clear: 'nft delete table ip nat',
  },
  {
    finding: 'firewall-redirects-service',
    plant: `nft -f - <<'END'
table ip forwarding {
  chain pre { type nat hook prerouting priority -100; ip daddr 10.7.0.240 tcp dport 80 redirect to :8080; }
}
END`,
    clear: 'nft delete table ip forwarding',
  },
  { finding: 'foreign-program', plant: 'exec -a keepalived sleep 600 >/dev/null 2>&1 &' },
  { finding: 'server-mtu', plant: 'ip link set dev eth1 mtu 1400' },
  { finding: 'vip-prefix', topology: 'dr', plant: 'ip address add 10.7.0.240/24 dev eth0' },
];

describe('a healthy director', () => {
  it.each(topologies)('of %s has no finding', async (topology) => {
    const { findings, looked } = await look(topology);
    expect(findings).toEqual([]);
    expect(looked).toContain('forwarding and redirects');
  });
});

describe('a director with one fault', () => {
  it.each(faults)('$finding: $plant', async ({ finding, topology = 'nat', plant, mend, clear = ':' }) => {
    try {
      await obey(plant);
      const { findings } = await look(topology);
      expect(findings.map(({ name }) => name)).toEqual([finding]);
      const [{ why = '', command, advice } = {}] = findings;
      expect([why, command ?? advice]).not.toContain('');
      expect(command === undefined).toBe(mend !== undefined);
      await obey(command ?? mend ?? 'false');
      expect((await look(topology)).findings).toEqual([]);
    } finally {
      await obey(clear);
    }
  });
});

describe('a director where packets go by rules', () => {
  const plant = [
    'sysctl -qw net.ipv4.conf.all.rp_filter=1 net.ipv4.conf.eth0.rp_filter=0',
    'ip address add 10.7.0.240/32 dev eth0',
    'ip route replace default via 10.8.0.253',
    'ip route add default via 10.7.0.254 dev eth0 table 77',
    'ip rule add from 10.7.0.240 lookup 77',
  ];
  const clear = [
    'ip rule del from 10.7.0.240 lookup 77; ip route flush table 77',
    'ip address del 10.7.0.240/32 dev eth0',
    'ip route replace default via 10.7.0.254; sysctl -qw net.ipv4.conf.all.rp_filter=0',
  ];
  it('is asked what it does with a client’s packet, where it holds the address', async () => {
    const names = async () => (await look('dr')).findings.map(({ name }) => name);
    try {
      await obey(plant.join(' && '));
      expect(await names()).toEqual([]);
      await obey('ip rule del from 10.7.0.240 lookup 77');
      expect(await names()).toEqual(['rp-filter']);
      // Not held, and who knows where the rules lead.
      await obey('ip address del 10.7.0.240/32 dev eth0');
      expect(await names()).toEqual(['rp-filter']);
      await obey('ip rule add from 10.7.0.240 lookup 77');
      expect(await names()).toEqual([]);
    } finally {
      await obey(`(${clear.join('; ')}) 2>/dev/null; true`);
    }
  });
});

describe('a director whose firewall drops what it does not know', () => {
  const families = {
    nftables: {
      plant:
        "nft 'add table inet f; add chain inet f i { type filter hook input priority 0; policy drop; }; add chain inet f f { type filter hook forward priority 0; policy drop; }; add rule inet f f ct state established,related accept'",
      clear: 'nft delete table inet f',
    },
    iptables: {
      plant:
        'iptables -P INPUT DROP; iptables -P FORWARD DROP; iptables -A FORWARD -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT',
      clear: 'nft delete table ip filter',
    },
  };
  it.each(Object.entries(families))(
    'is mended by director nat --firewall %s, and undone',
    async (firewall, { plant, clear }) => {
      const expected = ['firewall-drops-answers', 'firewall-drops-service', 'firewall-drops-vrrp'];
      const names = async () => (await look('nat')).findings.map(({ name }) => name).sort();
      const words = [
        'director',
        'nat',
        '-c',
        files.get('nat') ?? '',
        '--director',
        'lvs1',
        '--firewall',
        firewall,
      ];
      const file = join(lab.directory(firewall), 'script');
      writeFileSync(file, await printed(...words));
      try {
        await obey(plant);
        expect(await names()).toEqual(expected);
        // What it cannot do here is load modules.
        await director.attempt('sh', file);
        expect(await names()).toEqual([]);
        await director.attempt('sh', file, 'undo');
        expect(await names()).toEqual(expect.arrayContaining(expected));
      } finally {
        await obey(`${clear}; true`);
        await director.attempt('sh', scripts.get('nat') ?? '');
      }
    },
  );
});
