// What keepalived makes of odd orders and odd words, as generated files have shown (its own dump, 2.2.7): the converted file
// means the same, or a note says the difference.
import { describe, expect, it } from 'vitest';
import { convertedText } from '../../make/conversion.ts';

const vip = (address: string) => `virtual_ipaddress {\n${address}\n}\n`;
const router = (body: string, before = '') => {
  const text = `${before}vrrp_instance A {\ninterface eth0\nvirtual_router_id 5\n${body}}\n`;
  const { config, notes } = convertedText(text);
  return { router: config.vrrp[0] ?? expect.fail('no router'), notes };
};
const service = (body: string, head = '192.0.2.9 80') => {
  const { config, notes } = convertedText(`virtual_server ${head} {\nprotocol TCP\nlb_algo rr\n${body}\n}\n`);
  return { virtual: config.virtuals[0], notes };
};
const real = 'real_server 10.0.0.1 80 {\n}';
const script = 'vrrp_script s {\nscript /bin/true\nweight 4\n}\n';

describe('a line of a track_ block', () => {
  const tracks = (key: string, line: string) =>
    router(`${vip('192.0.2.9')}${key} {\n${line}\n}\n`, script).router.trackers ?? [];

  it.each(['s nonsense', 's reverse', 's weight'])('%s tracks nothing', (line) => {
    expect(tracks('track_script', line)).toEqual([]);
  });

  it.each([
    ['s', 4, false],
    ['s weight 254', 253, false],
    ['s weight 255', 4, false],
    ['s weight 7 reverse', 7, true],
    ['s weight x reverse', 0, true],
    ['s weight x', 0, false],
    ['s weight 5x', 5, false],
    ['s weight -300', 4, false],
  ])('%s has weight %d, reverse %s', (line, weight, reverse) => {
    expect(tracks('track_script', line)).toEqual([expect.objectContaining({ weight, reverse })]);
  });

  it('is not for the own interface', () => {
    expect(tracks('track_interface', 'eth0 weight -9')).toEqual([]);
    expect(tracks('track_interface', 'eth1 weight -9')).toHaveLength(1);
  });

  it('that stands before the definition is taken, with a note', () => {
    const instance =
      'vrrp_instance A {\nvirtual_router_id 5\ntrack_script {\ns\n}\nvirtual_ipaddress {\n192.0.2.9\n}\n}\n';
    const { config, notes } = convertedText(`${instance}${script}`);
    expect(config.vrrp[0]?.trackers).toHaveLength(1);
    expect(notes.join('\n')).toContain(
      'old:10: look: vrrp_script s: tracked by track_script of line 4, though keepalived knows it only below this',
    );
    expect(convertedText(`${script}${instance}`).notes.join('\n')).not.toContain('only below this');
  });
});

describe('words of a line', () => {
  const passwordOf = (text: string) =>
    router(`${vip('192.0.2.9')}authentication {\nauth_type PASS\nauth_pass ${text}\n}\n`).router.authPass;

  it.each([
    ["'q'", "'q'"],
    ["'a b'", "'a"],
    ['"ab"', 'ab'],
    ['a"b"', 'a'],
    [String.raw`a\tb`, String.raw`a\tb`],
    [String.raw`"a\tb"`, String.raw`a\tb`],
    [String.raw`a\#b`, 'a#b'],
    [String.raw`"a\#b"`, String.raw`a\#b`],
    ['a#b', 'a'],
  ])('%s is %s: double quotes alone hold together, and nothing is escaped but # and !', (text, word) => {
    expect(passwordOf(text)).toBe(word);
  });
});

describe('an address', () => {
  const addresses = (...lines: readonly string[]) =>
    (router(vip([...lines, '192.0.2.9'].join('\n'))).router.virtualAddresses ?? []).map(
      ({ address, length }) => `${address}/${length}`,
    );

  it.each([
    '192.0.2.8 brd x',
    '192.0.2.8 dev eth1 dev eth2',
    '192.0.2.8 label eth0:of-sixteen-ch',
    '192.0.2.8 brd',
    '192.0.2.8 dev',
    '192.0.2.8 preferred_lft',
  ])('%s is none', (line) => {
    expect(addresses(line)).toEqual(['192.0.2.9/32']);
  });

  it('of IPv6 with a broadcast is none, does not tell the family, and stands before nothing', () => {
    const excluded = 'virtual_ipaddress_excluded {\n2001:db8::5/64\n}\n';
    const { router: made } = router(`${excluded}${vip('2001:db8::5/64 brd 192.0.2.255\n192.0.2.9')}`);
    expect(made.virtualAddresses.map(({ address }) => address)).toEqual(['192.0.2.9']);
    expect(made.excludedAddresses?.map(({ address }) => address)).toEqual(['2001:db8::5']);
  });

  it.each([
    ['192.0.2.8/33', '192.0.2.8/32'],
    ['192.0.2.8/24x', '192.0.2.8/24'],
  ])('%s is %s', (line, made) => {
    expect(addresses(line)).toContain(made);
  });
});

