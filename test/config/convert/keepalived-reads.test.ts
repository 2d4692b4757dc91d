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
    ['s weight x reverse', 4, true],
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
