// Facts in, findings out, of what lies around services: interfaces, modules that nothing loads, devices that go their own
// way, rules by which packets take another route, and rules that take packets away before IPVS sees them.
import { describe, expect, it } from 'vitest';
import { examine } from '../../src/doctor/examine.ts';
import type { Facts } from '../../src/doctor/facts.ts';
import { parseIptablesSave } from '../../src/doctor/firewall/iptables-save.ts';
import { parseNftRuleset } from '../../src/doctor/firewall/nft-json.ts';
import type { VirtualConfig } from '../../src/model/config/service.ts';
import { ip } from '../../src/net/ip.ts';
import { aReal } from '../make/a-virtual.ts';
import { doctorFacts, masqService, vip } from '../make/doctor-facts.ts';

const healthy = doctorFacts();
const found = (facts: Facts) => examine(facts).findings;
const namesIn = (facts: Facts) => found(facts).map(({ name }) => name);
const withSysctls = (sysctls: Readonly<Record<string, string>>, facts = healthy): Facts => ({
  ...facts,
  sysctls: { ...facts.sysctls, ...sysctls },
});
const serving = (changes: Partial<VirtualConfig>, more: Partial<Facts> = {}): Facts =>
  doctorFacts({ config: { ...healthy.config, virtuals: [masqService(changes)] }, ...more });

describe('interfaces', () => {
  const links = healthy.links.filter(({ name }) => name !== 'eth0');
  it('are named before all that follows from them, where they are missing', () => {
    const sysctls = { ...healthy.sysctls, 'net/ipv4/ip_forward': '0' };
    const [first, ...more] = found({ ...healthy, links, sysctls });
    expect(first).toMatchObject({ name: 'interface-missing', services: ['tcp 10.7.0.240:80'] });
    expect(first?.what).toContain('eth0');
    expect(more.map(({ name }) => name)).toEqual(['ip-forward']);
  });
  it('that an address alone is on count as well', () => {
    const without = healthy.links.filter(({ name }) => name !== 'eth1');
    expect(namesIn({ ...healthy, links: without })).toEqual(['interface-missing']);
  });
  it('are brought up', () => {
    const down = healthy.links.map((each) => ({ ...each, up: each.name !== 'eth0' }));
    expect(found({ ...healthy, links: down })).toMatchObject([
      { name: 'interface-down', command: 'ip link set dev eth0 up' },
    ]);
  });
  it('are not judged where nobody could list them', () => {
    expect(namesIn({ ...healthy, links: [] })).toEqual([]);
  });
});

describe('modules', () => {
  const ftpId = { kind: 'address', protocol: 'tcp', address: vip, port: 21 } as const;
  const having = (...names: string[]) => new Set(['ip_vs', 'ip_vs_wrr', ...names]);
  const gates = [aReal({ address: ip('10.8.0.2'), port: 21, forward: 'gate' })];
  const rows: readonly (readonly [string, Facts, readonly string[]])[] = [
    [
      'of FTP, there and not loaded',
      serving({ id: ftpId }, { modules: having('ip_vs_ftp'), loadedModules: having() }),
      ['module-missing'],
    ],
    [
      'of FTP, loaded',
      serving({ id: ftpId }, { modules: having('ip_vs_ftp'), loadedModules: having('ip_vs_ftp') }),
      [],
    ],
    ['of FTP, nowhere', serving({ id: ftpId }, { modules: having() }), ['module-missing']],
    [
      'of FTP by gate, which has no need of it',
      serving({ id: ftpId, reals: gates }, { modules: having() }),
      [],
    ],
    ['an engine', serving({ persistenceEngine: 'sip' }, { modules: having() }), ['module-missing']],
    [
      'an engine that is there',
      serving({ persistenceEngine: 'sip' }, { modules: having('ip_vs_pe_sip') }),
      [],
    ],
    // The kernel loads a scheduler when a service asks for it.
    ['a scheduler that is not loaded', doctorFacts({ loadedModules: new Set() }), []],
  ];
  it.each(rows)('%s', (_, facts, expected) => expect(namesIn(facts)).toEqual(expected));
});

describe('devices', () => {
  it('that do not forward, though the host does', () => {
    const key = 'net/ipv4/conf/eth1/forwarding';
    expect(found(withSysctls({ [key]: '0' }))).toMatchObject([
      { name: 'device-does-not-forward', command: `sysctl -w ${key}=1` },
    ]);
    expect(namesIn(withSysctls({ [key]: '1' }))).toEqual([]);
    // That of clients has no answers to send on.
    expect(namesIn(withSysctls({ 'net/ipv4/conf/eth0/forwarding': '0' }))).toEqual([]);
    expect(namesIn(withSysctls({ [key]: '0', 'net/ipv4/ip_forward': '0' }))).toEqual(['ip-forward']);
  });

  const checked = serving(
    {
      ...{ checkpath: 'vip', service: 'http' },
      reals: [aReal({ address: ip('10.7.0.2'), port: 80, forward: 'gate' })],
    },
    { modules: new Set(['ip_vs', 'ip_vs_wrr', 'ip_vs_rr']) },
  );
  const byVip = { ...checked, routes: { ...checked.routes, '10.7.0.2': { device: 'eth0' } } };
  it.each([
    ['0', '0', ['accept-local']],
    ['1', '0', []],
    ['0', '1', []],
  ] as const)('accept_local of all %s and of the device %s: either will do', (all, own, expected) => {
    const facts = withSysctls(
      { 'net/ipv4/conf/all/accept_local': all, 'net/ipv4/conf/eth0/accept_local': own },
      byVip,
    );
    expect(namesIn(facts)).toEqual(expected);
  });
  it('accept_local is nobody’s matter without checks by the VIP', () => {
    expect(namesIn(withSysctls({ 'net/ipv4/conf/all/accept_local': '0' }))).toEqual([]);
  });

  it('arp_ignore of a device counts where that of all does not', () => {
    const addresses = [...healthy.addresses, { device: 'lo', address: vip, length: 32 }];
    const listening = [{ protocol: 'tcp', address: 'any', port: 80 }] as const;
    const local = serving(
      { reals: [aReal({ address: ip('10.7.0.1'), port: 80, forward: 'gate' })] },
      { addresses, listening, routes: { ...healthy.routes, '10.7.0.1': { device: 'lo', isLocal: true } } },
    );
    const arp = (all: string, own: string) =>
      Object.fromEntries(
        Object.entries({ all, eth0: own, eth1: own, lo: '0' }).flatMap(([device, ignore]) => [
          [`net/ipv4/conf/${device}/arp_ignore`, ignore],
          [`net/ipv4/conf/${device}/arp_announce`, '2'],
        ]),
      );
    expect(namesIn(withSysctls(arp('0', '0'), local))).toEqual(['arp-answers']);
    expect(namesIn(withSysctls(arp('1', '0'), local))).toEqual([]);
    expect(namesIn(withSysctls(arp('0', '1'), local))).toEqual([]);
  });
});

