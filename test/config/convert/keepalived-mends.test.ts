// What keepalived takes or mends: the converted file means what keepalived makes of the original (as its own dump says,
// 2.2.7), and a note says each difference.
import { describe, expect, it } from 'vitest';
import { convertedText } from '../../make/conversion.ts';

const instance = (more: string, name = 'A', vip = '192.0.2.99', vrid = 51) =>
  `vrrp_instance ${name} {\ninterface eth0\nvirtual_router_id ${vrid}\n${more}\nvirtual_ipaddress {\n${vip}\n}\n}\n`;
const router = (more: string, before = '') => {
  const { config, notes } = convertedText(`${before}${instance(more)}`);
  return { router: config.vrrp[0] ?? expect.fail('no router'), notes };
};
const service = (more: string, before = '') => {
  const text = `${before}virtual_server 192.0.2.99 80 {\nprotocol TCP\nlb_algo rr\n${more}\n}`;
  const { config, notes } = convertedText(text);
  return { virtual: config.virtuals[0] ?? expect.fail('no service'), notes };
};

describe('a block or a word that stands twice', () => {
  it('adds up where keepalived adds up', () => {
    const twice = (key: string, a: string, b: string) => `${key} {\n${a}\n}\n${key} {\n${b}\n}\n`;
    const text = [
      twice('virtual_ipaddress', '192.0.2.98', '192.0.2.97'),
      twice('virtual_ipaddress_excluded', '192.0.2.96', '192.0.2.95'),
      twice('unicast_peer', '192.0.2.1', '192.0.2.2'),
      twice('virtual_routes', '198.51.100.0/24 via 192.0.2.1', '203.0.113.0/24 via 192.0.2.1'),
      twice('virtual_rules', 'from 192.0.2.99 table 7', 'from 192.0.2.98 table 8'),
      twice('track_interface', 'eth1', 'eth2'),
      twice('track_script', 's', 't weight 5'),
      'authentication {\nauth_type PASS\n}\nauthentication {\nauth_pass second\n}',
    ].join('');
    const scripts = 'vrrp_script s {\nscript /bin/true\n}\nvrrp_script t {\nscript /bin/true\n}\n';
    const { config, notes } = convertedText(`${scripts}${instance(text)}`);
    const [mine] = config.vrrp;
    expect(mine?.virtualAddresses.map(({ address }) => address)).toEqual([
      '192.0.2.98',
      '192.0.2.97',
      '192.0.2.99',
    ]);
    expect(mine?.excludedAddresses).toHaveLength(2);
    expect(mine?.unicastPeers).toEqual(['192.0.2.1', '192.0.2.2']);
    expect(mine?.virtualRoutes).toHaveLength(2);
    // As keepalived counts down where no preference is named.
    expect(mine?.virtualRules?.map(({ priority }) => priority)).toEqual([16_384, 16_383]);
    expect(mine?.authPass).toBe('second');
    expect(mine?.trackers).toHaveLength(4);
    expect(notes).toEqual([]);
  });

  it('takes the first where keepalived takes the first', () => {
    const scripts = 'vrrp_script s {\nscript /bin/one\n}\nvrrp_script s {\nscript /bin/two\n}\n';
    const text = `${instance('notify /bin/one\nnotify /bin/two')}${instance('', 'A', '192.0.2.98', 52)}`;
    const groups =
      'vrrp_sync_group G {\ngroup {\nA\n}\ngroup {\nB\n}\n}\nvrrp_sync_group H {\ngroup {\nA\nB\n}\n}\n' +
      'vrrp_sync_group G {\ngroup {\nB\n}\n}\n';
    const { config, yaml, notes } = convertedText(
      `${scripts}${groups}${text}${instance('', 'B', '192.0.2.97', 53)}`,
    );
    expect(config.vrrp.map(({ name }) => name)).toEqual(['A', 'B']);
    expect(config.vrrp[0]?.notify).toEqual({ every: { command: ['/bin/one'] } });
    expect(config.tracked?.scripts.map(({ command }) => command)).toEqual([['/bin/one']]);
    expect(yaml).toMatch(/name: G\n\s+group:\n\s+- A\n\s+- name: H\n\s+group:\n\s+- B\n/);
    expect(notes.filter((note) => note.includes('harmless: ')).length).toBe(notes.length);
    expect(notes.length).toBeGreaterThanOrEqual(6);
  });

  const tracks = (more = '') =>
    'vrrp_script s {\nscript /bin/one\nweight 5\n}\nvrrp_script f {\nscript /bin/two\n}\n' +
    'track_file n {\nfile /n\n}\ntrack_file m {\nfile /m\nweight 3\n}\n' +
    `vrrp_sync_group G {\ngroup {\nA\nB\n}\n${more}}\n` +
    instance(
      'track_script {\ns\nf weight 0\n}\ntrack_file {\nn\nm\nm weight 9\n}\ntrack_interface {\neth7 weight -9\neth8\n}\n',
      'A',
    ) +
    instance('', 'B', '192.0.2.97', 53);
  const trackersIn = (text: string) =>
    convertedText(text).config.vrrp[0]?.trackers?.map(({ name, weight }) => `${name} ${weight}`);

  // Of an interface keepalived 2.2.7 says so as well, and goes on counting it.
  it('leaves out the weights of scripts and files of a member of a sync group, as keepalived does', () => {
    expect(trackersIn(tracks())).toEqual(['eth7 -9', 'eth8 0', 'f 0', 'n 0']);
    const own = tracks().replace('group {\nA\nB\n}', 'group {\nB\n}');
    expect(trackersIn(own)).toEqual(['eth7 -9', 'eth8 0', 's 5', 'f 0', 'n 1', 'm 3']);
    expect(trackersIn(own.replace('interface', 'priority 255\ninterface'))).toEqual(['eth8 0', 'f 0', 'n 0']);
    expect(convertedText(tracks()).notes.filter((note) => note.includes('in a member of'))).toHaveLength(3);
  });

  it('keeps them where the group asks for them', () => {
    const { notes } = convertedText(tracks('sync_group_tracking_weight\n'));
    expect(trackersIn(tracks('sync_group_tracking_weight\n'))).toHaveLength(6);
    expect(notes).toContainEqual(expect.stringContaining('look: vrrp_sync_group sync_group_tracking_weight'));
  });

  it('takes static addresses, routes and rules, with the default device and priorities in one row', () => {
    const statics =
      'global_defs {\ndefault_interface eth5\n}\nstatic_ipaddress {\n10.1.0.1/24\n10.1.0.2/24 dev eth1 track_group G\n}\n' +
      'static_routes {\n10.7.0.0/16 via 10.1.0.3 dev eth1\n}\nstatic_rules {\nfrom 10.1.0.0/24 table 1\n}\n';
    const own = instance('virtual_rules {\nfrom 10.2.0.0/24 table 2\n}');
    const { config, notes } = convertedText(`${statics}${own}`);
    const { statics: held, virtualRules = [] } = config.vrrp[0] ?? expect.fail('no router');
    expect(held?.addresses.map(({ address, device }) => `${address} ${device}`)).toEqual([
      ...['10.1.0.1 eth5', '10.1.0.2 eth1'],
    ]);
    expect(held?.routes).toHaveLength(1);
    expect([...(held?.rules ?? []), ...virtualRules].map(({ priority }) => priority)).toEqual([
      16_384, 16_383,
    ]);
    expect(notes).toHaveLength(1);
    expect(
      convertedText(`${statics}virtual_server 192.0.2.9 80 {\nreal_server 192.0.2.3 80 {\n}\n}`).notes,
    ).toContainEqual(
      expect.stringContaining('dangerous: static_routes: left out, as there is no virtual router beside it'),
    );
  });

  it('runs an instance without an address where keepalived does: in version 2, not strict', () => {
    const alone = (more: string) =>
      `vrrp_instance A {\ninterface eth0\nvirtual_router_id 51\n${more}\n}\n${instance('', 'B', '192.0.2.97', 53)}`;
    const namesOf = (more: string) => convertedText(alone(more)).config.vrrp.map(({ name }) => name);
    expect(namesOf('notify /bin/true')).toEqual(['A', 'B']);
    for (const more of ['version 3', 'strict_mode', 'unicast_peer {\nfd00::1\n}'])
      expect(namesOf(more), more).toEqual(['B']);
  });

  it('joins two blocks of one service: the settings of the first, the servers of both', () => {
    const block = (algo: string, server: string) =>
      `virtual_server group G {\nprotocol TCP\nlb_algo ${algo}\nreal_server ${server} 80\n}\n`;
    const { config, notes } = convertedText(
      `virtual_server_group G {\n192.0.2.60 80\n}\n${block('sh', '192.0.2.3')}${block('rr', '192.0.2.4')}`,
    );
    expect(config.virtuals).toHaveLength(1);
    expect(config.virtuals[0]).toMatchObject({
      scheduler: 'sh',
      reals: [{ address: '192.0.2.3' }, { address: '192.0.2.4' }],
    });
    expect(notes).toEqual([
      'old:9: look: virtual_server group G: its servers are added to those of line 4, whose settings hold; left out: lb_algo rr',
    ]);
  });
});

