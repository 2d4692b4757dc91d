// Facts in, findings out: what the daemon knows, what lies in files, settings of IPVS, servers on this host and their ways.
// Each row is a healthy director with one thing changed; its pair beside it shows what is no fault.
import { describe, expect, it } from 'vitest';
import { examine } from '../../src/doctor/examine.ts';
import type { DaemonFact, Facts, RouterFact } from '../../src/doctor/facts.ts';
import { isBefore } from '../../src/doctor/findings/ipvs-settings.ts';
import { addressesIn } from '../../src/doctor/findings/managers.ts';
import type { Config } from '../../src/model/config/config.ts';
import { ip } from '../../src/net/ip.ts';
import { aReal } from '../make/a-virtual.ts';
import { doctorFacts, masqService, vip } from '../make/doctor-facts.ts';
import { instance } from '../make/vrrp-instance.ts';

const namesIn = (facts: Facts) => examine(facts).findings.map(({ name }) => name);
const healthy = doctorFacts();
const withConfig = (changes: Partial<Config>, more: Partial<Facts> = {}) =>
  doctorFacts({ config: { ...healthy.config, ...changes }, ...more });
const withSysctls = (sysctls: Readonly<Record<string, string>>, facts = healthy): Facts => ({
  ...facts,
  sysctls: { ...facts.sysctls, ...sysctls },
});

describe('what the daemon knows', () => {
  const router = (changes: Partial<RouterFact> = {}): RouterFact => ({
    ...{ name: 'VI_1', virtualRouterId: 51, phase: 'backup', advertsSent: 0, advertsReceived: 9 },
    ...{ peers: [], strangers: [], differences: [] },
    ...changes,
  });
  const running = (changes: Partial<RouterFact> = {}, more: Partial<DaemonFact> = {}): DaemonFact => ({
    routers: [router(changes)],
    processes: [{ pid: 1, open: 40, most: 1024 }],
    vrrp: { pid: 2, isRealtime: true, isLocked: true },
    ...more,
  });
  const held = (changes: Partial<Facts['addresses'][number]> = {}): Partial<Facts> => ({
    addresses: [...healthy.addresses, { device: 'eth0', address: vip, length: 32, ...changes }],
  });
  const unicast = withConfig({
    vrrp: healthy.config.vrrp.map((each) => ({ ...each, unicastPeers: [ip('10.7.0.2')] })),
  });
  const stranger = [{ source: '10.7.0.9', reason: 'addresses' }];
  const difference = [{ source: '10.7.0.2', heardAgoMs: 900, what: 'interval', ours: '1 s', theirs: '2 s' }];
  const rows: readonly (readonly [string, Facts, readonly string[]])[] = [
    ['a backup without the address', doctorFacts({ daemon: running() }), []],
    ['a backup with it', doctorFacts({ daemon: running(), ...held() }), ['vip-held-as-backup']],
    ['a backup whose lease runs out', doctorFacts({ daemon: running(), ...held({ isDynamic: true }) }), []],
    ['an active with it', doctorFacts({ daemon: running({ phase: 'active' }), ...held() }), []],
    ['no daemon', doctorFacts(held()), []],
    [
      'unicast, never heard',
      { ...unicast, daemon: running({ phase: 'active', advertsSent: 20, advertsReceived: 0 }) },
      ['peer-unheard'],
    ],
    [
      'unicast, just begun',
      { ...unicast, daemon: running({ phase: 'active', advertsSent: 3, advertsReceived: 0 }) },
      [],
    ],
    [
      'multicast, never heard: nobody knows of a peer',
      doctorFacts({ daemon: running({ phase: 'active', advertsSent: 20, advertsReceived: 0 }) }),
      [],
    ],
    ['a stranger', doctorFacts({ daemon: running({ strangers: stranger }) }), ['vrid-of-stranger']],
    ['a difference', doctorFacts({ daemon: running({ differences: difference }) }), ['peer-config-differs']],
    [
      'few descriptors',
      doctorFacts({ daemon: running({}, { processes: [{ pid: 1, open: 820, most: 1024 }] }) }),
      ['descriptors-short'],
    ],
    [
      'descriptors without a limit',
      doctorFacts({
        daemon: running({}, { processes: [{ pid: 1, open: 820, most: Number.POSITIVE_INFINITY }] }),
      }),
      [],
    ],
    [
      'no real time',
      doctorFacts({ daemon: running({}, { vrrp: { pid: 2, isRealtime: false, isLocked: true } }) }),
      ['not-realtime'],
    ],
    [
      'no lock',
      doctorFacts({ daemon: running({}, { vrrp: { pid: 2, isRealtime: true, isLocked: false } }) }),
      ['memory-not-locked'],
    ],
    [
      'neither, as it is configured',
      {
        ...withConfig({ vrrpProcess: { realtimePriority: 'off', lockMemory: false } }),
        daemon: running({}, { vrrp: { pid: 2, isRealtime: false, isLocked: false } }),
      },
      [],
    ],
  ];
  it.each(rows)('%s', (_, facts, expected) => expect(namesIn(facts)).toEqual(expected));
});