describe('a number that is none', () => {
  it('leaves the one before it in force', () => {
    const { router: made } = router(`${vip('192.0.2.9')}advert_int 40\nadvert_int x\nversion 3\nversion 2\n`);
    expect(made).toMatchObject({ advertIntervalMs: 40_000, version: 3 });
    const { virtual } = service(`real_server 10.0.0.1 80 {\nuthreshold 3\nuthreshold -1\n}`);
    expect(virtual?.reals[0]).toMatchObject({ upperThreshold: 3 });
  });

  it('may begin with +, or with the digits that count', () => {
    const checked = 'real_server 10.0.0.1 1.5 {\nTCP_CHECK {\n}\n}';
    const { virtual } = service(`delay_loop +3\n${checked}`, '192.0.2.9 80x');
    expect(virtual).toMatchObject({ id: { port: 80 }, checkintervalMs: 3000, reals: [{ port: 1 }] });
  });
});

describe('a service', () => {
  const notesOf = (text: string) => convertedText(text).notes.join('\n');
  const block = (body: string, server = real) =>
    `virtual_server 192.0.2.9 80 {\nprotocol TCP\nlb_algo rr\n${server}\n${body}\n}\n`;

  it('has the settings of its first block with a server', () => {
    const { config } = convertedText(
      `${block('quorum_down /bin/false', '')}${block('persistence_timeout 7')}`,
    );
    expect(config.virtuals).toHaveLength(1);
    expect(config.virtuals[0]?.quorum).toBeUndefined();
    expect(config.virtuals[0]?.persistentSec).toBe(7);
  });

  it.each([
    ['', 'inhibit_on_failure', 'inhibit_on_failure'],
    ['inhibit_on_failure', '', 'inhibit_on_failure no'],
    ['', 'quorum 2', 'quorum 2'],
    ['delay_loop 3', 'delay_loop 9', undefined],
  ])('of two blocks, %j and %j: what is lost of the second is told', (one, two, lost) => {
    const other = 'real_server 10.0.0.2 80 {\nTCP_CHECK {\n}\n}';
    const told = notesOf(`${block(one)}${block(two, other)}`);
    const end = lost === undefined ? 'whose settings hold\n' : `whose settings hold; left out: ${lost}\n`;
    expect(`${told}\n`).toContain(end);
  });

  it('forwards by the last method that keepalived knows', () => {
    const methodOf = (text: string, own: string) =>
      service(`${text}\nreal_server 10.0.0.1 80 {\n${own}\n}`).virtual?.reals[0]?.forward;
    expect(methodOf('lvs_method DR', 'lvs_method FNAT')).toBe('gate');
    expect(methodOf('lvs_method DR\nlb_kind FNAT', '')).toBe('gate');
    expect(methodOf('lvs_method DR', 'lvs_method TUN')).toBe('ipip');
    expect(service(`${real}\nlb_kind DR`).virtual?.reals[0]?.forward).toBe('gate');
    expect(service(`lb_kind DR\n${real}\nlb_kind NAT`).virtual?.reals[0]?.forward).toBe('gate');
  });

  it('is quiescent with a bare word, whatever stands behind it', () => {
    const quiescentOf = (body: string, own = '') =>
      service(`${body}\nreal_server 10.0.0.1 80 {\n${own}\n}`).virtual?.quiescent;
    expect(quiescentOf('inhibit_on_failure false')).toBe(true);
    expect(quiescentOf('inhibit_on_failure', 'inhibit_on_failure no')).toBe(false);
    expect(quiescentOf('', 'inhibit_on_failure no')).toBe(false);
    expect(quiescentOf('', 'inhibit_on_failure')).toBe(true);
  });

  it('has no weight of 0 for all of its servers', () => {
    expect(service(`weight 0\n${real}`).virtual?.reals[0]?.weight).toBe(1);
    expect(service(`weight 3\nweight 0\n${real}`).virtual?.reals[0]?.weight).toBe(3);
  });

  it.each([
    ['ip_family inet6\npersistence_granularity 64', 'fd00::1', 'inet6', 1],
    ['persistence_granularity 255.255.255.0\nip_family inet6', '10.0.0.1', 'inet', 1],
    ['ip_family inet6', '10.0.0.1', undefined, 0],
    ['ip_family inet6\nlvs_method TUN', '10.0.0.1', 'inet6', 1],
  ])('of a mark is of the family that stands first: %s', (body, address, family, count) => {
    const { virtual } = service(`${body}\nreal_server ${address} 80 {\n}`, 'fwmark 7');
    expect(virtual?.id).toEqual(family === undefined ? undefined : expect.objectContaining({ family }));
    expect(virtual?.reals ?? []).toHaveLength(count);
  });

  it('of a group that stands twice has the first with an entry', () => {
    const group = (entry: string) => `virtual_server_group G {\n${entry}\n}\n`;
    const text = `${group('')}${group('192.0.2.1 80')}${group('192.0.2.2 80')}virtual_server group G {\n${real}\n}\n`;
    expect(convertedText(text).config.virtuals.map(({ id }) => id)).toEqual([
      expect.objectContaining({ address: '192.0.2.1' }),
    ]);
  });
});

