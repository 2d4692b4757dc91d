// vrrp_instance, vrrp_sync_group, static_* and what is tracked, with all the words that convert knows of them.
import fc from 'fast-check';
import {
  all,
  bare,
  decimal,
  flag,
  inside,
  type Keys,
  leaf,
  lines,
  maybe,
  mostly,
  type Node,
  number,
  one,
  shuffled,
  some,
  words,
} from './blocks.ts';

const device = mostly(one('eth0', 'eth0', 'eth1', 'eth2'), one('eth9', 'lo'), 40);
const program = mostly(
  one('/bin/true', '"/bin/true one \'two three\'"', "'/bin/true -x'"),
  one('/nowhere/program', '"/bin/true x" nobody', 'true'),
  6,
);
const announcing: Keys = {
  garp_master_delay: number(0, 60),
  garp_master_repeat: number(1, 9),
  garp_master_refresh: number(0, 60),
  garp_master_refresh_repeat: number(1, 9),
  garp_interval: decimal('0', '0.5', '1'),
  gna_interval: decimal('0', '0.5'),
  garp_lower_prio_repeat: number(0, 5),
};
const globally = (keys: Keys): Keys =>
  Object.fromEntries(Object.entries(keys).map(([key, value]) => [`vrrp_${key}`, value]));

export const globals = inside(
  one('global_defs'),
  some(
    {
      ...globally(announcing),
      router_id: one('LVS', '"a name"'),
      vrrp_version: mostly(one('2', '3'), number(2, 3), 4),
      vrrp_min_garp: flag,
      vrrp_strict: bare,
      vrrp_mcast_group4: mostly(one('224.0.0.19', '224.0.1.7'), one('10.0.0.1', 'x'), 6),
      vrrp_mcast_group6: one('ff02::13'),
      default_interface: one('eth0', 'eth1'),
      lvs_timeouts: one('tcp 900 udp 300', 'tcpfin 30', 'tcp 0', 'tcp x udp 9'),
      script_user: one('root', 'nobody'),
      vrrp_startup_delay: decimal('0', '3'),
      smtp_server: one('127.0.0.1', '192.0.2.25 25'),
      smtp_alert: flag,
      max_auto_priority: one('', '9'),
      vrrp_skip_check_adv_addr: flag,
      vrrp_lower_prio_no_advert: flag,
      vrrp_check_unicast_src: bare,
      vrrp_down_timer_adverts: number(1, 100),
      checker_log_all_failures: flag,
      lvs_sync_daemon: mostly(
        one('eth0 VI_1', 'eth1 inst VI_2 id 7', 'eth0', 'eth1 VI_1 9', 'eth0 A maxlen 1400 port 8849'),
        one(
          ...['eth0 VI_9', 'eth0 inst B id 256 ttl 3', 'eth0 id 0 group 224.0.0.90', 'eth0 VI_2 x'],
          ...['eth1 inst A group 10.0.0.1 ttl 0', 'eth0 id 4 VI_1', 'eth1 port 0 maxlen 99999 inst VI_1'],
        ),
        2,
      ),
      nonsense: one('', '1'),
    },
    4,
  ),
);

const address = (usual: readonly string[], odd: readonly string[]) =>
  words(
    mostly(one(...usual), one(...odd), 15),
    mostly(
      one(''),
      one(
        'dev eth0',
        'dev eth1',
        'label eth0:1',
        'brd +',
        'brd 192.0.2.255',
        'scope link',
        'no_track',
        'nonsense',
        'dev eth1 scope host label eth1:x',
        'brd -',
        'dev eth9',
        'home',
        'preferred_lft 0',
      ),
      2,
    ),
  );
const vips = ['192.0.2.1', '192.0.2.2/24', '192.0.2.3', '192.0.2.4/32', '192.0.2.5/25', '198.51.100.1'];
const vips6 = ['fe80::5/64', '2001:db8::5/64', '2001:DB8:0::6', '2001:db8::7/128'];
const oddVips = [
  '192.0.2.9/33',
  '192.0.2.300',
  'x',
  '192.0.2.8/0',
  '2001:db8::9',
  '192.0.2.10/24/3',
  '127.0.0.9',
];

