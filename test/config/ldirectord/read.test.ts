import { describe, expect, it } from 'vitest';
import type { Config } from '../../../src/model/config/config.ts';
import { formatRoute } from '../../../src/net/route.ts';
import { errorLines, parseCfText, problemLines, warningLines } from '../../make/environment.ts';

function configOf(text: string, director = 'lvs1'): Config {
  const result = parseCfText(text, { director });
  expect(errorLines(result)).toEqual([]);
  return result.config ?? expect.fail('no config');
}
const virtual = 'virtual=10.0.0.1:80\n\treal=10.0.0.2:80 gate\n';

describe('a vrrp section', () => {
  const text = `checkinterval=5
vrrp = VI_1   # a router
    interface = eth0
    virtual_router_id=51
    priority={lvs1: 150, lvs2: 100}
    advert_int=500ms
    virtual_ipaddress=192.168.6.240/24, 192.168.6.241
    virtual_ipaddress=192.168.6.242
    unicast_peer={lvs1: 10.0.0.2, lvs2: 10.0.0.1}
    auth_pass="a b"
    virtual_ipaddress_excluded=192.168.7.1/24 dev eth1 label eth1:v, 192.168.7.2 192.168.7.3
    virtual_routes=10.1.0.0/16 via 192.168.6.1, default via 192.168.6.1
${virtual}`;
  const good = text.replace('    auth_pass="a b"\n', '');

  it('has the keys of YAML', () => {
    expect(problemLines(parseCfText(good, { director: 'lvs1' }))).toEqual([]);
    expect(configOf(good).vrrp).toMatchObject([
      { name: 'VI_1', priority: 150, advertIntervalMs: 500, vipLeaseSec: 3, unicastPeers: ['10.0.0.2'] },
    ]);
    expect(configOf(good).vrrp[0]?.virtualAddresses.map(({ address }) => address)).toEqual([
      '192.168.6.240',
      '192.168.6.241',
      '192.168.6.242',
    ]);
    expect(configOf(good).virtuals).toHaveLength(1);
  });
  it('has entries of several words, with commas between', () => {
    const [router] = configOf(good).vrrp;
    expect(router?.excludedAddresses).toMatchObject([
      { address: '192.168.7.1', device: 'eth1', label: 'eth1:v' },
      { address: '192.168.7.2' },
      { address: '192.168.7.3' },
    ]);
    expect(router?.virtualRoutes?.map(formatRoute)).toEqual([
      '10.1.0.0/16 via 192.168.6.1',
      '0.0.0.0/0 via 192.168.6.1',
    ]);
  });
  it('has a value for each director', () => {
    expect(configOf(good, 'lvs2').vrrp[0]).toMatchObject({ priority: 100, unicastPeers: ['10.0.0.1'] });
    expect(errorLines(parseCfText(good, { director: 'lvs3' }))[0]).toBe(
      '5:14: Cannot read vrrp 1 priority: expected a value for director "lvs3", got values for lvs1, lvs2',
    );
  });
  it('has problems at their places', () => {
    expect(errorLines(parseCfText(text, { director: 'lvs1' }))).toEqual([
      '10:15: Cannot read vrrp 1 auth_pass: expected a password of 1 to 8 ASCII characters, got a text of 3 character(s), which is not shown',
    ]);
    expect(errorLines(parseCfText('vrrp=A\n    interfase=eth0\n')).join()).toContain(
      'did you mean "interface"?',
    );
    expect(errorLines(parseCfText('vrrp=A\n    priority={a: [\n')).join()).toContain(
      '2:14: Cannot read priority: expected a map',
    );
  });
});

describe('extensions in a virtual service', () => {
  it('are rise, fall, verify, sni and ca', () => {
    const more =
      '\tservice=https\n\trise=2\n\tfall=3\n\tverify=yes\n\tsni=a.example.org\n\tca="/etc/ca.pem"\n';
    const [service] = configOf(virtual + more).virtuals;
    expect(service).toMatchObject({
      rise: 2,
      fall: 3,
      verify: true,
      sni: 'a.example.org',
      caFile: '/etc/ca.pem',
    });
  });
  it('takes what HTTP and DNS checks have beyond it, headers line by line', () => {
    const more = [
      ...['status=200-299', 'json=$.status == "ok"', 'http_version=2', 'weight_header=X-Weight'],
      ...['headers=X-A: 1', 'headers="X-B: 2"', 'certificate_expiry=14d', 'dns_type=AAAA'],
    ];
    const [service] = configOf(virtual + more.map((line) => `\t${line}\n`).join('')).virtuals;
    expect(service).toMatchObject({
      http: {
        status: [[200, 299]],
        json: { text: '$.status == "ok"' },
        version: '2',
        headers: [
          ['X-A', '1'],
          ['X-B', '2'],
        ],
      },
      certificateExpiryDays: 14,
      dns: { type: 'AAAA' },
    });
  });
});