describe('numbers as keepalived reads them', () => {
  it.each([
    ['state MASTER', { priority: 255 }],
    ['state BACKUP', { priority: 100 }],
    ['state MASTER\npriority 256', { priority: 100 }],
    ['priority 0', { priority: 100 }],
    ['priority $UNDEF', { priority: 100 }],
    ['advert_int 1.5', { advertIntervalMs: 2000 }],
    ['advert_int 300', { advertIntervalMs: 1000 }],
    ['advert_int x', { advertIntervalMs: 1000 }],
    ['version 3\nadvert_int 0.333', { advertIntervalMs: 330 }],
    ['version 3\nadvert_int 100', { advertIntervalMs: 40_950 }],
    ['garp_master_repeat 0', { garpRepeat: 1 }],
    ['garp_master_refresh_repeat 0', { garpRefreshRepeat: 1 }],
    ['garp_master_repeat x\ngarp_master_delay x', { garpRepeat: 1, garpDelayMs: 0 }],
    ['priority +5\npreempt_delay 1001', { priority: 5, preemptDelayMs: 0 }],
    [
      'advert_int 2.\nnopreempt\npreempt\ngarp_master_repeat -1',
      { advertIntervalMs: 2000, preempt: true, garpRepeat: 5 },
    ],
    ['version 3\nadvert_int .5\npreempt\nnopreempt', { advertIntervalMs: 500, preempt: false }],
    ['strict_mode maybe', { acceptMode: true }],
    ['garp_interval 10.456', { garpIntervalMs: 10_000 }],
    ['unicast_src_ip 192.0.2.10/24', { sourceAddress: '192.0.2.10' }],
    ['mcast_src_ip 192.0.2.10/24', { sourceAddress: '192.0.2.10' }],
    ['use_vmac vrrp', { vmac: 'vrrp' }],
    ['use_vmac averylonginterfacename', { vmac: 'vrrp.51' }],
    ['garp_master_repeat 3x\ngarp_master_delay 2.5', { garpRepeat: 3, garpDelayMs: 2000 }],
  ])('%j', (more, wanted) => {
    expect(router(more).router).toMatchObject(wanted);
  });

  it('vrrp_min_garp is one gratuitous ARP and no second round', () => {
    const { router: mine } = router('', 'global_defs {\nvrrp_min_garp\n}\n');
    expect(mine).toMatchObject({ garpRepeat: 1, garpDelayMs: 0 });
  });

  it.each([
    ['lvs_sync_daemon eth0 maxlen 120000 port 99999', { sync: { maxlen: 0, port: 8848 } }],
    ['lvs_timeouts tcp 2678400 tcpfin 99999999 udp 7', { timeouts: { tcp: 2_147_483, udp: 7 } }],
  ])('%s', (text, wanted) => {
    const { config, notes } = convertedText(`global_defs {\n${text}\n}\n${instance('')}`);
    expect(config.ipvs).toMatchObject(wanted);
    expect(notes).toHaveLength(2);
  });

  it.each([
    ['persistence_timeout 0', undefined, undefined],
    ['persistence_timeout x', undefined, undefined],
    ['persistence_timeout', 360, undefined],
    ['persistence_granularity 255.255.255.0', 360, 24],
    ['persistence_timeout 60\npersistence_timeout 0', 60, undefined],
    ['persistence_engine sip', undefined, undefined],
  ])('%j', (more, persistentSec, netmaskPrefix) => {
    const { virtual } = service(`${more}\nreal_server 192.0.2.3 80`);
    expect(virtual.persistentSec).toBe(persistentSec);
    expect(virtual.netmaskPrefix).toBe(netmaskPrefix);
  });

  it.each([
    ['5', 5],
    ['-5', 1],
    ['abc', 0],
  ])('weight %s', (text, weight) => {
    const { virtual } = service(`real_server 192.0.2.3 80 {\nweight ${text}\n}`);
    expect(virtual.reals[0]?.weight).toBe(weight);
  });

  it('a lower threshold above the upper one, which the kernel refuses, goes', () => {
    const { virtual, notes } = service('real_server 192.0.2.3 80 {\nuthreshold 5\nlthreshold 9\n}');
    expect(virtual.reals[0]).toMatchObject({ upperThreshold: 5 });
    expect(notes).toEqual([expect.stringContaining('look: lthreshold 9: left out')]);
  });
});

