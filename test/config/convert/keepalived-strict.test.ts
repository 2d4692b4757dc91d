// Strict mode, what an active does to another, and the programs of real servers: as keepalived 2.2.7 makes them.
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
const password = 'authentication {\nauth_type PASS\nauth_pass 1111\n}';

describe('strict mode', () => {
  const strict = 'global_defs {\nvrrp_strict\n}\n';

  it('sends no password and does not accept, as keepalived in strict mode', () => {
    const { router: mine, notes } = router(password, strict);
    expect(mine).toMatchObject({ version: 2, acceptMode: false });
    expect(mine.authPass).toBeUndefined();
    expect(notes).toEqual([
      'old:7: harmless: authentication: left out, as keepalived sends none in strict mode',
    ]);
  });

  it.each([
    ['', false],
    ['accept', false],
    ['accept\nversion 3', true],
    ['priority 255', true],
    ['strict_mode false', true],
    ['strict_mode off\nno_accept', false],
  ])('%j accepts: %s', (more, accepts) => {
    expect(router(more, strict).router.acceptMode).toBe(accepts);
  });

  it('of an instance alone is as that of all', () => {
    const { router: mine } = router(`strict_mode\n${password}\npreempt_delay 5`);
    expect(mine).toMatchObject({ acceptMode: false, preemptDelayMs: 0 });
    expect(mine.authPass).toBeUndefined();
    expect(router(`strict_mode no\n${password}`, strict).router.authPass).toBe('1111');
  });

  it('is said once for all, and by an instance where it differs', () => {
    const of = (more: string, before = strict) => convertedText(`${before}${instance(more)}`).yaml;
    expect(of('')).toMatch(/^vrrp_strict: yes\n/m);
    expect(of('')).not.toContain('strict_mode');
    expect(of('strict_mode off')).toContain('strict_mode: no');
    expect(of('strict_mode', '')).toContain('strict_mode: yes');
    expect(of('', '')).not.toContain('strict');
  });

  it('is not here where there are unicast peers: keepalived does not run such an instance', () => {
    const { router: mine, notes } = router('unicast_peer {\n192.0.2.3\n}', strict);
    expect(mine).toMatchObject({ acceptMode: false, saysLastWord: false, unicastPeers: ['192.0.2.3'] });
    expect(notes.join()).toMatch(/dangerous: .*keepalived refuses unicast peers in strict mode/);
  });

  it.each([
    ['', { assertsAtOnce: false, saysLastWord: false }],
    ['version 3', { assertsAtOnce: false, saysLastWord: false }],
    ['lower_prio_no_advert no\nhigher_prio_send_advert', { assertsAtOnce: false, saysLastWord: false }],
  ])('says nothing to another active beyond its adverts (%j)', (more, wanted) => {
    expect(router(more, strict).router).toMatchObject(wanted);
  });

  it('starts nobody as master but the owner, so that nopreempt holds', () => {
    expect(router('state MASTER\npriority 100\nnopreempt', strict).router.preempt).toBe(false);
    expect(router('state MASTER\npriority 100\nnopreempt').router.preempt).toBe(true);
    expect(router('priority 255\nnopreempt').router.preempt).toBe(true);
  });
});

describe('what an active does to another', () => {
  it('is what the instance says, else what all do', () => {
    const all =
      'global_defs {\nvrrp_lower_prio_no_advert\nvrrp_garp_lower_prio_repeat 0\nvrrp_garp_lower_prio_delay 7\n}\n';
    const { router: mine, notes } = router('higher_prio_send_advert no\ngarp_lower_prio_repeat 300', all);
    expect(mine).toMatchObject({
      assertsAtOnce: false,
      saysLastWord: false,
      garpLowerRepeat: 255,
      garpLowerDelayMs: 7000,
    });
    expect(notes).toHaveLength(1);
    expect(router('lower_prio_no_advert false', all).router.assertsAtOnce).toBeUndefined();
  });
});

describe('the programs of a real server', () => {
  const web = (real: string, more = '') =>
    service(`${more}\nreal_server 192.0.2.3 80 {\n${real}\nTCP_CHECK {\n}\n}`);

  it('are its own, as one user', () => {
    const { virtual, notes } = web('notify_up "/bin/in a b" nobody nogroup\nnotify_down /bin/out', 'omega');
    expect(virtual.reals[0]?.notify).toEqual({
      up: ['/bin/in', 'a', 'b'],
      down: ['/bin/out'],
      user: 'nobody:nogroup',
    });
    expect(virtual.omega).toBe(true);
    expect(notes.map((note) => note.replace(/^old:\d+: /, ''))).toEqual([
      'dangerous: notify_down: as user nobody:nogroup, as both programs run as one',
    ]);
  });

  it('leave omega out where there is nothing for it to run', () => {
    const { virtual, notes } = web('notify_up /bin/in', 'omega');
    expect(virtual.omega).toBeUndefined();
    expect(notes.join()).toMatch(/harmless: omega: left out, as there is no quorum_down/);
  });

  it.each([
    ['notify_fifo', true],
    ['lvs_notify_fifo', true],
    ['vrrp_notify_fifo', undefined],
  ])('keep omega where %s is told of services: %s', (fifo, kept) => {
    const { virtual, notes } = service(
      `omega\nreal_server 192.0.2.3 80 {\nTCP_CHECK {\n}\n}`,
      `global_defs {\n${fifo} /run/f root\n}\n`,
    );
    expect(virtual.omega).toBe(kept);
    if (kept) expect(notes.join()).not.toContain('omega');
  });
});

describe('SSL', () => {
  const check = 'real_server 192.0.2.3 443 {\nSSL_GET {\nurl {\npath /\n}\n}\n}';

  it('is the certificate of every SSL_GET, and nothing of other checks', () => {
    const ssl = 'SSL {\ncertificate /etc/c.pem\nkey /etc/k.pem\nca /etc/ca.pem\npassword x\n}\n';
    const { virtual, notes } = service(check, ssl);
    expect(virtual.tls).toMatchObject({ certFile: '/etc/c.pem', keyFile: '/etc/k.pem' });
    expect(virtual.caFile).toBeUndefined();
    expect(notes.filter((note) => note.includes('SSL '))).toHaveLength(2);
    const plain = service('real_server 192.0.2.3 80 {\nTCP_CHECK {\n}\n}', ssl);
    expect(plain.virtual.tls).toBeUndefined();
  });
});

it('v3_checksum_as_v2 of all is that of each that does not say it itself', () => {
  const all = 'global_defs {\nv3_checksum_as_v2\n}\n';
  expect(router('version 3', all).router.checksum).toBe('rfc9568');
  expect(router('version 3\nv3_checksum_as_v2 false', all).router.checksum).toBe('rfc5798');
});
