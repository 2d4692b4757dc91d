import { describe, expect, it } from 'vitest';
import { automaticLeaseSec } from '../../src/config/router/lease.ts';
import type { Config } from '../../src/model/config/config.ts';
import type { VirtualConfig } from '../../src/model/config/service.ts';
import { errorLines, parseYamlText, problemLines } from '../make/environment.ts';

function configOf(text: string, director?: string): Config {
  const result = parseYamlText(text, director === undefined ? {} : { director });
  expect(errorLines(result)).toEqual([]);
  return result.config ?? expect.fail('no config');
}
const serviceOf = (more: string, top = ''): VirtualConfig =>
  configOf(`${top}virtual:\n  - address: 10.0.0.1:80\n    real: [10.0.0.2:80 gate]\n    ${more}\n`)
    .virtuals[0] ?? expect.fail('no service');

describe('the design example', () => {
  const text = `director:
  name: lvs1
log: {level: info, format: json}
vrrp:
  - name: VI_1
    interface: eth0
    virtual_router_id: 51
    version: 3
    priority: {lvs1: 150, lvs2: 100}
    advert_int: 1s
    virtual_ipaddress: [192.168.6.240/24]
checktimeout: 3
checkinterval: 5
quiescent: no
virtual:
  - address: 192.168.6.240:80
    protocol: tcp
    scheduler: wlc
    service: http
    checktype: negotiate
    request: /index.html
    receive: Test Page
    fallback: 127.0.0.1:80 gate
    real:
      - 192.168.6.2:80 gate 5
      - {address: 192.168.6.3:80, forward: gate, weight: 5}
`;
  it('is read in full, without a word', () => {
    expect(problemLines(parseYamlText(text))).toEqual([]);
    const { vrrp, virtuals, director } = configOf(text);
    expect(director.name).toBe('lvs1');
    expect(vrrp).toMatchObject([
      {
        name: 'VI_1',
        priority: 150,
        advertIntervalMs: 1000,
        vipLeaseSec: 4,
        acceptMode: true,
        preempt: true,
      },
    ]);
    expect(virtuals[0]).toMatchObject({
      id: { kind: 'address', protocol: 'tcp', address: '192.168.6.240', port: 80 },
      checktimeoutMs: 3000,
      negotiatetimeoutMs: 3000,
      fallbacks: [{ address: '127.0.0.1', port: 80, forward: 'gate', checked: false }],
      at: { line: 16, column: 5 },
    });
    const [first, second] = virtuals[0]?.reals ?? [];
    expect({ ...first, address: '', at: 0 }).toEqual({ ...second, address: '', at: 0 });
  });

  it('gives the other director its own values', () => {
    expect(configOf(text, 'lvs2').vrrp[0]?.priority).toBe(100);
    expect(configOf(text, 'lvs2').director.name).toBe('lvs2');
  });
});

describe('which director this is', () => {
  const priority =
    'vrrp:\n  - {name: A, interface: e, virtual_router_id: 1, virtual_ipaddress: 10.0.0.9, priority: {testhost: 7, b: 8}}\n';
  it('is the host name', () => expect(configOf(priority).vrrp[0]?.priority).toBe(7));
  it('or director.name', () =>
    expect(configOf(`director: {name: b}\n${priority}`).vrrp[0]?.priority).toBe(8));
  it('or director.name by host name', () => {
    const config = configOf(`director: {name: {testhost: b, other: testhost}}\n${priority}`);
    expect([config.director.name, config.vrrp[0]?.priority]).toEqual(['b', 8]);
  });
  it('or the command line, first of all', () =>
    expect(configOf(`director: {name: b}\n${priority}`, 'testhost').vrrp[0]?.priority).toBe(7));
  it('picks lists and values of servers too', () => {
    const text = `vrrp:
  - {name: A, interface: e, virtual_router_id: 1, virtual_ipaddress: 10.0.0.9, unicast_peer: {a: [10.0.0.2, 10.0.0.3], b: 10.0.0.1}}
virtual:
  - {address: 10.0.0.9:80, real: [{address: 10.0.0.5:80, weight: {a: 3, b: 0}}]}
`;
    expect(configOf(text, 'a').vrrp[0]?.unicastPeers).toEqual(['10.0.0.2', '10.0.0.3']);
    expect(configOf(text, 'b').vrrp[0]?.unicastPeers).toEqual(['10.0.0.1']);
    expect(configOf(text, 'a').virtuals[0]?.reals[0]?.weight).toBe(3);
  });
});

