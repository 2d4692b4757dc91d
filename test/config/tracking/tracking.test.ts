// What is read of tracked things and sync groups, in both grammars; and the small grammars inside.
import { describe, expect, it } from 'vitest';
import { commandWords } from '../../../src/config/values/command-words.ts';
import { parseTrackText } from '../../../src/config/values/track-text.ts';
import { parseCfText, parseYamlText, problemLines } from '../../make/environment.ts';

const routers = (ofA = '', ofB = '') => `vrrp:
  - {name: A, interface: eth0, virtual_router_id: 5, virtual_ipaddress: [10.0.0.9]${ofA}}
  - {name: B, interface: eth1, virtual_router_id: 6, virtual_ipaddress: [10.1.0.9]${ofB}}
`;

const trackersOf = (text: string, director = 'lvs1') => {
  const result = parseYamlText(text, { director });
  expect(problemLines(result)).toEqual([]);
  return result.config?.vrrp.map(({ trackers = [] }) =>
    trackers.map(({ kind, name, weight, reverse, quorum }) =>
      [kind, name, weight, ...(reverse ? ['reverse'] : []), ...(quorum === undefined ? [] : [quorum])].join(
        ' ',
      ),
    ),
  );
};

describe('a track list', () => {
  it('takes one line or a map for each, and one value for the list', () => {
    expect(
      trackersOf(
        routers(
          ', track_interface: [eth1, eth2 weight -20, eth3 weight 5 reverse, {name: eth4, weight: 7}]',
          ', track_interface: eth0',
        ),
      ),
    ).toEqual([
      ['interface eth1 0', 'interface eth2 -20', 'interface eth3 5 reverse', 'interface eth4 7'],
      ['interface eth0 0'],
    ]);
  });

  it('may differ from director to director', () => {
    const text = routers(', track_interface: {lvs1: [eth1 weight 3], lvs2: eth9}');
    expect(trackersOf(text)?.[0]).toEqual(['interface eth1 3']);
    expect(trackersOf(text, 'lvs2')?.[0]).toEqual(['interface eth9 0']);
  });

  it('takes the weight of the definition where it has none of its own', () => {
    const text = `${routers(', track_script: [web], track_file: [num], track_process: [p]', ', track_script: [web weight 1], track_file: [num weight 3]')}
vrrp_script: [{name: web, script: /bin/true, weight: -30}]
vrrp_track_file: [{name: num, file: /n}]
vrrp_track_process: [{name: p, process: nginx, weight: 4}]
`;
    expect(trackersOf(text)).toEqual([
      ['script web -30', 'file num 1', 'process p 4'],
      ['script web 1', 'file num 3'],
    ]);
  });

  it('names a virtual service by its address, its mark or its servicename', () => {
    const text = `${routers(', track_virtual: [10.0.0.9:80, shop weight -5 quorum 2, fwmark 7, "tcp 10.0.0.9:80 weight 1"]')}
virtual:
  - {address: 10.0.0.9:80, servicename: shop, real: [10.0.0.2:80 gate]}
  - {fwmark: 7, checkport: 80, service: http, real: [10.0.0.2 gate]}
`;
    expect(trackersOf(text)?.[0]).toEqual([
      'virtual tcp 10.0.0.9:80 0',
      'virtual tcp 10.0.0.9:80 -5 2',
      'virtual fwmark 7 0',
      'virtual tcp 10.0.0.9:80 1',
    ]);
  });
});

describe('a sync group', () => {
  const group = 'vrrp_sync_group: [{name: G, group: [A, B], track_interface: [eth7]}]\n';

  it('is the group of its members, who share all trackers, each once', () => {
    const text =
      routers(', track_interface: [eth2 weight 5]', ', track_interface: [eth2 weight 5, eth3]') + group;
    const all = ['interface eth2 5', 'interface eth7 0', 'interface eth3 0'];
    expect(trackersOf(text)?.map((each) => each.toSorted())).toEqual([all.toSorted(), all.toSorted()]);
    expect(parseYamlText(text).config?.vrrp.map(({ syncGroup }) => syncGroup)).toEqual(['G', 'G']);
  });

  it('of a router with both families has both of its halves', () => {
    const text = routers().replace('[10.1.0.9]', '[10.1.0.9, "fd00::9"]') + group;
    const vrrp = parseYamlText(text).config?.vrrp ?? [];
    expect(vrrp.map(({ syncGroup }) => syncGroup)).toEqual(['G', 'G', 'G']);
    expect(new Set(vrrp.map(({ trackers }) => JSON.stringify(trackers))).size).toBe(1);
  });
});