describe('words', () => {
  it('flags are of the scheduler before them, and of no other', () => {
    const flags = (text: string) => service(`${text}\nreal_server 192.0.2.3 80`).virtual.schedFlags;
    expect(flags('lvs_sched mh\nsh-fallback\nmh-port')).toEqual(['mh-port']);
    expect(flags('lvs_sched sh\nsh-fallback\nsh-port')).toEqual(['sh-fallback', 'sh-port']);
    expect(flags('sh-port\nlvs_sched sh')).toEqual([]);
  });

  it.each(['FNAT', 'SNAT', 'nat', 'dr'])('lb_kind %s is NAT, as keepalived takes it', (kind) => {
    const { virtual, notes } = service(`lb_kind ${kind}\nreal_server 192.0.2.3 80`);
    expect(virtual.reals[0]?.forward).toBe('masq');
    expect(notes).toEqual([expect.stringContaining(`look: lb_kind ${kind}`)]);
  });

  it.each([
    ['192.0.2.99 dev eth1 notrack', { device: 'eth1' }],
    ['192.0.2.99/24 foo bar label eth0:1', { length: 24, label: 'eth0:1' }],
    ['fe80::1 dev eth1 label eth0:x', { device: 'eth1' }],
    ['192.0.2.99 home -nodad scope link preferred_lft 5', { scope: 253 }],
  ])('an address with a word too much is there: %s', (text, wanted) => {
    const { config, notes } = convertedText(instance('', 'A', text));
    expect(config.vrrp[0]?.virtualAddresses).toMatchObject([wanted]);
    expect(notes).toHaveLength(1);
  });

  it.each([
    ['198.51.100.0/24 dev eth0 scope link src 192.0.2.99', { device: 'eth0' }, ''],
    ['198.51.100.0/24 via inet 192.0.2.1 proto 5', { gateway: '192.0.2.1' }, 'look'],
    ['198.51.100.0/24 via 192.0.2.1 or 192.0.2.2', { gateway: '192.0.2.1' }, 'dangerous'],
    ['198.51.100.0/24 nexthop via 192.0.2.1 nexthop via 192.0.2.2', { gateway: '192.0.2.1' }, 'dangerous'],
    ['add 198.51.100.0/24 gw 192.0.2.1 preference 7', { metric: 7 }, ''],
  ])('a route: %s', (text, wanted, grade) => {
    const { router: mine, notes } = router(`virtual_routes {\n${text}\n}`);
    expect(mine.virtualRoutes).toMatchObject([wanted]);
    expect(notes).toEqual(grade === '' ? [] : [expect.stringContaining(`: ${grade}: virtual_routes`)]);
  });

  it.each([
    ['from all to 198.51.100.7 fwmark 7 lookup 7', { action: 7, mark: { value: 7 } }],
    ['from 192.0.2.99 table 8 preference 100', { priority: 100 }],
    ['from 192.0.2.99 table 8 order 100 protocol 18', { priority: 100 }],
  ])('a rule: %s', (text, wanted) => {
    expect(router(`virtual_rules {\n${text}\n}`).router.virtualRules).toMatchObject([wanted]);
  });
});

