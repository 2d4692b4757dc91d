// biome-ignore-all lint/suspicious/noTemplateCurlyInString: parameters of a keepalived.conf look like it
// What `convert` makes of each format, read back by the parser that `check` uses.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { convert, type Format, formatOf } from '../../../src/config/convert/convert.ts';
import type { SourceFile } from '../../../src/config/convert/keepalived/lines.ts';
import { addressesOf } from '../../../src/config/convert/keepalived/targets.ts';
import { convertedText, noFiles } from '../../make/conversion.ts';
import { errorLines, parseCfText, parseYamlText } from '../../make/environment.ts';
import { ofConfig } from '../ldirectord/stock.ts';

/** Grades have a test of their own. */
function converted(text: string, format: Format = 'keepalived', sources = noFiles) {
  const { notes, ...rest } = convertedText(text, format, sources);
  return { ...rest, notes: notes.map((note) => note.replace(/: (harmless|look|dangerous): /, ': ')) };
}

/** The servers of a service written with these lines. */
const reals = (lines: string, sources = noFiles) => {
  const text = `virtual_server 10.0.0.1 80 {\nprotocol TCP\nlb_algo rr\n${lines}\n}`;
  const { config } = converted(text, 'keepalived', sources);
  return config.virtuals[0]?.reals.map(({ address, port }) => `${address}:${port}`);
};

describe("keepalived's language", () => {
  it('puts parameters in at their use, again and again, and leaves unknown ones', () => {
    const text = 'real_server ${NET}.1 80\n$SUB=2\nreal_server ${NET}.1 80';
    expect(reals(`$NET=10.1.\${SUB}\n$SUB=0\n${text}`)).toEqual(['10.1.0.1:80', '10.1.2.1:80']);
    expect(converted('virtual_server ${NONE} 80 {\n}').notes[0]).toMatch(
      /^old:1: virtual_server .*names no service/,
    );
  });

  it('takes a definition of several lines, with one inside another', () => {
    const inner = '$RS= \\\n real_server 10.0.1.${N} 80 { \\\n  weight 2 \\\n }\n';
    expect(reals(`${inner}$TWO= \\\n $N=1 \\\n $RS \\\n $N=2 \\\n $RS\n\n$TWO`)).toEqual([
      '10.0.1.1:80',
      '10.0.1.2:80',
    ]);
  });

  it('goes on with a definition behind a comment', () => {
    const text =
      '$RS= \\\n real_server 10.0.1.1 80 { \\\n  weight 2 # two \\\n }\n$RS\nreal_server 10.0.1.2 80';
    expect(reals(text)).toEqual(['10.0.1.1:80', '10.0.1.2:80']);
  });

  it('keeps a line with @id for that id only, and one with @^id for the others', () => {
    const lines =
      '@main real_server 10.0.1.1 80\n@spare real_server 10.0.1.2 80\n@^main real_server 10.0.1.3 80';
    expect(reals(lines)).toEqual(['10.0.1.1:80']);
    expect(reals(lines, { ...noFiles, id: 'spare' })).toEqual(['10.0.1.2:80', '10.0.1.3:80']);
  });

  it.each([
    ['~SEQ(N, 1, 3)', ['1', '2', '3']],
    ['~SEQ(N, 3)', ['1', '2', '3']],
    ['~SEQ(N, 5, -2, 1)', ['5', '3', '1']],
    ['~SEQ(N, 8, 2, 12)', ['8', '10', '12']],
    ['~LST(N, 7, 9)', ['7', '9']],
  ])('repeats a line with %s', (block, wanted) => {
    expect(reals(`${block} real_server 10.0.1.\${N} 80`)).toEqual(wanted.map((n) => `10.0.1.${n}:80`));
  });

  it('counts in hexadecimal with ~SEQx, and sets two names at once with ~LST', () => {
    const group = 'virtual_server_group G {\n~SEQx(N, 0x9, 0xb) fd00::${N} 80\n}\n';
    const { config } = converted(
      `${group}virtual_server group G {\nprotocol TCP\nlb_algo rr\nreal_server fd00::1 80\n}`,
    );
    expect(config.virtuals.map(({ id }) => 'address' in id && id.address)).toEqual([
      'fd00::9',
      'fd00::a',
      'fd00::b',
    ]);
    const rows = '~LST({A, P}, {1, 81}, {2, 82}) real_server 10.0.1.${A} ${P}';
    expect(reals(rows)).toEqual(['10.0.1.1:81', '10.0.1.2:82']);
  });

  it('reads braces on one line, on the next line, and comments outside quotes only', () => {
    const text = 'vrrp_instance a\n{\ninterface eth0 # here\nvirtual_router_id 3 ! there\n';
    const rest =
      'unicast_peer { 10.0.0.2 }\nvirtual_ipaddress { 10.0.0.9/24 }\nnotify "/bin/echo \\"a # b\\""\n}';
    const { config } = converted(text + rest);
    expect(config.vrrp[0]?.unicastPeers).toEqual(['10.0.0.2']);
    expect(config.vrrp[0]?.notify).toEqual({ every: { command: ['/bin/echo', 'a # b'] } });
  });

  it('follows includes, names their lines, and ends where a file includes itself', () => {
    const part: SourceFile = { file: 'part', text: '\nfrobnicate\ninclude part' };
    const { notes } = converted('include *.conf\ninclude none', 'keepalived', {
      ...noFiles,
      include: (pattern) => (pattern === 'none' ? [] : [part]),
    });
    expect(notes.slice().sort()).toEqual([
      'old:2: include none: no file that can be read',
      'part:2: frobnicate: left out, as keepalived is not known to have such a word',
      'part:3: include part: left out, as it is being read',
    ]);
  });

  it('never throws', () => {
    const pieces = fc.constantFrom(
      ...[
        'virtual_server 10.0.0.1 80',
        '{',
        '}',
        '\n',
        '$A=',
        '$A',
        '${A}',
        '\\\n',
        '~SEQ(A,1,3) ',
        '~LST({A,B},{1,2}) ',
      ],
      ...[
        'real_server 10.0.0.2 80',
        'HTTP_GET',
        'url',
        'path',
        '"',
        "'",
        '#',
        '@main ',
        'vrrp_instance a',
        'include x',
      ],
      ...[
        'virtual_ipaddress',
        '10.0.0.3',
        'vrrp_sync_group g',
        'group',
        ' ',
        'weight 9999999',
        'vrrp_script s',
        'script',
      ],
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(pieces, fc.string({ maxLength: 4 })), { maxLength: 30 }), (parts) => {
        const { yaml } = convert({ file: 'old', text: parts.join('') }, 'keepalived', noFiles);
        expect(parseYamlText(yaml).problems.every(({ message }) => message.startsWith('Cannot'))).toBe(true);
      }),
      { numRuns: 400 },
    );
  });
});