describe('a virtual router', () => {
  it.each([
    [10, 1],
    [100, 1],
    [166, 1],
    [170, 2],
    [500, 3],
    [1000, 4],
    [1500, 6],
  ])('with adverts each %i ms has a lease of %i s: the smallest above three and a half second', (ms, lease) =>
    expect(automaticLeaseSec(ms)).toBe(lease),
  );
  it('has no lease with off', () => {
    const text =
      'vrrp:\n  - {name: A, interface: e, virtual_router_id: 1, virtual_ipaddress: 10.0.0.9, vip_lease: off}\n';
    expect(configOf(text).vrrp[0]?.vipLeaseSec).toBe('off');
  });
  it('has a host address without a prefix length', () => {
    const text =
      'vrrp:\n  - {name: A, interface: e, virtual_router_id: 1, virtual_ipaddress: 10.0.0.9, nopreempt: yes}\n';
    expect(configOf(text).vrrp[0]).toMatchObject({
      virtualAddresses: [{ address: '10.0.0.9', length: 32 }],
      preempt: false,
    });
  });
  it('may have one VRID on two interfaces', () => {
    const entry = (name: string, link: string, vip: string) =>
      `  - {name: ${name}, interface: ${link}, virtual_router_id: 1, virtual_ipaddress: ${vip}}\n`;
    expect(configOf(`vrrp:\n${entry('A', 'e', '10.0.0.9')}${entry('B', 'f', '10.0.0.8')}`).vrrp).toHaveLength(
      2,
    );
  });
});

describe('timeouts', () => {
  const times = (more: string, top = '') => {
    const { checktimeoutMs, negotiatetimeoutMs } = serviceOf(more, top);
    return [checktimeoutMs, negotiatetimeoutMs];
  };
  it('are 5 and 30 seconds', () => expect(times('')).toEqual([5000, 30_000]));
  it('follow the one that is set', () => expect(times('checktimeout: 2')).toEqual([2000, 2000]));
  it('prefer the service to the top level', () =>
    expect(times('negotiatetimeout: 3', 'checktimeout: 9\nnegotiatetimeout: 8\n')).toEqual([3000, 3000]));
  it('of one service are each its own', () =>
    expect(times('checktimeout: 2\n    negotiatetimeout: 7')).toEqual([2000, 7000]));
  it('prefer their own kind', () =>
    expect(times('', 'checktimeout: 9\nnegotiatetimeout: 8\n')).toEqual([9000, 8000]));
});

describe('what a service takes from the top level', () => {
  it('is what it does not say itself', () => {
    const top = 'quiescent: yes\nfailurecount: 4\nrise: 3\ncheckinterval: 7\nfallback: 127.0.0.1\n';
    expect(serviceOf('quiescent: no\n    rise: 2', top)).toMatchObject({
      quiescent: false,
      rise: 2,
      fall: 4,
      checkintervalMs: 7000,
      fallbacks: [{ address: '127.0.0.1', port: 80 }],
    });
  });
  it('is the fallback of its family', () => {
    const text =
      'fallback: 127.0.0.1\nfallback6: "[::1]:81"\nvirtual:\n  - {address: "[fd00::1]:80", real: "[fd00::2]:80 gate"}\n  - {address: 10.0.0.1:80, real: 10.0.0.2 gate}\n';
    expect(configOf(text).virtuals.map(({ fallbacks }) => fallbacks)).toMatchObject([
      [{ address: '::1', port: 81, forward: 'gate' }],
      [{ address: '127.0.0.1', port: 80, forward: 'gate' }],
    ]);
  });
});