describe('rp_filter beside rules of routing', () => {
  const strict = withSysctls({ 'net/ipv4/conf/all/rp_filter': '1' });
  const elsewhere = { ...strict, routes: { ...strict.routes, default: { device: 'eth1' } } };
  it.each([
    ['the default route is elsewhere', elsewhere, ['rp-filter']],
    ['the kernel takes it all the same', { ...elsewhere, arrivals: { [vip]: 'taken' } }, []],
    ['rules may lead back', { ...elsewhere, hasPolicyRules: true }, []],
    [
      'rules lead elsewhere, and the default route does not',
      { ...strict, hasPolicyRules: true, arrivals: { [vip]: 'refused' } },
      ['rp-filter'],
    ],
  ] as const)('%s', (_, facts, expected) => expect(namesIn(facts)).toEqual(expected));
});

describe('rules of the older iptables', () => {
  it('are changed by the program of that name', () => {
    const text = '*filter\n:INPUT DROP [0:0]\n:FORWARD ACCEPT [0:0]\n-A INPUT -p vrrp -j ACCEPT\nCOMMIT\n';
    const chains = parseIptablesSave(text, 'ip', true);
    expect(found(doctorFacts({ ruleset: [...(healthy.ruleset ?? []), ...chains] }))).toMatchObject([
      {
        what: 'chain INPUT of iptables-legacy drops tcp to 10.7.0.240 port 80',
        command: 'iptables-legacy -I INPUT -d 10.7.0.240 -p tcp --dport 80 -j ACCEPT',
      },
    ]);
  });
});

describe('rules that give packets another destination', () => {
  const docker = (port: number, more = '') => `*nat
:PREROUTING ACCEPT [0:0]
:POSTROUTING ACCEPT [0:0]
:DOCKER-INGRESS - [0:0]
-A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER-INGRESS
-A POSTROUTING -s 10.8.0.2 -j MASQUERADE
-A DOCKER-INGRESS -p tcp -m tcp --dport ${port}${more} -j DNAT --to-destination 172.18.0.2:80
-A DOCKER-INGRESS -j RETURN
COMMIT
`;
  const with_ = (text: string) => doctorFacts({ ruleset: parseIptablesSave(text, 'ip') });
  it('find a published port of docker swarm', () => {
    expect(found(with_(docker(80)))).toMatchObject([
      {
        name: 'firewall-redirects-service',
        command: 'iptables -t nat -I PREROUTING -d 10.7.0.240 -p tcp --dport 80 -j ACCEPT',
      },
    ]);
    expect(namesIn(with_(docker(81)))).toEqual([]);
    // Of some clients alone nothing is said.
    expect(namesIn(with_(docker(80, ' -s 192.0.2.0/24')))).toEqual([]);
    const mended = docker(80).replace(
      '-A PREROUTING -m',
      '-A PREROUTING -d 10.7.0.240/32 -p tcp -m tcp --dport 80 -j ACCEPT\n-A PREROUTING -m',
    );
    expect(namesIn(with_(mended))).toEqual([]);
  });

  const nft = (to: Readonly<Record<string, unknown>>) => {
    const at = { family: 'ip', table: 'n' };
    const rules = parseNftRuleset(
      JSON.stringify({
        nftables: [
          { chain: { ...at, name: 'pre', type: 'nat', hook: 'prerouting', prio: -100, policy: 'accept' } },
          {
            rule: {
              ...{ ...at, chain: 'pre' },
              expr: [
                { match: { op: '==', left: { fib: { result: 'type', flags: ['daddr'] } }, right: 'local' } },
                { match: { op: '==', left: { payload: { protocol: 'tcp', field: 'dport' } }, right: 80 } },
                to,
              ],
            },
          },
        ],
      }),
    );
    return doctorFacts({ ruleset: [...(healthy.ruleset ?? []), ...(rules ?? [])] });
  };
  it('find those of nftables', () => {
    expect(found(nft({ redirect: { port: 8080 } }))).toMatchObject([
      {
        name: 'firewall-redirects-service',
        command: 'nft insert rule ip n pre ip daddr 10.7.0.240 tcp dport 80 accept',
      },
    ]);
    expect(namesIn(nft({ dnat: { addr: '10.9.0.1' } }))).toEqual(['firewall-redirects-service']);
    expect(namesIn(nft({ counter: null }))).toEqual([]);
  });
});