describe('keepalived to a config', () => {
  const checked = (check: string, more = '') =>
    converted(
      `virtual_server 10.0.0.1 80 {\nprotocol TCP\nlb_algo rr\ndelay_loop 6\n${more}\nreal_server 10.0.0.2 80 {\n${check}\n}\n}`,
    );

  it('takes times and counts from the nearest block: retry 3 is four failures', () => {
    const { config } = checked('TCP_CHECK {\nretry 3\nconnect_port 81\n}', 'connect_timeout 2');
    expect(config.virtuals[0]).toMatchObject({
      checktype: { kind: 'connect' },
      checkintervalMs: 6000,
      checktimeoutMs: 2000,
      fall: 4,
      checkport: 81,
    });
  });

  it.each([
    ['PING_CHECK { }', { checktype: { kind: 'ping' }, fall: 2 }],
    ['SMTP_CHECK {\nhelo_name a.b\n}', { service: 'smtp', heloName: 'a.b' }],
    [
      'DNS_CHECK {\ntype AAAA\nname a.b\n}',
      { service: 'dns', fall: 4, dns: { type: 'AAAA' }, request: '/a.b' },
    ],
    ['MISC_CHECK {\nmisc_path /a/b\n}', { checktype: { kind: 'external' }, miscPath: ['/a/b'], fall: 1 }],
    [
      'MISC_CHECK {\nmisc_path /a/b\nmisc_dynamic\nuser check\n}',
      { miscPath: ['/a/b'], checkuser: 'check', miscDynamic: true },
    ],
    [
      `MISC_CHECK {\nmisc_path "/a/b -u 'c d' e"\nmisc_timeout 3\nmisc_dynamic no\n}`,
      { miscPath: ['/a/b', '-u', 'c d', 'e'], checktimeoutMs: 3000, miscDynamic: true },
    ],
    [
      'MISC_CHECK {\nmisc_path "b x"\nmisc_timeout 0\ndelay_loop 2\n}',
      { miscPath: ['/usr/bin/env', 'b', 'x'], checktimeoutMs: 6000, checkintervalMs: 2000 },
    ],
    ['MISC_CHECK {\n}', { checktype: { kind: 'on' } }],
    [
      'UDP_CHECK {\npayload 61 62\nrequire_reply 6x\n}',
      { service: 'udp', udp: { payload: '6162', requireReply: '6x' } },
    ],
    ['HTTP_GET {\nurl {\npath /x\nstatus_code 200 300-301\n}\n}', { service: 'http', request: '/x' }],
    ['', { checktype: { kind: 'on' } }],
  ])('%s', (check, wanted) => {
    expect(checked(check).config.virtuals[0]).toMatchObject(wanted);
  });

  it('takes tunnels of real servers and of the sorry server', () => {
    const server = (method: string) =>
      `virtual_server 10.0.0.1 80 {\nprotocol SCTP\nlb_algo rr\nlb_kind ${method}\nsorry_server 10.0.0.9 80\nreal_server 10.0.0.2 80 {\n}\n}`;
    const tunnelOf = (method: string) => {
      const { config, notes } = converted(server(method));
      const [{ reals = [], fallbacks = [], id } = expect.fail('no service')] = config.virtuals;
      expect(id).toMatchObject({ protocol: 'sctp' });
      expect(fallbacks[0]?.tunnel).toEqual(reals[0]?.tunnel);
      return {
        forward: reals[0]?.forward,
        tunnel: reals[0]?.tunnel,
        notes: notes.filter((n) => /lb_kind/.test(n)),
      };
    };
    expect(tunnelOf('TUN type gue port 6080 csum')).toEqual({
      forward: 'ipip',
      tunnel: { type: 'gue', port: 6080, checksum: 'csum' },
      notes: [],
    });
    expect(tunnelOf('TUN type gre')).toMatchObject({
      tunnel: { type: 'gre', checksum: 'nocsum' },
      notes: [],
    });
    for (const plain of ['TUN', 'TUN type ipip']) {
      expect(tunnelOf(plain)).toEqual({ forward: 'ipip', tunnel: undefined, notes: [] });
    }
    for (const wrong of ['TUN type gue', 'TUN type vxlan', 'TUN type gre port 5', 'TUN type ipip csum']) {
      expect(tunnelOf(wrong)).toMatchObject({
        tunnel: undefined,
        notes: [expect.stringContaining('makes no tunnel')],
      });
    }
    expect(tunnelOf('DR type gre')).toMatchObject({
      forward: 'gate',
      tunnel: undefined,
      notes: [expect.any(String)],
    });
  });

  it('takes the granularity of a group, and says that keepalived loses it', () => {
    const group =
      'virtual_server_group G {\n10.0.0.1 80\n}\nvirtual_server group G {\nprotocol TCP\nlb_algo rr\n';
    const { config, notes } = converted(
      `${group}persistence_timeout 60\npersistence_granularity 255.255.255.0\nreal_server 10.1.0.1 80\n}`,
    );
    expect(config.virtuals[0]).toMatchObject({ persistentSec: 60, netmaskPrefix: 24 });
    expect(notes).toHaveLength(1);
    expect(notes[0]).toMatch(/^old:8: persistence_granularity: taken/);
  });

  it('takes the quorum with its programs, corrected as keepalived corrects it', () => {
    const quorum = (more: string) => {
      const { config, notes } = checked('weight 4', more);
      return { quorum: config.virtuals[0]?.quorum, notes: notes.filter((each) => /quorum|hyst/.test(each)) };
    };
    const programs = 'quorum_up "/bin/up -x" bird\nquorum_down /bin/down bird';
    expect(quorum(`quorum 3\nhysteresis 1\n${programs}`)).toEqual({
      quorum: { quorum: 3, hysteresis: 1, up: ['/bin/up', '-x'], down: ['/bin/down'], user: 'bird' },
      notes: [],
    });
    expect(quorum('quorum 1')).toEqual({ quorum: undefined, notes: [] });
    expect(quorum('quorum 9\nhysteresis 7')).toEqual({
      quorum: { quorum: 4, hysteresis: 3 },
      notes: [
        'old:5: quorum 9: 4, as keepalived makes of it',
        'old:6: hysteresis 7: 3, as keepalived makes of it',
      ],
    });
    expect(quorum('quorum 2\nquorum_up /a x\nquorum_down /b y z').notes).toEqual([
      'old:7: quorum_down: as user x, as both programs run as one',
    ]);
  });

  it('names what it cannot say, with the line', () => {
    const { notes } = checked('weight 70000\nnotify_up /x', 'omega\nsorry_server_inhibit');
    expect(notes).toContain(
      'old:6: sorry_server_inhibit: left out, as keepalived wants it behind a sorry_server',
    );
    expect(notes.some((note) => note.startsWith('old:7: weight 70000: 65535'))).toBe(true);
  });

  it('takes names of servers and peers, which keepalived skips, and says so', () => {
    const router = 'vrrp_instance a {\ninterface eth0\nvirtual_router_id 1\nvirtual_ipaddress { 10.0.0.9 }';
    const { config, notes } = converted(
      `${router}\nunicast_peer {\nlvs2.example.com\n}\n}
virtual_server 10.0.0.1 80 {\nreal_server web.example.com 80\nreal_server 10.0.0.300 80\n}`,
    );
    expect(config.virtuals[0]?.namedReals).toMatchObject([{ name: 'web.example.com', port: 80 }]);
    expect(config.vrrp[0]?.peerNames).toEqual([{ name: 'lvs2.example.com' }]);
    expect(notes.filter((note) => /taken|left out/.test(note))).toEqual([
      'old:6: unicast_peer lvs2.example.com: taken, though keepalived skips a name',
      'old:10: real_server web.example.com 80: taken, though keepalived skips a name',
      'old:11: real_server 10.0.0.300 80: left out, as 10.0.0.300 is no address',
    ]);
  });

  it('keeps no_track of addresses, routes and rules', () => {
    const { config, notes } = converted(`vrrp_instance a {
interface eth0
virtual_router_id 1
virtual_ipaddress {
10.0.0.9/24 dev eth1 no_track
}
virtual_routes {
10.1.0.0/16 dev eth2 no_track
10.2.0.0/16 dev eth2
}
virtual_rules {
from 10.0.0.9 table 7 no_track
}
}`);
    const [router] = config.vrrp;
    expect(router?.virtualAddresses).toMatchObject([{ device: 'eth1', track: false }]);
    expect(router?.virtualRoutes?.map(({ track }) => track)).toEqual([false, undefined]);
    expect(router?.virtualRules).toMatchObject([{ track: false }]);
    expect(notes.filter((note) => note.includes('virtual_'))).toEqual([]);
  });

  it('starts from the defaults of keepalived: udp, wlc, masq, version 2', () => {
    const { config } = converted('virtual_server 10.0.0.1 80 {\nreal_server 10.0.0.2 80\n}');
    expect(config.virtuals[0]).toMatchObject({
      id: { protocol: 'udp' },
      scheduler: 'wlc',
      reals: [{ forward: 'masq' }],
    });
  });

  it('drops nopreempt beside state MASTER, and a password of version 3', () => {
    const instance = (more: string) =>
      converted(
        `vrrp_instance a {\ninterface eth0\nvirtual_router_id 1\n${more}\nvirtual_ipaddress { 10.0.0.9 }\n}`,
      );
    const auth = 'authentication {\nauth_type PASS\nauth_pass 123456789\n}';
    expect(instance(`nopreempt\n${auth}`).config.vrrp[0]).toMatchObject({
      preempt: false,
      authPass: '12345678',
    });
    expect(instance('nopreempt\nstate MASTER').config.vrrp[0]?.preempt).toBe(true);
    expect(instance(`version 3\n${auth}`).notes[0]).toContain('authentication: left out');
  });

  it.each([
    ['10.0.0.8', '10.0.0.8'],
    ['10.0.0.8-10', '10.0.0.8-10'],
    ['fd00::9-a', 'fd00::9-a'],
    ['10.0.0.4/30', '10.0.0.4-10.0.0.7'],
    ['10.0.0.4/32', '10.0.0.4'],
    ['10.0.0.9-x', undefined],
    ['web', undefined],
  ])('reads the range %s of a group', (text, wanted) => {
    expect(addressesOf(text)).toEqual(wanted);
  });
});