describe('the adverts of a macvlan', () => {
  const madeOf = (body: string) => router(`${vip('192.0.2.9')}${body}\n`);

  it.each([
    ['use_vmac', undefined],
    ['use_vmac\nvmac_xmit_base', true],
    ['vmac_xmit_base', undefined],
    ['use_vmac\nunicast_peer {\n192.0.2.2\n}', true],
    ['use_vmac\nunicast_peer {\n}', true],
    ['use_vmac\nunicast_src_ip 192.0.2.1', true],
    ['use_vmac\nvmac_xmit_base\nstrict_mode yes', undefined],
  ])('%j: from its parent %s', (body, wanted) => {
    const { router: made, notes } = madeOf(body);
    expect(made.advertsFromBase).toBe(wanted);
    expect(notes.some((note) => note.includes('vmac_xmit_base: left out'))).toBe(
      body.includes('vmac_xmit_base') && wanted === undefined,
    );
  });
});

describe('a sorry server', () => {
  const madeOf = (body: string) => service(`${body}\n${real}`);

  it.each([
    ['sorry_server 10.0.0.9 80', undefined],
    ['sorry_server 10.0.0.9 80\nsorry_server_inhibit', true],
    ['sorry_server_inhibit\nsorry_server 10.0.0.9 80', undefined],
    ['sorry_server_inhibit', undefined],
  ])('%j: inhibited %s', (body, wanted) => {
    const { virtual, notes } = madeOf(body);
    expect(virtual?.fallbackQuiescent).toBe(wanted);
    expect(notes.some((note) => note.includes('sorry_server_inhibit: left out'))).toBe(
      body.includes('inhibit') && wanted === undefined,
    );
  });
});

describe('what runs with keepalived', () => {
  it('is no refresh of announcements where vrrp_min_garp leaves none of it', () => {
    const refreshOf = (more: string) =>
      router(vip('192.0.2.9'), `global_defs {\nvrrp_garp_master_refresh 60\n${more}\n}\n`).router
        .garpRefreshMs;
    expect(refreshOf('')).toBe(60_000);
    expect(refreshOf('vrrp_min_garp')).toBe(0);
    expect(refreshOf('vrrp_min_garp\nvrrp_garp_master_refresh_repeat 3')).toBe(60_000);
  });

  it('is an instance without addresses, of the family that its first address has', () => {
    const others = 'mcast_dst_ip 224.0.0.20\nunicast_src_ip 2001:db8::a\n';
    expect(router(others).router.family).toBe('inet');
  });

  it('has no sync daemon of an instance that is left out, and says so', () => {
    const twin = `vrrp_instance B {\ninterface eth0\nvirtual_router_id 5\nlvs_sync_daemon_interface eth1\n${vip('192.0.2.10')}}\n`;
    expect(router(vip('192.0.2.9'), twin.replace('id 5', 'id 6')).notes.join('\n')).not.toContain('sync');
    const { notes } = convertedText(
      `vrrp_instance A {\ninterface eth0\nvirtual_router_id 5\n${vip('192.0.2.9')}}\n${twin}`,
    );
    expect(notes.join('\n')).toContain('dangerous: lvs_sync_daemon: left out, as vrrp_instance B is');
  });

  it('has no sync daemon without a VRRP part', () => {
    const globals = 'global_defs {\nlvs_sync_daemon eth0\n}\n';
    const text = `${globals}virtual_server 192.0.2.9 80 {\n${real}\n}\n`;
    expect(convertedText(text).config.ipvs?.sync).toBeUndefined();
    expect(router(vip('192.0.2.9'), globals).notes.join('\n')).not.toContain('lvs_sync_daemon');
  });

  it('has the first name of a macvlan, and no timeout of a script above 4294 s', () => {
    expect(router(`${vip('192.0.2.9')}use_vmac a\nuse_vmac b\n`).router.vmac).toBe('a');
    const text = `vrrp_script s {\nscript /bin/true\ntimeout 65536\n}\n`;
    expect(convertedText(text).yaml).not.toContain('timeout');
  });
});