describe('checks', () => {
  const server = (address: string, port: number, check: string) =>
    `real_server ${address} ${port} {\n${check}\n}\n`;

  it("a connect_port that is each server's own port is none", () => {
    const { virtual, notes } = service(
      server('192.0.2.3', 8080, 'TCP_CHECK {\nconnect_port 8080\n}') +
        server('192.0.2.4', 8081, 'TCP_CHECK {\nconnect_port 8081\n}'),
    );
    expect(virtual.checkport).toBeUndefined();
    expect(notes).toEqual([]);
  });

  it('of several servers, each has its own: as most have it, and lists for the others', () => {
    const tcp = (port: number) => `TCP_CHECK {\nconnect_port ${port}\n}`;
    const { virtual, notes } = service(
      ['delay_loop 6', server('192.0.2.3', 80, tcp(8080)), server('192.0.2.4', 80, tcp(8081))]
        .concat(server('192.0.2.5', 80, tcp(8080)), server('192.0.2.6', 80, ''))
        .join('\n'),
    );
    expect(virtual).toMatchObject({
      checkintervalMs: 6000,
      checks: [{ checkport: 8080 }],
      reals: [{}, { checks: [{ checkport: 8081 }] }, {}, { checks: [{ checktype: { kind: 'on' } }] }],
    });
    expect(notes).toEqual([]);
  });

  it('leave the director and go where the checker says', () => {
    const words = 'connect_ip 192.0.2.77\nbindto 192.0.2.1\nbind_if eth1\nfwmark 7';
    const { virtual, notes } = service(server('192.0.2.3', 80, `TCP_CHECK {\n${words}\n}`));
    expect(virtual).toMatchObject({
      checkaddress: '192.0.2.77',
      bind: { address: '192.0.2.1', interface: 'eth1', mark: 7 },
    });
    expect(notes).toEqual([]);
    const own = service(server('192.0.2.3', 80, 'TCP_CHECK {\nconnect_ip 192.0.2.3\nbind_port 7\n}'));
    expect(own.virtual.checkaddress).toBeUndefined();
    expect(own.notes).toEqual([
      'old:7: harmless: bind_port 7: left out, as keepalived has no effect of it without bindto',
    ]);
  });

  it('of one server, all are made, each with its own times; the same one twice is one', () => {
    const { virtual, notes } = service(
      server(
        '192.0.2.3',
        80,
        `TCP_CHECK {
}
HTTP_GET {
delay_loop 5
retry 3
connect_port 8080
url {
path /health
status_code 200
}
}
TCP_CHECK {
}`,
      ),
    );
    expect(virtual.checks).toEqual([
      expect.objectContaining({ checktype: { kind: 'connect' }, checkintervalMs: 60_000, fall: 2 }),
      expect.objectContaining({ checkport: 8080, request: '/health', checkintervalMs: 5000, fall: 4 }),
    ]);
    expect(notes).toEqual([]);
  });

  it.each([
    ['TCP_CHECK {\nnb_get_retry 3\n}', 2, 1],
    ['SMTP_CHECK {\nnb_get_retry 3\n}', 2, 1],
    ['MISC_CHECK {\nmisc_path /bin/true\nnb_get_retry 3\n}', 1, 1],
    ['DNS_CHECK {\nnb_get_retry 9\n}', 4, 2],
    ['HTTP_GET {\nnb_get_retry 3\n}', 4, 0],
    ['HTTP_GET {\nretry 5\nnb_get_retry 3\n}', 4, 0],
    ['SSL_GET {\nnb_get_retry 3\nretry 5\n}', 6, 0],
  ])('%j', (check, fall, notes) => {
    const found = service(server('192.0.2.3', 80, check));
    expect(found.virtual.fall).toBe(fall);
    expect(found.notes).toHaveLength(notes);
  });
});