describe('definitions', () => {
  it('have their defaults: the timeout is the interval', () => {
    const { config } = parseYamlText(`${routers()}
vrrp_script:
  - {name: a, script: '/bin/check "two words" x', interval: 500ms}
  - {name: b, script: /bin/check, timeout: 3, rise: 2, fall: 4, user: nobody}
vrrp_track_process:
  - {name: p, process: nginx}
`);
    expect(config?.tracked?.scripts).toMatchObject([
      { command: ['/bin/check', 'two words', 'x'], intervalMs: 500, timeoutMs: 500, rise: 1, fall: 1 },
      { command: ['/bin/check'], intervalMs: 1000, timeoutMs: 3000, rise: 2, fall: 4, user: 'nobody' },
    ]);
    expect(config?.tracked?.processes).toMatchObject([
      { program: 'nginx', paramMatch: 'exact', quorum: 1, intervalMs: 1000 },
    ]);
  });

  it('are sections of their own in an ldirectord.cf', () => {
    const result = parseCfText(`vrrp=A
    interface=eth0
    virtual_router_id=5
    virtual_ipaddress=10.0.0.9
    track_interface=eth1, eth2 weight -20
    track_script = web weight 3 reverse
vrrp=B
    interface=eth1
    virtual_router_id=6
    virtual_ipaddress=10.1.0.9
vrrp_script = web
    script = /bin/check "two words"
    interval = 500ms
vrrp_sync_group = G
    group = A, B
`);
    expect(problemLines(result)).toEqual([]);
    expect(result.config?.tracked?.scripts[0]?.command).toEqual(['/bin/check', 'two words']);
    expect(result.config?.vrrp.map(({ syncGroup }) => syncGroup)).toEqual(['G', 'G']);
    expect(result.config?.vrrp[1]?.trackers).toMatchObject([
      { name: 'eth1', weight: 0 },
      { name: 'eth2', weight: -20 },
      { kind: 'script', name: 'web', weight: 3, reverse: true },
    ]);
  });
});

describe('notify scripts', () => {
  it('are read by state; of a router with both families the first half has them', () => {
    const text = routers(', notify_master: \'/bin/up "a b"\', notify: /bin/all').replace(
      '[10.0.0.9]',
      '[10.0.0.9, "fd00::9"]',
    );
    const { config } = parseYamlText(text);
    expect(config?.vrrp.map(({ notify }) => notify)).toEqual([
      { MASTER: { command: ['/bin/up', 'a b'] }, every: { command: ['/bin/all'] } },
      undefined,
      undefined,
    ]);
  });
});

describe('a line of a track list', () => {
  it.each([
    ['eth1', { name: 'eth1' }],
    ['web weight -20', { name: 'web', weight: '-20' }],
    ['web weight 2 reverse', { name: 'web', weight: '2', reverse: 'yes' }],
    ['fwmark 1 quorum 2 weight 3', { name: 'fwmark 1', quorum: '2', weight: '3' }],
    ['weight', { name: 'weight' }],
    ['web weight', { name: 'web weight' }],
  ])('%s', (text, parts) => expect(parseTrackText(text)).toEqual(parts));
});

describe('a command', () => {
  it.each([
    ['/bin/a', ['/bin/a']],
    ['/bin/a  b "c d" \'e "f\' g\\ h ""', ['/bin/a', 'b', 'c d', 'e "f', 'g h', '']],
    ['/bin/a "x\\"y" pre"mid"post', ['/bin/a', 'x"y', 'premidpost']],
    ['"/bin/with blank" a', ['/bin/with blank', 'a']],
    ['bin/a', undefined],
    ['', undefined],
    ['/bin/a "b', undefined],
    ["/bin/a 'b", undefined],
    ['/bin/a b\\', undefined],
  ])('%s', (text, words) => expect(commandWords(text)).toEqual(words));
});
