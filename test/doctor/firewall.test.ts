// Rulesets as nft and iptables-save print them, and where a packet ends in them. Of what depends on something unknown
// nothing is said: the table has pairs that differ in that alone.
import { describe, expect, it } from 'vitest';
import { examine } from '../../src/doctor/examine.ts';
import { parseIptablesSave } from '../../src/doctor/firewall/iptables-save.ts';
import { parseNftRuleset } from '../../src/doctor/firewall/nft-json.ts';
import { dropperOf, type Packet, translates } from '../../src/doctor/firewall/verdict.ts';
import { ip } from '../../src/net/ip.ts';
import { doctorFacts, vip } from '../make/doctor-facts.ts';

const toService: Packet = {
  ...{ family: 'ip', protocol: 6, daddr: vip, dport: 80, iif: 'eth0', state: 'new' },
};

const match = (left: unknown, right: unknown, op = '==') => ({ match: { op, left, right } });
const payload = (protocol: string, field: string) => ({ payload: { protocol, field } });
const meta = (key: string) => ({ meta: { key } });
const state = { ct: { key: 'state' } };

/** One chain `input` of that policy, with those rules; and what else stands in the table. */
const nft = (policy: string, rules: readonly (readonly unknown[])[], ...more: readonly unknown[]) =>
  JSON.stringify({
    nftables: [
      { metainfo: { json_schema_version: 1 } },
      {
        chain: { family: 'inet', table: 'f', name: 'input', type: 'filter', hook: 'input', prio: 0, policy },
      },
      ...rules.map((expr) => ({ rule: { family: 'inet', table: 'f', chain: 'input', expr } })),
      ...more,
    ],
  });
const sub = (...expr: readonly unknown[]) => [
  { chain: { family: 'inet', table: 'f', name: 'sub' } },
  { rule: { family: 'inet', table: 'f', chain: 'sub', expr } },
];
const established = [match(state, ['established', 'related'], 'in'), { accept: null }];
const web = [match(payload('tcp', 'dport'), { set: [443, { range: [70, 90] }] }), { accept: null }];
const named = { set: { family: 'inet', table: 'f', name: 'vips', elem: ['10.7.0.240'] } };

describe('nft', () => {
  it.each([
    ['drops by policy', nft('drop', []), true],
    ['accepts by policy', nft('accept', []), false],
    ['does not accept what is established', nft('drop', [established]), true],
    ['accepts a port of a set', nft('drop', [web]), false],
    ['drops a port', nft('accept', [[match(payload('tcp', 'dport'), 80), { drop: null }]]), true],
    [
      'rejects',
      nft('accept', [[match(payload('th', 'dport'), 80), { reject: { type: 'tcp reset' } }]]),
      true,
    ],
    ['drops another port', nft('accept', [[match(payload('tcp', 'dport'), 81), { drop: null }]]), false],
    ['drops a port of udp', nft('accept', [[match(payload('udp', 'dport'), 80), { drop: null }]]), false],
    [
      'accepts some clients',
      nft('drop', [[match(payload('ip', 'saddr'), '10.0.0.1'), { accept: null }]]),
      false,
    ],
    [
      'drops some clients',
      nft('accept', [[match(payload('ip', 'saddr'), '10.0.0.1'), { drop: null }]]),
      false,
    ],
    ['accepts on lo', nft('drop', [[match(meta('iifname'), 'lo'), { accept: null }]]), true],
    ['accepts on eth*', nft('drop', [[match(meta('iifname'), 'eth*'), { accept: null }]]), false],
    ['drops all but lo', nft('accept', [[match(meta('iifname'), 'lo', '!='), { drop: null }]]), true],
    [
      'accepts a network',
      nft('drop', [
        [match(payload('ip', 'daddr'), { prefix: { addr: '10.7.0.0', len: 24 } }), { accept: null }],
      ]),
      false,
    ],
    [
      'accepts a named set',
      nft('drop', [[match(payload('ip', 'daddr'), '@vips'), { accept: null }]], named),
      false,
    ],
    [
      'accepts a set that nobody knows',
      nft('drop', [[match(payload('ip', 'daddr'), '@others'), { accept: null }]]),
      false,
    ],
    ['jumps to what accepts', nft('drop', [[{ jump: { target: 'sub' } }]], ...sub(...web)), false],
    ['jumps to what drops', nft('accept', [[{ jump: { target: 'sub' } }]], ...sub({ drop: null })), true],
    [
      'jumps to what comes back',
      nft('drop', [[{ jump: { target: 'sub' } }]], ...sub({ return: null })),
      true,
    ],
    [
      'jumps for some to what accepts',
      nft(
        'drop',
        [[match(payload('ip', 'saddr'), '10.0.0.1'), { jump: { target: 'sub' } }]],
        ...sub({ accept: null }),
      ),
      false,
    ],
    [
      'has a map',
      nft(
        'drop',
        [
          [
            {
              vmap: {
                key: state,
                data: {
                  set: [
                    ['established', { accept: null }],
                    ['new', { jump: { target: 'sub' } }],
                  ],
                },
              },
            },
          ],
        ],
        ...sub(...web),
      ),
      false,
    ],
    [
      'has a map that drops',
      nft('accept', [
        [
          {
            vmap: {
              key: payload('tcp', 'dport'),
              data: {
                set: [
                  [22, { accept: null }],
                  [80, { drop: null }],
                ],
              },
            },
          },
        ],
      ]),
      true,
    ],
    ['has an expression that nobody knows', nft('drop', [[{ xt: null }, { accept: null }]]), false],
    ['counts, and goes on', nft('drop', [[{ counter: { packets: 1, bytes: 2 } }]]), true],
    ['is of IPv6 only', nft('accept', [[match(meta('nfproto'), 'ipv6'), { drop: null }]]), false],
  ] as const)('%s', (_, text, isDropped) => {
    expect(dropperOf(parseNftRuleset(text) ?? [], 'input', toService) !== undefined).toBe(isDropped);
  });
  it('is nothing where it prints something else', () => {
    expect(parseNftRuleset('nft: no')).toBeUndefined();
  });
});