describe('limits of ours', () => {
  it('more addresses than an advert holds move to the excluded ones', () => {
    const { config, notes } = convertedText(
      instance('', 'A', Array.from({ length: 300 }, (_, i) => `10.9.${i >> 8}.${i & 255}`).join('\n')),
    );
    expect(config.vrrp[0]?.virtualAddresses).toHaveLength(255);
    expect(config.vrrp[0]?.excludedAddresses).toHaveLength(45);
    expect(notes).toHaveLength(1);
  });

  it('says where keepalived has a quorum that it never loses, a source it cannot use, and a word for no parameters', () => {
    const server = 'real_server 10.0.0.1 80 {\nweight 0\nSMTP_CHECK {\nbindto 2001:db8::1\n}\n}';
    const { notes } = convertedText(`virtual_server 192.0.2.3 80 {\nprotocol TCP\nlb_algo rr\n${server}\n}`);
    const process = 'vrrp_track_process web {\nprocess nginx\nparam_match partial\n}\n';
    notes.push(...convertedText(`${process}${instance('')}`).notes);
    for (const wanted of [
      'quorum: 1, as all weights are 0',
      'bindto 2001:db8::1: left out',
      'param_match partial',
    ])
      expect(notes.filter((note) => note.includes(wanted) && !note.includes('harmless'))).toHaveLength(1);
  });

  it('names macvlans as keepalived does, that of an IPv6 router alone too', () => {
    const routers = [
      ...[instance('use_vmac', 'A', '2001:db8::1', 51), instance('use_vmac', 'B', '192.0.2.97', 51)],
      ...[instance('use_vmac vrrp.52', 'C', '192.0.2.98', 53), instance('use_vmac', 'D', '2001:db8::2', 52)],
    ];
    const { config } = convertedText(routers.join(''));
    expect(config.vrrp.map(({ vmac }) => vmac)).toEqual(['vrrp.51', 'vrrp1.51', 'vrrp.52', 'vrrp6.52']);
  });

  it('has no broadcast address of a net of one or two', () => {
    const given = ['32 brd +', '31 brd -', '30 brd +', '30 brd -'].map((each) => `192.0.2.9/${each}`);
    for (const [i, wanted] of [undefined, undefined, '192.0.2.11', '192.0.2.8'].entries()) {
      const [router] = convertedText(instance('', 'A', given[i] ?? '')).config.vrrp;
      expect(router?.virtualAddresses[0]?.broadcast).toBe(wanted);
    }
  });

  it('gives a second macvlan of a name that of the rule', () => {
    const text = `${instance('use_vmac vrrp')}${instance('use_vmac vrrp', 'B', '192.0.2.98', 52)}`;
    expect(convertedText(text).config.vrrp.map(({ vmac }) => vmac)).toEqual(['vrrp', 'vrrp.52']);
  });

  it('has an address once, in whichever block and instance', () => {
    const excluded = 'virtual_ipaddress_excluded {\n192.0.2.50\n192.0.2.99\n}';
    const { config, notes } = convertedText(
      `${instance(excluded)}${instance(excluded, 'B', '192.0.2.98', 52)}`,
    );
    expect(config.vrrp.map(({ excludedAddresses = [] }) => excludedAddresses.length)).toEqual([1, 0]);
    expect(notes.map((note) => /(harmless|dangerous)/.exec(note)?.[0])).toEqual([
      'harmless',
      'dangerous',
      'dangerous',
    ]);
  });

  it('leaves out the second router of one VRID, and keeps the file', () => {
    const { config, notes } = convertedText(`${instance('')}${instance('', 'B', '192.0.2.98')}`);
    expect(config.vrrp.map(({ name }) => name)).toEqual(['A']);
    expect(notes).toEqual([
      expect.stringContaining('dangerous: vrrp_instance B: left out, as a VRID is once'),
    ]);
  });

  it('says that a group of both families shares no servers', () => {
    const { notes } = convertedText(
      'virtual_server_group G {\n192.0.2.50 80\nfd00::50 80\n}\nvirtual_server group G {\nprotocol TCP\nlb_algo rr\n' +
        'lb_kind TUN\nreal_server 192.0.2.3 80\nreal_server fd00::3 80\n}',
    );
    expect(notes).toEqual([expect.stringContaining('dangerous: virtual_server group G: each address has')]);
  });

  it('leaves out a service without a server, as keepalived does', () => {
    const text = 'virtual_server 192.0.2.1 80 {\nprotocol TCP\nlb_algo rr\n}\n';
    const { config, notes } = convertedText(`${text}${instance('')}`);
    expect(config.virtuals).toEqual([]);
    expect(notes).toEqual([expect.stringContaining('harmless: virtual_server 192.0.2.1 80: left out')]);
  });

  it.each([
    ['a password that is no ASCII', `authentication {\nauth_type PASS\nauth_pass päss\n}`, 'auth_pass'],
    ['a peer that never fits', 'unicast_peer {\n192.0.2.1 min_ttl 9 max_ttl 3\n}', 'unicast_peer'],
  ])('%s costs that value, with a note, and not the file', (_, more, key) => {
    const { config, notes } = convertedText(instance(more));
    expect(config.vrrp).toHaveLength(1);
    expect(notes).toEqual([expect.stringMatching(`dangerous: left out: vrrp A ${key}`)]);
  });
});