describe('a fallback', () => {
  const tiers = (text: string, top = '') =>
    serviceOf(text, top).fallbacks.map(({ address, port, forward, checked, request }) =>
      [
        `${address}:${port}`,
        forward,
        checked ? 'checked' : 'not checked',
        ...(request ? [request] : []),
      ].join(' '),
    );

  it('is one server that is not checked, as a text or a map, for each director its own', () => {
    expect(tiers('fallback: 127.0.0.1')).toEqual(['127.0.0.1:80 gate not checked']);
    expect(tiers('fallback: {address: 127.0.0.1:81, forward: masq}')).toEqual([
      '127.0.0.1:81 masq not checked',
    ]);
    expect(tiers('fallback: {testhost: 127.0.0.1:82, lvs2: 127.0.0.1:83}')).toEqual([
      '127.0.0.1:82 gate not checked',
    ]);
  });

  it('is several tiers, of which all but the last are checked unless they say so', () => {
    expect(
      tiers('fallback: [10.0.0.8:80 masq, {address: 10.0.0.9, forward: ipip, check: no}, 127.0.0.1:80 gate]'),
    ).toEqual(['10.0.0.8:80 masq checked', '10.0.0.9:80 ipip not checked', '127.0.0.1:80 gate not checked']);
    expect(tiers('fallback: [{address: 10.0.0.9, check: yes, request: sorry, receive: x}]')).toEqual([
      '10.0.0.9:80 gate checked /sorry',
    ]);
  });

  it('is not checked where nothing is', () => {
    expect(tiers('checktype: off\n    fallback: [10.0.0.8, {address: 10.0.0.9, check: yes}]')).toEqual([
      '10.0.0.8:80 gate not checked',
      '10.0.0.9:80 gate not checked',
    ]);
  });

  it('of the top level does not hold for a service that has its own, or none', () => {
    const top = 'fallback: [10.0.0.8, 10.0.0.9]\n';
    expect(tiers('scheduler: rr', top)).toHaveLength(2);
    expect(tiers('fallback: 127.0.0.1', top)).toEqual(['127.0.0.1:80 gate not checked']);
    expect(tiers('fallback: []', top)).toEqual([]);
  });
});

describe('a quorum', () => {
  it("is absent, or keepalived's 1 where only something beside it is said", () => {
    expect(serviceOf('scheduler: rr').quorum).toBeUndefined();
    expect(serviceOf('quorum_up: /bin/up "a b"').quorum).toEqual({
      quorum: 1,
      hysteresis: 0,
      up: ['/bin/up', 'a b'],
    });
    expect(serviceOf('quorum: 1\n    checktype: off').quorum).toBeUndefined();
  });

  it('takes from the top level what the service does not say', () => {
    const top = 'quorum: 9\nhysteresis: 3\nquorum_down: /bin/down\nquorum_user: bird\n';
    expect(serviceOf('quorum: 4', top).quorum).toEqual({
      ...{ quorum: 4, hysteresis: 3, down: ['/bin/down'], user: 'bird' },
    });
  });
});

describe('a virtual service', () => {
  it.each([
    ['80', 'tcp', 'http'],
    ['443', 'tcp', 'https'],
    ['53', 'udp', 'dns'],
    ['domain', 'udp', 'dns'],
    ['8080', 'tcp', 'none'],
    ['3128', 'tcp', 'http_proxy'],
  ])('on port %s is %s and speaks %s', (port, protocol, service) => {
    const [virtual] = configOf(`virtual:\n  - {address: 10.0.0.1:${port}, real: 10.0.0.2 masq}\n`).virtuals;
    expect(virtual).toMatchObject({ id: { protocol }, service });
  });
  it('of a mark speaks nothing by itself', () => {
    const [virtual] = configOf('virtual:\n  - {fwmark: 7, family: inet6, real: "[fd00::2] gate"}\n').virtuals;
    expect(virtual).toMatchObject({ id: { kind: 'fwmark', family: 'inet6', fwmark: 7 }, service: 'none' });
  });
  it('puts a slash before its request', () =>
    expect(serviceOf('request: index.html').request).toBe('/index.html'));
  it('has checks combined by a number', () =>
    expect(serviceOf('checktype: 3').checktype).toEqual({ kind: 'combined', connects: 3 }));
  it('sorts scheduler flags', () =>
    expect(serviceOf('scheduler: sh\n    schedflags: sh-port,sh-fallback').schedFlags).toEqual([
      'sh-fallback',
      'sh-port',
    ]));
  it('has tunnels, of real servers and fallbacks, and none for IP in IP', () => {
    const gue = '{address: 10.0.0.2, forward: ipip, tunnel: {type: gue, port: 6080}}';
    const gre = "{address: 'fd00::3', forward: ipip, tunnel: {type: gre, checksum: yes}}";
    const ipip = "{address: 'fd00::4', forward: ipip, tunnel: {type: ipip}}";
    const text = `virtual:\n  - {address: 10.0.0.1:80, real: [${gue}, ${gre}, ${ipip}], fallback: ${gue}}\n`;
    const service = configOf(text).virtuals[0] ?? expect.fail('no service');
    expect(service.reals.map(({ tunnel }) => tunnel)).toEqual([
      { type: 'gue', port: 6080, checksum: 'nocsum' },
      { type: 'gre', port: 0, checksum: 'csum' },
      undefined,
    ]);
    expect(service.fallbacks[0]?.tunnel).toEqual({ type: 'gue', port: 6080, checksum: 'nocsum' });
  });

  it('has a netmask with persistence only', () => {
    expect(serviceOf('persistent: 5m\n    netmask: 255.255.255.0')).toMatchObject({
      persistentSec: 300,
      netmaskPrefix: 24,
    });
    expect(serviceOf('netmask: 255.255.255.0').netmaskPrefix).toBeUndefined();
  });
  it('logs in as ldirectord does where ftp or sip is named', () => {
    expect(serviceOf('service: ftp')).toMatchObject({ login: 'anonymous', passwd: 'ldirectord@testhost' });
    expect(serviceOf('service: sip')).toMatchObject({ login: 'ldirectord@testhost', passwd: '' });
    const [byPort] = configOf('virtual:\n  - {address: 10.0.0.1:21, real: 10.0.0.2 masq}\n').virtuals;
    expect(byPort).toMatchObject({ service: 'ftp', login: '', passwd: '' });
  });
});