describe('settings of IPVS', () => {
  const set = (name: string, value: string, facts = healthy) =>
    withSysctls({ [`net/ipv4/vs/${name}`]: value }, facts);
  const udp = masqService({
    id: { kind: 'address', protocol: 'udp', address: vip, port: 53 },
    quiescent: false,
  });
  const udps = withConfig({ virtuals: [udp] });
  const hashed = withConfig(
    { virtuals: [masqService({ scheduler: 'sh' })] },
    { modules: new Set(['ip_vs', 'ip_vs_sh']) },
  );
  const sync = (mode: 'both' | 'role') =>
    withConfig({
      ipvs: {
        ...healthy.config.ipvs,
        sync: {
          interface: 'eth0',
          syncId: 51,
          ...(mode === 'both' ? { mode } : { mode, instance: 'VI_1' }),
        } as never,
      },
    });
  const old = set('conntrack', '1', doctorFacts({ kernel: '5.4.0-42' }));
  const rows: readonly (readonly [string, Facts, readonly string[]])[] = [
    ['backup_only with both', set('backup_only', '1', sync('both')), ['backup-only-stops-active']],
    ['backup_only with a role', set('backup_only', '1', sync('role')), []],
    ['conn_reuse_mode and conntrack, old', set('conn_reuse_mode', '1', old), ['conn-reuse-delays']],
    ['the same, off', set('conn_reuse_mode', '0', old), []],
    ['the same, new', set('conn_reuse_mode', '1', { ...old, kernel: '6.1.0' }), []],
    ['off, new', set('conn_reuse_mode', '0'), ['conn-reuse-off']],
    ['off, without TCP', set('conn_reuse_mode', '0', udps), []],
    [
      'udp without expire_nodest_conn',
      set('expire_nodest_conn', '0', udps),
      ['removed-server-keeps-clients'],
    ],
    ['with it', set('expire_nodest_conn', '1', udps), []],
    ['tcp without it', set('expire_nodest_conn', '0'), []],
    ['sloppy_tcp', set('sloppy_tcp', '1'), ['sloppy-tcp-scatters']],
    ['sloppy_tcp where the client decides', set('sloppy_tcp', '1', hashed), []],
    ['snat_reroute', set('snat_reroute', '0'), ['snat-reroute-off']],
    [
      'room',
      withSysctls({ 'net/netfilter/nf_conntrack_count': '899', 'net/netfilter/nf_conntrack_max': '1000' }),
      [],
    ],
    [
      'no room',
      withSysctls({ 'net/netfilter/nf_conntrack_count': '900', 'net/netfilter/nf_conntrack_max': '1000' }),
      ['conntrack-full'],
    ],
  ];
  it.each(rows)('%s', (_, facts, expected) => {
    const { findings } = examine(facts);
    expect(findings.map(({ name }) => name)).toEqual(expected);
    for (const { command = '' } of findings) {
      const [, key = '', value = ''] = /^sysctl -w (\S+)=(\d+)$/.exec(command) ?? [];
      expect(namesIn(withSysctls({ [key]: value }, facts))).toEqual([]);
    }
  });
  it('counts releases as numbers', () => {
    expect(['4.19.0', '5.8.18', '5.9.0', '5.10.1', '6.1'].map((each) => isBefore(each, 5, 9))).toEqual([
      ...[true, true, false, false, false],
    ]);
  });
});