it('an entry goes where what it needs goes, and the others stay', () => {
  const long = instance('').replace('eth0', 'averyveryverylongname');
  const { config, notes } = convertedText(`${long}${instance('', 'B', '192.0.2.98', 52)}`);
  expect(config.vrrp.map(({ name }) => name)).toEqual(['B']);
  expect(notes.map((note) => note.replace(/: Cannot.*/, ''))).toEqual([
    'old:2: dangerous: left out: vrrp A interface',
    'old:1: dangerous: left out: vrrp A',
  ]);
});

it.each([
  ['3', '$END'],
  ['$START', '4'],
  ['$START', '$END'],
])('~SEQ(N,%s,%s): parameters before a comma or a bracket are put in', (from, to) => {
  const { virtual, notes } = service(`~SEQ(N,${from},${to}) real_server 192.0.2.$N 80`, '$START=3\n$END=4\n');
  expect(virtual.reals.map(({ address }) => address)).toEqual(['192.0.2.3', '192.0.2.4']);
  expect(notes).toEqual([]);
});

describe('a program of keepalived', () => {
  const check = (more: string) => service(`real_server 192.0.2.1 80 {\nMISC_CHECK {\n${more}\n}\n}`);

  it('has the arguments that stand in its quotes; what stands behind them is left out, as keepalived does', () => {
    const { virtual, notes } = check('misc_path /a/b c d\nuser web www');
    expect(virtual).toMatchObject({ miscPath: ['/a/b'], checkuser: 'web:www' });
    expect(notes).toEqual([
      'old:6: harmless: misc_path c d: left out, as keepalived takes the first word, or what is in quotes',
    ]);
  });

  it('that cannot be read is none', () => {
    const { virtual, notes } = check('misc_path "/a/b \'c"');
    expect(virtual.checktype).toEqual({ kind: 'on' });
    expect(notes).toEqual([
      'old:6: harmless: misc_path: left out, as keepalived cannot read it either',
      'old:5: harmless: MISC_CHECK: left out, as it names no program; the server counts as up',
    ]);
  });
});