describe('an http service', () => {
  it('has what its checks need beyond ldirectord', () => {
    const more = [
      'status: 200-299,401',
      'json: $.status == "ok"',
      'digest: D41D8CD98F00B204E9800998ECF8427E',
      'body: "{}"',
      'headers: ["X-A: 1", "X-B:2"]',
      'http_version: 2',
      'weight_header: X-Weight',
      'certificate_expiry: 14d',
    ];
    expect(serviceOf(more.join('\n    '))).toMatchObject({
      http: {
        status: [
          [200, 299],
          [401, 401],
        ],
        json: { path: ['status'], comparison: { operator: '==', value: 'ok' } },
        digest: 'd41d8cd98f00b204e9800998ecf8427e',
        body: '{}',
        headers: [
          ['X-A', '1'],
          ['X-B', '2'],
        ],
        version: '2',
        weightHeader: 'X-Weight',
      },
      certificateExpiryDays: 14,
    });
    expect(serviceOf('service: http')).not.toHaveProperty('http');
  });
  it('may have several URLs', () => {
    const urls =
      'urls:\n      - {request: a, status: 401}\n      - {request: /b, httpmethod: HEAD, receive: x}';
    expect(serviceOf(urls).http?.urls).toEqual([
      { request: '/a', status: [[401, 401]] },
      { request: '/b', method: 'HEAD', receive: 'x' },
    ]);
  });
});

it('a dns service may say type and rcodes', () =>
  expect(serviceOf('service: dns\n    dns_type: AAAA\n    dns_rcode: noerror, NXDOMAIN').dns).toEqual({
    type: 'AAAA',
    rcodes: ['NOERROR', 'NXDOMAIN'],
  }));

describe('real servers', () => {
  const realsOf = (list: string) =>
    configOf(`virtual:\n  - address: 10.0.0.1:80\n    real: ${list}\n`).virtuals[0]?.reals;
  it('come in ranges across octets', () =>
    expect(realsOf('[10.0.0.254->10.0.1.1:80 masq 2]')?.map(({ address }) => address)).toEqual([
      '10.0.0.254',
      '10.0.0.255',
      '10.0.1.0',
      '10.0.1.1',
    ]));
  it('come in ranges of names', () =>
    expect(realsOf('[web1.example.org->web9.example.org:80 masq]')).toHaveLength(9));
  it('have port 0 where none is written', () => expect(realsOf('10.0.0.2 gate')?.[0]?.port).toBe(0));
  it('keep the port of their check with gate', () =>
    expect(realsOf('[10.0.0.2:8080 gate]')?.[0]?.port).toBe(8080));
  it('may be of the other family in a tunnel', () =>
    expect(realsOf("['[fd00::2]:80 ipip']")?.[0]?.address).toBe('fd00::2'));
});