const routes = lines(
  one(
    ...[
      '198.51.100.0/24 via 192.0.2.254',
      '198.51.100.0/25 via 192.0.2.254 dev eth0 table 100 metric 5',
      'blackhole 203.0.113.0/24',
    ],
    ...[
      'default via 192.0.2.253 dev eth0 src 192.0.2.3 onlink',
      '203.0.113.9 dev eth1 scope link',
      'unreachable 203.0.113.128/25',
    ],
    ...[
      'src 192.0.2.1 to 198.51.100.0/26 via 192.0.2.254',
      '198.51.100.64/26 gw 192.0.2.254 no_track',
      '198.51.100.96/27 via 192.0.2.254 mtu 1400 proto static',
    ],
    ...[
      '198.51.100.128/25 nexthop via 192.0.2.254 dev eth0',
      '2001:db8:9::/48 dev eth0',
      '198.51.100.200/29 via 192.0.2.254 metric x',
    ],
  ),
  2,
);
const rules = lines(
  one(
    ...[
      'from 192.0.2.3 lookup 100 priority 1000',
      'to 203.0.113.0/24 iif eth0 table main preference 1001',
      'from 192.0.2.0/24 table 100',
    ],
    ...[
      'fwmark 3 lookup 100',
      'from all to 198.51.100.0/24 lookup 7',
      'from 192.0.2.9 blackhole',
      'from 192.0.2.4 lookup 100 no_track',
      'from 2001:db8::/32 table 5',
    ],
  ),
  2,
);
const weight = mostly(
  one('', '', 'weight 5', 'weight -9'),
  one('weight 254', 'weight -253', 'weight 3 reverse', 'weight 0', 'reverse', 'weight x', 'nonsense'),
  5,
);
const tracked = (key: string, names: readonly string[]) =>
  inside(one(key), lines(words(mostly(one(...names), one('unknown'), 12), weight), 2));

export const trackers = [
  tracked('track_interface', ['eth1', 'eth2', 'eth0']),
  tracked('track_script', ['up', 'down']),
  tracked('track_file', ['quota', 'load']),
  tracked('track_process', ['web', 'db']),
] as const;

const notifying: Keys = {
  notify_master: program,
  notify_backup: program,
  notify_fault: program,
  notify_stop: program,
  notify: program,
  smtp_alert: flag,
};

const keys: Keys = {
  ...announcing,
  ...notifying,
  version: mostly(one('2', '3'), number(2, 3), 5),
  priority: number(1, 255),
  advert_int: decimal('1', '3', '0.5', '0.1', '40', '2'),
  state: one('MASTER', 'BACKUP', 'BACKUP', 'master'),
  nopreempt: flag,
  preempt: bare,
  preempt_delay: decimal('0', '5', '30', '0.5', '1000'),
  strict_mode: flag,
  accept: bare,
  no_accept: bare,
  use_vmac: mostly(one('', '', 'vmac7', 'vmac8'), one('vrrp.51', 'vrrp6.7', 'averylonginterfacename'), 5),
  vmac_xmit_base: bare,
  unicast_src_ip: mostly(one('192.0.2.10', '192.0.2.10/24'), one('x', '2001:db8::a'), 6),
  mcast_src_ip: mostly(one('192.0.2.10', '192.0.2.10/24'), one('x', '2001:db8::a'), 6),
  mcast_dst_ip: one('224.0.0.20', '10.0.0.1'),
  dont_track_primary: bare,
  lvs_sync_daemon_interface: one('eth0'),
  v3_checksum_as_v2: flag,
  debug: number(0, 4),
  skip_check_adv_addr: flag,
  down_timer_adverts: number(1, 100),
  linkbeat_use_polling: bare,
  kernel_rx_buf_size: number(1000, 9000),
  nonsense: one('', '1'),
};

const authentication = inside(
  one('authentication'),
  all(
    leaf('auth_type', mostly(one('PASS', 'PASS', 'AH'), one('pass', 'MD5'), 8)),
    leaf('auth_pass', mostly(one('1111', 'longerthaneight', '"a b"', 'secret#x'), one('12345678', "'q'"), 5)),
  ),
);
const peers = inside(
  one('unicast_peer'),
  lines(
    mostly(
      one('192.0.2.11', '192.0.2.12', '192.0.2.13 min_ttl 3', '192.0.2.14 min_ttl 255 max_ttl 255'),
      one('192.0.2.10', '2001:db8::b', 'x', '192.0.2.12/24', '192.0.2.15 nonsense'),
      6,
    ),
    3,
  ),
);