describe('values as stock takes them', () => {
  it.each([
    ['checktimeout=-3', { checktimeoutMs: 3000 }],
    ['checktimeout=1.5', { checktimeoutMs: 1000 }],
    ['failurecount=4 # x', { fall: 4 }],
    ['checktype=foo7', { checktype: { kind: 'combined', connects: 7 } }],
    ['checktype=connect extra words', { checktype: { kind: 'connect' } }],
    ['checktype="ping"', { checktype: { kind: 'ping' } }],
    ['service=https junk', { service: 'https' }],
    ['httpmethod=head', { httpmethod: 'HEAD' }],
    ['scheduler=maglev2', { scheduler: 'maglev' }],
    ['request="a"b" junk', { request: '/a"b' }],
    ['receive="a\\tb"', { receive: 'a\\tb' }],
    ['receive="a\tb"', { receive: 'a    b' }],
    ['virtualhost = "www.x"  ', { virtualhost: 'www.x' }],
    ['checkcommand="/bin/x y"', { checkcommand: '/bin/x y' }],
    ['servicename="Web"', { servicename: '"Web"' }],
    ['quiescent=yes#x', { quiescent: true }],
    ['persistent=600', { persistentSec: 600 }],
    ['fallback=127.0.0.1', { fallbacks: [{ address: '127.0.0.1', port: 80, forward: 'gate' }] }],
    ['quorum = 3 # x', { quorum: { quorum: 3, hysteresis: 0 } }],
    ['quorum_down = "/bin/down -x"', { quorum: { down: ['/bin/down', '-x'] } }],
    ['fallback=127.0.0.1:http masq', { fallbacks: [{ address: '127.0.0.1', port: 80, forward: 'masq' }] }],
  ])('%s', (line, expected) => {
    expect(configOf(`${virtual}\t${line}\n`).virtuals[0]).toMatchObject(expected);
  });

  it.each([
    'checktype=CONNECT',
    'ops=1',
    'quiescent=on',
    'quiescent=true',
    'cleanstop=YES',
    'netmask=24',
    'protocol=TCP',
    'protocol=fwm',
    'receive=""',
    'checkport=http',
    'fallback=127.0.0.1:80 gate 5',
    'real=10.0.0.9:80',
    'real=10.0.0.9:80 gate 1 "a", "b" c',
    'real=10.0.0.9:80 gate 1 l:1 u:2 3',
    'request="a',
    'smtp="x"',
  ])('not %s', (line) => expect(errorLines(parseCfText(`${virtual}\t${line}\n`))).toHaveLength(1));

  it.each([
    ['virtual=10.0.0.1', { kind: 'fwmark', family: 'inet', fwmark: 10 }],
    ['virtual6=7', { kind: 'fwmark', family: 'inet6', fwmark: 7 }],
    ['virtual6=[fd00:0::1]:80', { kind: 'address', protocol: 'tcp', address: 'fd00::1', port: 80 }],
    ['virtual6=six.example.org:80', { kind: 'address', protocol: 'tcp', address: '2001:db8::6', port: 80 }],
    ['virtual = 10.0.0.1:domain # x', { kind: 'address', protocol: 'udp', address: '10.0.0.1', port: 53 }],
  ])('%s', (line, id) => expect(configOf(`${line}\n`).virtuals[0]?.id).toEqual(id));
});

describe('what stock refuses for trivia', () => {
  it.each([
    ['a blank line inside a block', `${virtual}\n\tservice=https\n`],
    ['an indent of three', `${virtual}   service=https\n`],
    ['CR LF', `${virtual}\tservice=https\n\tquiescent=no\n`.replaceAll('\n', '\r\n')],
    ['a byte order mark', `\uFEFF${virtual}\tservice=https\n`],
    ['a comment after no', `quiescent=no # x\n${virtual}\tservice=https\n`],
    ['an indented global', `  quiescent=no\n${virtual}\tservice=https\n`],
    ['an indented block', `  ${virtual}\tservice=https\n`],
    ['a string without quotes', `${virtual}\tservice=https\n\treceive=ok\n`],
    ['blanks on an empty line', `${virtual}     \n\tservice=https\n`],
  ])('%s is taken with a warning', (_, text) => {
    const result = parseCfText(text);
    expect(errorLines(result)).toEqual([]);
    expect(warningLines(result).join('\n')).toMatch(/share this (line|file) with ldirectord/);
    expect(result.config?.virtuals).toMatchObject([{ service: 'https', quiescent: false }]);
  });
});

describe('globals', () => {
  it('hold wherever they stand, the last one wins', () => {
    const text = `checkinterval=3\n${virtual}quiescent=yes\ncheckinterval=4\nautoreload=yes\nlogfile="/var/log/x"\n`;
    const config = configOf(text);
    expect(config.virtuals[0]).toMatchObject({ checkintervalMs: 4000, quiescent: true });
    expect(config).toMatchObject({ autoreload: true, log: { file: '/var/log/x' } });
  });
  it('indented after a block belong to it where they can', () => {
    const result = parseCfText(`${virtual}\n  checktimeout=3\n`);
    expect(result.config?.virtuals[0]?.checktimeoutMs).toBe(3000);
    expect(warningLines(result)).toHaveLength(2);
  });
  it('indented by less than four columns are globals where they cannot', () => {
    const result = parseCfText(`${virtual}  autoreload=yes\n  service=http\n`);
    expect(result.config?.autoreload).toBe(true);
    expect(result.config?.virtuals[0]?.service).toBe('http');
  });
});

describe('lines after a global', () => {
  it('are no part of the block before it', () => {
    expect(errorLines(parseCfText(`${virtual}checktimeout=3\n\tservice=http\n`))).toEqual([
      '4:2: Cannot read config: expected a global directive (one of a virtual service stands in its block, four columns in), got "service"',
    ]);
  });
});