describe('addresses of an instance', () => {
  it('are of the family that stands first: an address, a peer, or a source', () => {
    const six = vip('2001:db8::9\n192.0.2.9');
    expect(router(six).router.virtualAddresses[0]?.address).toBe('2001:db8::9');
    for (const before of [
      'unicast_peer {\n192.0.2.2\n}\n',
      'unicast_src_ip 192.0.2.1\n',
      'mcast_dst_ip 224.0.0.20\n',
    ])
      expect(router(`${before}${six}`).router.virtualAddresses[0]?.address).toBe('192.0.2.9');
  });

  it('may have the lowest address of the network as broadcast', () => {
    expect(router(vip('192.0.2.130/25 brd -')).router.virtualAddresses[0]?.broadcast).toBe('192.0.2.128');
    expect(router(vip('192.0.2.130/32 brd -')).router.virtualAddresses[0]?.broadcast).toBeUndefined();
  });

  it('have a scope in IPv4 alone', () => {
    expect(router(vip('192.0.2.9 scope link')).router.virtualAddresses[0]?.scope).toBe(253);
    expect(router(vip('2001:db8::9 scope link')).router.virtualAddresses[0]?.scope).toBeUndefined();
  });

  it('cost the instance where another has all of them, with a dangerous note', () => {
    const instance = (name: string, id: number) =>
      `vrrp_instance ${name} {\nversion 3\nvirtual_router_id ${id}\nvirtual_ipaddress {\n192.0.2.9\n}\n}\n`;
    const { notes } = convertedText(`${instance('A', 1)}${instance('B', 2)}`);
    expect(notes.join('\n')).toContain('dangerous: vrrp_instance B: left out, as another vrrp_instance has');
  });
});

describe('words of an instance', () => {
  it('nopreempt holds whatever stands behind it', () => {
    expect(router(`nopreempt off\n${vip('192.0.2.9')}`).router.preempt).toBe(false);
  });

  it('a negative delay is passed over', () => {
    expect(router(`garp_master_delay -1\n${vip('192.0.2.9')}`).router.garpDelayMs).toBe(5000);
  });

  it('the first file and the first weight of a track_file hold', () => {
    const file = 'track_file f {\nfile /a\nweight 3\nfile /b\nweight 4\n}\n';
    const { router: mine } = router(`${vip('192.0.2.9')}track_file {\nf\n}\n`, file);
    expect(mine.trackers).toEqual([expect.objectContaining({ weight: 3 })]);
  });
});

describe('a virtual_server', () => {
  it('without a server that can be used is left out', () => {
    expect(service('real_server 2001:db8::1 80 {\n}').virtual).toBeUndefined();
  });

  it.each([
    ['192.0.2.9 80', '255.255.255.0', 24],
    ['192.0.2.9 80', '24', 24],
    ['192.0.2.9 80', 'x', undefined],
    ['fwmark 3', '255.255.255.0', 24],
  ])('%s has a granularity %s of /%s', (head, text, length) => {
    const { virtual } = service(`persistence_timeout 60\npersistence_granularity ${text}\n${real}`, head);
    expect(virtual).toMatchObject({
      persistentSec: 60,
      ...(length !== undefined && { netmaskPrefix: length }),
    });
  });

  it('of IPv6 has no mask of IPv4, and is not persistent by it', () => {
    const six = 'real_server 2001:db8::1 80 {\n}';
    const { virtual } = service(`persistence_granularity 255.255.255.0\n${six}`, '2001:db8::9 80');
    expect(virtual?.persistentSec).toBeUndefined();
    expect(service(`persistence_granularity 64\n${six}`, '2001:db8::9 80').virtual?.netmaskPrefix).toBe(64);
  });

  it("takes the method of the sorry_server that stands before it, and no earlier one's", () => {
    const method = (body: string) => service(`${body}\n${real}`).virtual?.fallbacks[0]?.forward;
    expect(method('sorry_server 10.0.0.9 80\nsorry_server_lvs_method DR')).toBe('gate');
    expect(method('sorry_server 10.0.0.8 80\nsorry_server_lvs_method DR\nsorry_server 10.0.0.9 80')).toBe(
      'masq',
    );
  });
});