const instanceWith = (name: fc.Arbitrary<string>, mine: fc.Arbitrary<string>) =>
  inside(
    words(one('vrrp_instance'), name),
    shuffled(
      all(
        mostly(
          leaf('interface', device).map((node) => [node]),
          fc.constant<Node[]>([]),
          25,
        ),
        mostly(
          leaf('virtual_router_id', mostly(one('1', '7', '51', '52', '53', '99'), number(1, 255), 6)).map(
            (node) => [node],
          ),
          fc.constant<Node[]>([]),
          60,
        ),
        some(keys, 6),
        mostly(
          inside(
            one('virtual_ipaddress'),
            lines(mine, 3).filter((found) => found.length > 0),
          ).map((node) => [node]),
          fc.constant<Node[]>([]),
          15,
        ),
        maybe(inside(one('virtual_ipaddress'), lines(mine, 2)), 12),
        maybe(inside(one('virtual_ipaddress_excluded'), lines(address([...vips, ...vips6], oddVips), 2)), 4),
        maybe(inside(one('virtual_routes'), routes), 5),
        maybe(inside(one('virtual_rules'), rules), 6),
        maybe(authentication, 4),
        maybe(peers, 4),
        ...trackers.map((each) => maybe(each, 5)),
      ),
    ),
  );

const names = mostly(one('VI_1', 'VI_2', 'A', 'B'), one('"V 1"', 'VI-3'), 6);
export const instance = fc.oneof(
  { weight: 5, arbitrary: instanceWith(names, address(vips, oddVips)) },
  { weight: 1, arbitrary: instanceWith(names, address(vips6, oddVips)) },
);

export const group = inside(
  words(one('vrrp_sync_group'), one('G1', 'G2', '"G 3"')),
  shuffled(
    all(
      inside(one('group'), lines(mostly(one('VI_1', 'VI_2', 'A', 'B'), one('unknown', '"V 1"'), 6), 3)),
      some({ ...notifying, sync_group_tracking_weight: bare, global_tracking: bare, nonsense: one('') }, 2),
      maybe(trackers[0], 5),
      maybe(trackers[1], 4),
    ),
  ),
);

export const scripts = all(
  ...['up', 'down'].map((name) =>
    inside(
      one(`vrrp_script ${name}`),
      shuffled(
        all(
          leaf('script', program),
          some(
            {
              interval: decimal('1', '2', '5'),
              timeout: decimal('1', '3'),
              weight: number(-253, 253),
              rise: number(1, 9),
              fall: number(1, 9),
              user: one('root', 'nobody', 'nobody nogroup'),
              init_fail: bare,
            },
            4,
          ),
        ),
      ),
    ),
  ),
);
export const files = all(
  ...['quota', 'load'].map((name) =>
    inside(
      words(one('vrrp_track_file', 'track_file'), one(name)),
      all(leaf('file', one(`/run/lvs-nowhere-${name}`)), some({ weight: number(-254, 254) }, 2)),
    ),
  ),
);
export const processes = all(
  ...['web', 'db'].map((name) =>
    inside(
      words(one('vrrp_track_process', 'track_process'), one(name)),
      all(
        leaf('process', one('nginx', '"postgres -D x"', '/usr/sbin/nginx')),
        some(
          {
            weight: number(-254, 254),
            quorum: one('1', '2', '4'),
            quorum_max: one('5', '9'),
            param_match: one('initial', 'partial', 'x'),
            delay: decimal('0', '1'),
            terminate_delay: decimal('0', '2'),
            fork_delay: decimal('0', '1'),
            full_command: bare,
          },
          3,
        ),
      ),
    ),
  ),
);
export const statics = [
  inside(
    one('static_ipaddress'),
    lines(
      address(
        vips.map((vip) => vip.replace('192.0.2', '203.0.113')),
        oddVips,
      ),
      2,
    ),
  ),
  inside(one('static_routes'), routes),
  inside(one('static_rules'), rules),
] as const;