describe('names', () => {
  it('are looked up, literals never', () => {
    const asked: string[] = [];
    const result = parseYamlText(
      'virtual:\n  - {address: web1.example.org:http, real: [10.0.0.2:80 masq, "[::ffff:1.2.3.4]:80 ipip"], fallback: 127.0.0.1:80}\n',
      {
        resolveHost: (name) => void asked.push(name),
        resolveService: (name) => 79 + asked.push(name) - 1,
      },
    );
    expect(asked).toEqual(['web1.example.org', 'http']);
    expect(result.config).toBeUndefined();
  });
});

describe('an entry with addresses of both families', () => {
  const entry = (more = '') =>
    configOf(
      `vrrp:\n  - {name: A, interface: e, virtual_router_id: 1, virtual_ipaddress: ["fd00::9/64", 10.0.0.9, "fe80::9/64"]${more}}\n`,
    ).vrrp;

  it('is two virtual routers in one sync group, each with what is of its family', () => {
    expect(entry(', unicast_peer: [10.0.0.2, "fd00::2"], unicast_src_ip: 10.0.0.1')).toMatchObject([
      {
        name: 'A',
        family: 'inet',
        unicastPeers: ['10.0.0.2'],
        sourceAddress: '10.0.0.1',
        syncGroup: 'A/both',
      },
      { name: 'A/ipv6', family: 'inet6', unicastPeers: ['fd00::2'], syncGroup: 'A/both' },
    ]);
    expect(entry()[1]?.sourceAddress).toBeUndefined();
  });

  it('advertises a link-local address first (RFC 9568 §5.2.9)', () => {
    expect(entry()[1]?.virtualAddresses.map(({ address }) => address)).toEqual(['fe80::9', 'fd00::9']);
  });

  it('is one VRID for each family: another entry may have the other', () => {
    const of = (name: string, address: string) =>
      `  - {name: ${name}, interface: e, virtual_router_id: 1, virtual_ipaddress: ["${address}"]}\n`;
    expect(configOf(`vrrp:\n${of('A', '10.0.0.9')}${of('B', 'fd00::9')}`).vrrp.length).toBe(2);
  });
});

describe('what floats with a virtual router', () => {
  const routersOf = (vips: string, more: string) =>
    configOf(
      `vrrp:\n  - {name: A, interface: e, virtual_router_id: 1, virtual_ipaddress: [${vips}], ${more}}\n`,
    ).vrrp;
  const floating =
    'virtual_ipaddress_excluded: ["fd01::9", 10.1.0.9], virtual_routes: [10.2.0.0/16 dev e, "fd02::/16 dev e"], virtual_rules: [from 10.0.0.9 table 9]';

  it('of either family goes with the only one that has VIPs', () => {
    const [router] = routersOf('10.0.0.9', floating);
    expect(router?.excludedAddresses?.length).toBe(2);
    expect(router?.virtualRoutes?.length).toBe(2);
  });

  it('goes with its own family where both have VIPs', () => {
    const [inet, inet6] = routersOf('10.0.0.9, "fd00::9"', floating);
    expect(inet?.excludedAddresses).toEqual([{ address: '10.1.0.9', length: 32 }]);
    expect(inet?.virtualRules?.length).toBe(1);
    expect(inet6?.excludedAddresses).toEqual([{ address: 'fd01::9', length: 128 }]);
    expect(inet6?.virtualRoutes?.length).toBe(1);
    expect(inet6?.virtualRules).toBeUndefined();
  });

  it('bounds the TTL of the peers that have bounds', () => {
    const [router] = routersOf('10.0.0.9', 'unicast_peer: [10.0.0.2 min_ttl 254, 10.0.0.3]');
    expect(router?.unicastPeers).toEqual(['10.0.0.2', '10.0.0.3']);
    expect(router?.peerTtl).toEqual([{ peer: '10.0.0.2', min: 254, max: 255 }]);
  });

  it('may be a macvlan, named after the VRID and the family or as one wishes', () => {
    expect(routersOf('10.0.0.9, "fd00::9"', 'use_vmac: yes').map(({ vmac }) => vmac)).toEqual([
      'vrrp.1',
      'vrrp6.1',
    ]);
    expect(routersOf('10.0.0.9', 'use_vmac: v0')[0]?.vmac).toBe('v0');
    expect(routersOf('10.0.0.9', 'use_vmac: no')[0]?.vmac).toBeUndefined();
  });
});