describe('files of network managers', () => {
  it.each([
    ['[Network]\nAddress=10.7.0.240/32\n', true],
    ['[ipv4]\naddress1=10.7.0.240/24,10.7.0.254\n', true],
    ['iface eth0 inet static\n  address 10.7.0.240\n', true],
    ['ethernets: {eth0: {addresses: [10.7.0.1/24, "10.7.0.240/32"]}}\n', true],
    ['# Address=10.7.0.240/32\n', false],
    ['Gateway=10.7.0.240\n', false],
    ['Address=10.7.0.24/32\n', false],
  ])('%s', (text, isNamed) => {
    expect(addressesIn(text).has(vip)).toBe(isNamed);
    const networkFiles = [{ path: '/etc/x', manager: 'netplan', text }];
    expect(namesIn(doctorFacts({ networkFiles }))).toEqual(isNamed ? ['vip-in-network-files'] : []);
  });
});

describe('the way to a server', () => {
  const gate = (changes: Parameters<typeof aReal>[0] = {}) =>
    withConfig({
      virtuals: [
        masqService({ reals: [aReal({ address: ip('10.7.0.2'), port: 80, forward: 'gate', ...changes })] }),
      ],
    });
  const route = (facts: Facts, address: string, given: Facts['routes'][string]): Facts => ({
    ...facts,
    routes: { ...facts.routes, [address]: given },
  });
  const onLink = route(gate(), '10.7.0.2', { device: 'eth0' });
  const here = { ...route(gate(), '10.7.0.2', { device: 'lo', isLocal: true }), listening: [] };
  const onLo = { ...here, addresses: [...here.addresses, { device: 'lo', address: vip, length: 32 }] };
  const silent = Object.fromEntries(
    ['all', 'lo'].flatMap((each) => [
      [`net/ipv4/conf/${each}/arp_ignore`, '1'],
      [`net/ipv4/conf/${each}/arp_announce`, '2'],
    ]),
  );
  const web = { protocol: 'tcp', address: vip, port: 80 } as const;
  const oneNetwork = withConfig({
    virtuals: [masqService({ reals: [aReal({ address: ip('10.7.0.2'), port: 80, forward: 'masq' })] })],
    vrrp: [instance({ virtualAddresses: [{ address: vip, length: 24 }] })],
  });
  const noGateway = withConfig({ vrrp: [instance({ virtualAddresses: [{ address: vip, length: 32 }] })] });
  const ruled = { ruleset: [] };
  const rows: readonly (readonly [string, Facts, readonly string[]])[] = [
    ['gate on link', onLink, []],
    [
      'gate by a router',
      route(onLink, '10.7.0.2', { device: 'eth0', via: ip('10.7.0.254') }),
      ['gate-not-on-link'],
    ],
    [
      'ipip by a router',
      route(gate({ forward: 'ipip' }), '10.7.0.2', { device: 'eth0', via: ip('10.7.0.254') }),
      [],
    ],
    ['no way', route(onLink, '10.7.0.2', { refusal: 'Network is unreachable' }), ['server-unreachable']],
    [
      'gate with another port',
      { ...route(gate({ port: 8080 }), '10.7.0.2', { device: 'eth0' }) },
      ['port-not-translated'],
    ],
    ['masq with another port', healthy, []],
    [
      'less to a server',
      {
        ...healthy,
        links: healthy.links.map((each) => (each.name === 'eth1' ? { ...each, mtu: 1400 } : each)),
      },
      ['server-mtu'],
    ],
    [
      'more to a server',
      {
        ...healthy,
        links: healthy.links.map((each) => (each.name === 'eth1' ? { ...each, mtu: 9000 } : each)),
      },
      [],
    ],
    [
      'masq beside clients',
      {
        ...route(oneNetwork, '10.7.0.2', { device: 'eth0' }),
        ruleset:
          healthy.ruleset?.map((each) => ({ ...each, rules: [{ conditions: [], act: { act: 'snat' } }] })) ??
          [],
      },
      ['masq-clients-network'],
    ],
    ['no gateway that floats', noGateway, ['gateway-does-not-float']],
    ['no masquerading', { ...healthy, ...ruled }, ['masquerade-missing']],
    ['a server here that listens', { ...here, listening: [web] }, []],
    ['a server here that listens everywhere', { ...here, listening: [{ ...web, address: 'any' }] }, []],
    [
      'a server here that does not listen',
      { ...here, listening: [{ ...web, port: 81 }] },
      ['local-service-missing'],
    ],
    ['a server here with the address on lo, silent', withSysctls(silent, { ...onLo, listening: [web] }), []],
    [
      'a server here with the address on lo',
      withSysctls({ ...silent, 'net/ipv4/conf/all/arp_ignore': '0' }, { ...onLo, listening: [web] }),
      ['arp-answers'],
    ],
    [
      'an address of IPv6 that another host has',
      doctorFacts({
        addresses: [...healthy.addresses, { device: 'eth0', address: vip, length: 32, isDuplicate: true }],
      }),
      ['vip-duplicate'],
    ],
    [
      'an address on the card of the servers',
      withConfig({
        vrrp: [
          instance({
            interface: 'eth1',
            virtualAddresses: [{ address: vip, length: 32 }],
            excludedAddresses: [{ address: ip('10.8.0.254'), length: 24 }],
          }),
        ],
      }),
      ['vip-not-towards-clients'],
    ],
    ['a clock that nobody sets', doctorFacts({ isClockSynchronised: false }), ['clock-not-synchronised']],
    ['a kernel without the scheduler', doctorFacts({ modules: new Set(['ip_vs']) }), ['module-missing']],
    ['keepalived', doctorFacts({ programs: [{ program: 'keepalived', pid: 7 }] }), ['foreign-program']],
  ];
  it.each(rows)('%s', (_, facts, expected) => expect(namesIn(facts)).toEqual(expected));

  const full = {
    ...(healthy.ruleset?.[0] as NonNullable<Facts['ruleset']>[number]),
    name: 'tcp_80_10_7_0_240',
  };
  it.each([
    ['0', ['conntrack-off']],
    ['1', []],
  ] as const)('full NAT with conntrack %s', (value, expected) =>
    expect(
      namesIn(
        withSysctls(
          { 'net/ipv4/vs/conntrack': value },
          doctorFacts({ ruleset: [full, ...(healthy.ruleset ?? [])] }),
        ),
      ),
    ).toEqual(expected),
  );
  it.each([
    ['0', []],
    ['1', ['masquerade-hits-gate']],
  ] as const)('masquerading of all that leaves, with conntrack %s, hits gate', (value, expected) => {
    const rules = [{ conditions: [{ on: 'oif', values: ['eth0'] }], act: { act: 'snat' } }] as const;
    const ruleset = [{ ...full, table: 'nat', name: 'POSTROUTING', by: 'iptables', rules }] as const;
    expect(namesIn(withSysctls({ 'net/ipv4/vs/conntrack': value }, { ...onLink, ruleset }))).toEqual(
      expected,
    );
  });
});