it('keepalived.conf: a service of a mark is told that the daemon could set it', () => {
  const { config, notes } = converted(
    'virtual_server fwmark 9 {\nlb_algo rr\nlb_kind NAT\nreal_server 10.1.0.1\n}',
  );
  expect(config.virtuals[0]?.id).toEqual({ kind: 'fwmark', family: 'inet', fwmark: 9 });
  expect(notes.filter((note) => note.includes('marks'))).toEqual([
    'old:1: fwmark 9: set by your firewall as before; with marks beside it, by the daemon itself',
  ]);
});

describe('keepalived.conf: a group', () => {
  const group = 'virtual_server_group G {\n10.0.0.1 80\n10.0.0.4-6 8080\nfwmark 7\nnonsense\n}\n';
  const server =
    'virtual_server group G {\nprotocol TCP\nlb_algo rr\nlb_kind NAT\nreal_server 10.1.0.1 80 {\n}\n}';

  it('is one entry with addresses', () => {
    const { yaml, config, notes } = converted(`${group}${server}`);
    expect(yaml.match(/addresses:/g)).toHaveLength(1);
    expect(yaml).toContain('10.0.0.4-6:8080');
    expect(config.virtuals).toHaveLength(5);
    expect(notes).toEqual(['old:5: nonsense: left out, as it is no address, range or mark']);
  });

  it('of one address is that address', () => {
    expect(converted(`virtual_server_group G {\n10.0.0.1 80\n}\n${server}`).yaml).toContain(
      'address: 10.0.0.1:80',
    );
  });
});