const saved = (policy: string, ...rules: readonly string[]) =>
  `*filter\n:INPUT ${policy} [0:0]\n:own - [0:0]\n${rules.map((rule) => `-A ${rule}\n`).join('')}COMMIT\n`;

describe('iptables', () => {
  it.each([
    [saved('DROP'), true],
    [saved('ACCEPT'), false],
    [saved('DROP', 'INPUT -p tcp -m tcp --dport 80 -j ACCEPT'), false],
    [saved('DROP', 'INPUT -p tcp -m multiport --dports 443,70:90 -j ACCEPT'), false],
    [saved('DROP', 'INPUT -p udp -m udp --dport 80 -j ACCEPT'), true],
    [
      saved('DROP', 'INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT', 'INPUT -i lo -j ACCEPT'),
      true,
    ],
    [saved('DROP', 'INPUT -s 10.0.0.0/8 -p tcp -j ACCEPT'), false],
    [saved('ACCEPT', 'INPUT -j REJECT --reject-with icmp-host-prohibited'), true],
    [saved('ACCEPT', 'INPUT -s 10.0.0.0/8 -j DROP'), false],
    [
      saved(
        'ACCEPT',
        'INPUT ! -i lo -m comment --comment "all -j ACCEPT" -j own',
        'own -d 10.7.0.240/32 -j DROP',
      ),
      true,
    ],
    [saved('DROP', 'INPUT -j own', 'own -p tcp -g own', 'own -j RETURN'), false],
    [saved('DROP', 'INPUT -p tcp -m tcp --dport 80 -m recent --name x --rsource -j ACCEPT'), false],
    [saved('DROP', 'INPUT -p tcp -m tcp --tcp-flags FIN,SYN,RST,ACK SYN -j LOG --log-prefix "a b"'), true],
  ])('%#: %s', (text, isDropped) => {
    expect(dropperOf(parseIptablesSave(text, 'ip'), 'input', toService) !== undefined).toBe(isDropped);
    expect(dropperOf(parseIptablesSave(text, 'ip6'), 'input', toService)).toBeUndefined();
  });
  it('has other sources for some, for all and for none', () => {
    const nat = (rule: string) =>
      parseIptablesSave(`*nat\n:POSTROUTING ACCEPT [0:0]\n:docker - [0:0]\n-A ${rule}\nCOMMIT\n`, 'ip');
    const packet = { family: 'ip', protocol: 17, saddr: ip('10.8.0.2') } as const;
    expect(translates(nat('POSTROUTING -s 10.8.0.0/24 -j MASQUERADE'), packet)).toBe('yes');
    expect(translates(nat('POSTROUTING -s 10.9.0.0/24 -j MASQUERADE'), packet)).toBe('no');
    expect(translates(nat('POSTROUTING -o eth0 -j SNAT --to-source 1.2.3.4'), packet)).toBe('maybe');
    expect(translates(nat('POSTROUTING -j ACCEPT'), packet)).toBe('no');
  });
});

describe('what the firewall drops of a director', () => {
  const named = (text: string) =>
    examine(
      doctorFacts({
        ruleset: [...(doctorFacts().ruleset ?? []), ...parseIptablesSave(text, 'ip')],
      }),
    ).findings.map(({ name, command }) => `${name}: ${command}`);
  const forward = (...rules: readonly string[]) =>
    `*filter\n:FORWARD DROP [0:0]\n${rules.map((rule) => `-A FORWARD ${rule}\n`).join('')}COMMIT\n`;
  it('is said of answers, which are no answers to the tracking of connections', () => {
    const mend = 'firewall-drops-answers: iptables -I FORWARD -s 10.8.0.2 -p tcp --sport 8080 -j ACCEPT';
    expect(named(forward())).toEqual([mend]);
    expect(named(forward('-m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT'))).toEqual([mend]);
    expect(named(forward('-s 10.8.0.2 -p tcp --sport 8080 -j ACCEPT'))).toEqual([]);
  });
  it('is said of adverts, both ways', () => {
    expect(named('*filter\n:OUTPUT ACCEPT [0:0]\n-A OUTPUT -p vrrp -j DROP\nCOMMIT\n')).toEqual([
      'firewall-drops-vrrp: iptables -I OUTPUT -p 112 -j ACCEPT',
    ]);
    expect(named('*filter\n:INPUT ACCEPT [0:0]\n-A INPUT -d 224.0.0.0/4 -j DROP\nCOMMIT\n')).toEqual([
      'firewall-drops-vrrp: iptables -I INPUT -p 112 -j ACCEPT',
    ]);
  });
});