describe('a checker', () => {
  const check = (body: string, outer = '') =>
    service(`real_server 10.0.0.1 80 {\n${outer}${body}\n}`).virtual ?? expect.fail('no service');

  it('of SMTP greets as keepalived does', () => {
    expect(check('SMTP_CHECK {\n}').heloName).toBe('smtpchecker.keepalived.org');
    expect(check('SMTP_CHECK {\nhelo_name a.b\n}').heloName).toBe('a.b');
  });

  it('passes a retry of 0 over but its own, and takes 0 for what is no number', () => {
    expect(check('TCP_CHECK {\n}', 'retry 0\n').fall).toBe(2);
    expect(check('TCP_CHECK {\nretry 0\n}', 'retry 3\n').fall).toBe(1);
    expect(check('TCP_CHECK {\n}', 'retry 3\nretry x\n').fall).toBe(4);
    expect(check('TCP_CHECK {\nretry x\n}', 'retry 3\n').fall).toBe(1);
    expect(check('TCP_CHECK {\nretry 2\nretry x\n}').fall).toBe(1);
    expect(check('TCP_CHECK {\nretry 2.9\n}').fall).toBe(3);
  });

  it('adds up what status codes it takes', () => {
    const url = 'url {\npath /\nstatus_code 200\nstatus_code 301-302\n}';
    const { yaml } = convertedText(
      `virtual_server 192.0.2.9 80 {\nreal_server 10.0.0.1 80 {\nHTTP_GET {\n${url}\n}\n}\n}`,
    );
    expect(yaml).toContain('status: 200,301-302');
  });

  it('of SMTP has the time that stands before it, as keepalived inherits it', () => {
    expect(check('SMTP_CHECK {\n}', 'connect_timeout 3\n').checktimeoutMs).toBe(3000);
    expect(check('SMTP_CHECK {\n}\nconnect_timeout 3').checktimeoutMs).toBe(5000);
    expect(check('TCP_CHECK {\n}\nconnect_timeout 3').checktimeoutMs).toBe(3000);
  });

  it('of DNS takes the first name', () => {
    const { yaml } = convertedText(
      'virtual_server 192.0.2.9 53 {\nprotocol UDP\nreal_server 10.0.0.1 53 {\nDNS_CHECK {\nname a.b\nname c.d\n}\n}\n}',
    );
    expect(yaml).toContain('request: a.b');
  });

  it('of a server without a port asks that of the service, and a note says so', () => {
    const { virtual, notes } = service(
      'real_server 10.0.0.1 {\nHTTP_GET {\nurl {\npath /\n}\n}\n}',
      '192.0.2.9 82',
    );
    expect(virtual?.checkport).toBe(82);
    expect(notes.join()).toContain('dangerous: HTTP_GET connect_port: 82');
    expect(service('real_server 10.0.0.1 80 {\nTCP_CHECK {\n}\n}').notes.join()).not.toContain(
      'connect_port',
    );
  });
});

describe('a vrrp_instance', () => {
  it.each(["'V 4'", 'A B'])('is none with the name %s', (name) => {
    const { config, notes } = convertedText(
      `vrrp_instance ${name} {\ninterface eth0\nvirtual_router_id 5\n${vip('192.0.2.9')}}\n`,
    );
    expect(config?.vrrp ?? []).toEqual([]);
    expect(notes.join()).toContain('one word for its name');
  });
});

describe('a vrrp_track_process', () => {
  it.each([
    ['quorum 7\nquorum_max 3', 'quorum: 7', 'quorum_max 3: left out'],
    ['quorum_max 3\nquorum 7', 'quorum_max: 3', 'quorum 7: left out'],
  ])('has the first of two counts that cross: %s', (counts, kept, note) => {
    const tracked = `vrrp_track_process w {\nprocess nginx\n${counts}\n}\n`;
    const { yaml, notes } = convertedText(
      `${tracked}vrrp_instance A {\ninterface eth0\nvirtual_router_id 5\ntrack_process {\nw\n}\n${vip('192.0.2.9')}}\n`,
    );
    expect(yaml).toContain(kept);
    expect(notes.join()).toContain(note);
  });
});