const samples = '/usr/share/doc/keepalived/samples';
const sampleFiles = existsSync(samples) ? readdirSync(samples).filter((name) => name.includes('.conf.')) : [];

describe.skipIf(sampleFiles.length === 0)(
  "Debian's samples (skipped where its package keepalived is absent)",
  () => {
    it.each(sampleFiles)('%s converts to what check accepts', (name) => {
      const file = join(samples, name);
      const { yaml } = convert({ file, text: readFileSync(file, 'utf8') }, 'keepalived', {
        ...noFiles,
        id: 'high',
      });
      const result = parseYamlText(yaml);
      expect(errorLines(result)).toEqual([]);
      expect((result.config?.virtuals.length ?? 0) + (result.config?.vrrp.length ?? 0)).toBeGreaterThan(0);
    });
  },
);

describe('ipvsadm -Sn', () => {
  it('takes every option that the config knows, without checks', () => {
    const text = `-A -t 10.0.0.1:80 -s sh -p 300 -M 255.255.255.0 -b sh-port
-a -t 10.0.0.1:80 -r 10.0.0.2:81 -m -w 7 -x 20 -y 10
-A -u [fd00::1]:53 -s rr -o
-A -f 5 -6 -s wlc
-a -f 5 -6 -r [fd00::2]:0 -i -w 1 --tun-type gue --tun-port 6080 --tun-remcsum
-a -f 5 -6 -r [fd00::3]:0 -i -w 1 --tun-type ipip
`;
    const { config, notes } = converted(text, formatOf({ file: 'save', text }));
    expect(config.virtuals).toMatchObject([
      {
        scheduler: 'sh',
        schedFlags: ['sh-port'],
        persistentSec: 300,
        netmaskPrefix: 24,
        checktype: { kind: 'on' },
        reals: [
          {
            address: '10.0.0.2',
            port: 81,
            forward: 'masq',
            weight: 7,
            upperThreshold: 20,
            lowerThreshold: 10,
          },
        ],
      },
      { id: { protocol: 'udp', address: 'fd00::1' }, ops: true },
      {
        id: { kind: 'fwmark', family: 'inet6', fwmark: 5 },
        reals: [
          { forward: 'ipip', port: 0, tunnel: { type: 'gue', port: 6080, checksum: 'remcsum' } },
          { address: 'fd00::3', forward: 'ipip' },
        ],
      },
    ]);
    expect(config.virtuals[2]?.reals[1]).not.toHaveProperty('tunnel');
    expect(notes).toEqual([]);
  });
});

describe('ldirectord.cf', () => {
  it('means the same as YAML', () => {
    const text = readFileSync(join(import.meta.dirname, '../../../etc/ldirectord.cf'), 'utf8');
    const before = parseCfText(text, { director: 'lvs1' }).config;
    const { config } = converted(text, formatOf({ file: 'a.cf', text }));
    expect(before && ofConfig(config)).toEqual(before && ofConfig(before));
    expect(config.vrrp.map(({ at: _, ...each }) => each)).toEqual(
      before?.vrrp.map(({ at: _, ...each }) => each),
    );
  });
});
