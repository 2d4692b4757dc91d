// Rules of the document as a whole and of virtual routers, each with a config that breaks it.
import type { ProblemCase } from './cases.ts';

const yaml = (rule: string, text: string, problem: string): ProblemCase => ({
  rule,
  grammar: 'yaml',
  text,
  problem,
});

/** A virtual router with these keys more. */
const router = (more: string) =>
  `vrrp:\n  - name: A\n    interface: eth0\n    virtual_router_id: 5\n    virtual_ipaddress: [10.0.0.9]\n    ${more}\n`;

/** An HTTP service with these keys more. */
const service = (more: string) =>
  `virtual:\n  - address: 10.0.0.1:80\n    real: [10.0.0.2:80 gate]\n    ${more}\n`;

export const documentCases: readonly ProblemCase[] = [
  yaml(
    'YAML is well formed',
    'vrrp: [1\nlog: 2',
    '2:1: Cannot parse YAML: expected well-formed text (missed comma between flow collection entries), got log: 2',
  ),
  yaml(
    'one document',
    'log: {level: info}\n---\nlog: {}\n',
    '1:1: Cannot parse YAML: expected well-formed text (expected a single document in the stream, but found more), got log: {level: info}',
  ),
  yaml(
    'a key stands once',
    'autoreload: yes\nautoreload: no\n',
    '2:1: Cannot read "autoreload": expected each key once, got it again',
  ),
  yaml(
    'a path has no zero in it, at which it would end for the kernel',
    'notify_fifo: "/run/a\\0b"\n',
    '1:14: Cannot read notify_fifo: expected an absolute path, got /run/a b',
  ),
  yaml(
    'nor has a socket of syslog',
    'log: {syslog: {to: "/dev/log\\0"}}\n',
    '1:20: Cannot read log syslog 1 to: expected a socket (/dev/log), udp://HOST[:PORT] or tcp://HOST[:PORT], got /dev/log',
  ),
  yaml(
    'nor has logfile',
    'logfile: "/var/log/a\\0b"\n',
    '1:10: Cannot log to logfile: expected the absolute path of a file, or a facility (daemon, local0 to local7), got /var/log/a b',
  ),
  yaml(
    'nor has a command',
    'notify_fifo: /run/a\nnotify_fifo_script: "/bin/cat /a\\0b"\n',
    '2:21: Cannot read notify_fifo_script: expected the absolute path of a program, with arguments, got /bin/cat /a b',
  ),
  yaml(
    'a number of check processes',
    'check_processes: 65\n',
    '1:18: Cannot read check_processes: expected auto, or a number of processes from 0 to 64, got 65',
  ),
  yaml(
    'keys are known',
    'checkintervall: 5\n',
    '1:1: Cannot read config: expected a known key (did you mean "checkinterval"?), got "checkintervall"',
  ),
  yaml(
    'a key far from any has no suggestion',
    'colour: red\n',
    '1:1: Cannot read config: expected a known key, got "colour"',
  ),
  yaml(
    'keys of a service are known',
    service('recieve: x'),
    '4:5: Cannot read virtual 1: expected a known key (did you mean "receive"?), got "recieve"',
  ),
  yaml(
    'words are known',
    'log: {level: wran}\n',
    '1:14: Cannot read log level: expected one of error, warn, info, debug (did you mean "warn"?), got wran',
  ),
  yaml(
    'numbers are in range',
    router('priority: 256'),
    '6:15: Cannot read vrrp 1 priority: expected a whole number from 1 to 255, got 256',
  ),
  yaml('yes or no', 'quiescent: perhaps\n', '1:12: Cannot read quiescent: expected yes or no, got perhaps'),
  yaml(
    'a required key',
    'vrrp:\n  - {name: A, interface: eth0, virtual_ipaddress: [10.0.0.9]}\n',
    '2:5: Cannot read vrrp 1 virtual_router_id: expected a whole number from 1 to 255, got nothing',
  ),
  yaml(
    'at least one address',
    'vrrp:\n  - {name: A, interface: eth0, virtual_router_id: 1, virtual_ipaddress: []}\n',
    '2:73: Cannot use virtual_ipaddress: expected at least one address, or version: 2 for a router that only elects, got none',
  ),
  yaml(
    'at least one address, also where the key is missing',
    'vrrp:\n  - {name: A, interface: eth0, virtual_router_id: 1}\n',
    '2:5: Cannot use virtual_ipaddress: expected at least one address, or version: 2 for a router that only elects, got none',
  ),
  yaml(
    'a group is a multicast address',
    'vrrp:\n  - {name: A, interface: e, virtual_router_id: 1, virtual_ipaddress: [10.0.0.9], mcast_dst_ip: [10.0.0.1]}\n',
    '2:97: Cannot read vrrp 1 mcast_dst_ip 1: expected a multicast address, of IPv6 one of the link (ffX2::), got 10.0.0.1',
  ),
  yaml(
    'a group of IPv6 is one of the link',
    'vrrp:\n  - {name: A, interface: e, virtual_router_id: 1, virtual_ipaddress: [fd00::9], mcast_dst_ip: ["ff05::1"]}\n',
    '2:96: Cannot read vrrp 1 mcast_dst_ip 1: expected a multicast address, of IPv6 one of the link (ffX2::), got ff05::1',
  ),
  yaml(
    'a group is of the family of the addresses',
    'vrrp:\n  - {name: A, interface: e, virtual_router_id: 1, virtual_ipaddress: [10.0.0.9], mcast_dst_ip: ["ff02::99"]}\n',
    '2:97: Cannot use mcast_dst_ip: expected an address of IPv4, as the VIPs, got ff02::99',
  ),
  yaml(
    'a group once for each family',
    'vrrp:\n  - {name: A, interface: e, virtual_router_id: 1, virtual_ipaddress: [10.0.0.9], mcast_dst_ip: [224.0.0.9, 224.0.0.8]}\n',
    '2:108: Cannot use mcast_dst_ip: expected one group of each family, got 224.0.0.8',
  ),
  yaml(
    'a group beside unicast peers has no effect',
    'vrrp:\n  - {name: A, interface: e, virtual_router_id: 1, virtual_ipaddress: [10.0.0.9], unicast_peer: [10.0.0.1], mcast_dst_ip: [224.0.0.9]}\n',
    '2:122: warning: Cannot use mcast_dst_ip: expected no unicast_peer beside it, got 1',
  ),
  yaml(
    'a VRID once in each group',
    'vrrp:\n  - {name: A, interface: e, virtual_router_id: 1, virtual_ipaddress: [10.0.0.9], mcast_dst_ip: [224.0.0.9]}\n  - {name: B, interface: e, virtual_router_id: 1, virtual_ipaddress: [10.0.0.8], mcast_dst_ip: [224.0.0.9]}\n',
    '3:48: Cannot use virtual_router_id 1 on e: expected each VRID once on an interface, got it again (first in A)',
  ),
  yaml(
    'a static address names its device',
    'static_ipaddress: [10.0.0.1/24]\n',
    '1:20: Cannot hold static_ipaddress: expected dev IF behind the address, got 10.0.0.1/24',
  ),
  yaml(
    'a static address does not float',
    'vrrp:\n  - {name: A, interface: e, virtual_router_id: 1, virtual_ipaddress: [10.0.0.9]}\nstatic_ipaddress: [10.0.0.9/24 dev e]\n',
    '3:20: Cannot hold static_ipaddress: expected an address that is not virtual, which floats, got 10.0.0.9/24',
  ),
  yaml(
    'a static address stands once',
    'static_ipaddress: [10.0.0.9/24 dev e, 10.0.0.9/32 dev f]\n',
    '1:39: Cannot hold static_ipaddress: expected each address once, got 10.0.0.9/32',
  ),
  yaml(
    'a static route needs a virtual router',
    'static_routes: [blackhole 10.1.0.0/16]\nvirtual:\n  - {address: 10.0.0.1:80, real: [10.0.0.2:80 gate]}\n',
    '1:16: warning: Cannot hold static_routes: expected a virtual router beside it, in vrrp, got none',
  ),
  yaml(
    'a static rule is tracked by nobody',
    'vrrp:\n  - {name: A, interface: e, virtual_router_id: 1, virtual_ipaddress: [10.0.0.9]}\nstatic_rules: [from 10.0.0.9 table 9 track no]\n',
    '3:16: warning: Cannot use track: expected a virtual address, route or rule, of which routers track the device, got a static one',
  ),
  yaml(
    'without an address its keys have no effect',
    'vrrp:\n  - {name: A, interface: eth0, virtual_router_id: 1, version: 2, vip_lease: 9}\n',
    '2:77: warning: Cannot use vip_lease: expected an address in virtual_ipaddress, got none',
  ),
  yaml(
    'a list where a list belongs',
    'virtual: {address: 10.0.0.1:80}\n',
    '1:10: Cannot read virtual: expected a list, got a map',
  ),
  yaml(
    'a map where a map belongs',
    'log: json\n',
    '1:6: Cannot read log: expected keys with values, got json',
  ),
  yaml(
    'one value where one belongs',
    'checkinterval: [1, 2]\n',
    '1:16: Cannot read checkinterval: expected one value, or one for each director, got a list',
  ),
  yaml(
    'a value for this director',
    router('priority: {lvs8: 1, lvs9: 2}'),
    '6:15: Cannot read vrrp 1 priority: expected a value for director "testhost", got values for lvs8, lvs9',
  ),
  yaml(
    'a real-time priority that there is',
    'vrrp_process: {realtime: 100}\n',
    '1:26: Cannot read vrrp_process realtime: expected off, or a priority from 1 to 99, got 100',
  ),
  yaml(
    'an address to listen on',
    'metrics: {listen: localhost:9650}\n',
    '1:19: Cannot read metrics listen: expected ADDRESS:PORT with a literal address ([::1]:9650 for IPv6), or a port, which is one of 127.0.0.1, got localhost:9650',
  ),
  yaml(
    'a port to listen on',
    'metrics: {listen: 0}\n',
    '1:19: Cannot read metrics listen: expected ADDRESS:PORT with a literal address ([::1]:9650 for IPv6), or a port, which is one of 127.0.0.1, got 0',
  ),
  yaml(
    'a listener for this host alone',
    'metrics: {listen: 10.0.0.1:9650}\n',
    '1:19: warning: Cannot listen for this host alone: expected a loopback address, or a network in which everybody may read names, addresses and states of routers and servers, got 10.0.0.1:9650',
  ),
  yaml(
    'an interface to begin with',
    'vrrp:\n  - {name: A, virtual_router_id: 1, virtual_ipaddress: [10.0.0.9]}\n',
    '2:5: Cannot read vrrp 1 interface: expected an interface name of 1 to 15 characters, got nothing',
  ),
  yaml(
    'interface or interfaces, not both',
    router('interfaces: [eth0, sync0]'),
    '3:16: Cannot use interface: expected interface or interfaces, of which the first carries the addresses, got both',
  ),
  yaml(
    'a path once',
    'vrrp:\n  - {name: A, interfaces: [eth0, eth0], virtual_router_id: 1, virtual_ipaddress: [10.0.0.9]}\n',
    '2:34: Cannot use interfaces: expected each interface once, got eth0 again',
  ),
  yaml(
    'a VRID once on a further path too',
    `vrrp:\n${['A', 'B'].map((name, i) => `  - {name: ${name}, interfaces: [eth${i}, sync0], virtual_router_id: 1, virtual_ipaddress: [10.0.0.${i + 8}]}\n`).join('')}`,
    '3:61: Cannot use virtual_router_id 1 on sync0: expected each VRID once on an interface, got it again (first in A)',
  ),
  yaml(
    'a unicast peer for each path',
    'vrrp:\n  - {name: A, interfaces: [eth0, sync0], virtual_router_id: 1, virtual_ipaddress: [10.0.0.9], unicast_peer: [10.0.0.2]}\n',
    '2:109: warning: Cannot use every path: expected an address of the peer on each of eth0, sync0, got 1',
  ),
  yaml(
    'a VRID once on an interface',
    `${router('')}  - name: B\n    interface: eth0\n    virtual_router_id: 5\n    virtual_ipaddress: [10.0.0.8]\n`,
    '9:24: Cannot use virtual_router_id 5 on eth0: expected each VRID once on an interface, got it again (first in A)',
  ),
  yaml(
    'a VIP once',
    `${router('')}  - name: B\n    interface: eth1\n    virtual_router_id: 5\n    virtual_ipaddress: [10.0.0.9/24]\n`,
    '10:25: Cannot use address 10.0.0.9: expected each address once, got it again (first in A)',
  ),
  yaml(
    'a name once',
    `${router('')}  - name: A\n    interface: eth1\n    virtual_router_id: 5\n    virtual_ipaddress: [10.0.0.8]\n`,
    '7:11: Cannot use name A: expected each name once, got it again (first in A)',
  ),
  yaml(
    'advert_int of version 3',
    router('advert_int: 41s'),
    '6:17: Cannot use advert_int: expected at most 40.95s with VRRP version 3, got 41s',
  ),
  yaml(
    'advert_int in steps',
    router('advert_int: 15ms'),
    '6:17: Cannot read vrrp 1 advert_int: expected a time from 10ms to 255s in steps of 10ms (seconds, or with a unit: 500ms, 5s, 2m, 1h), got 15ms',
  ),
  yaml(
    'advert_int of version 2',
    router('version: 2\n    advert_int: 500ms'),
    '7:17: Cannot use advert_int: expected whole seconds from 1s to 255s with VRRP version 2, got 500ms',
  ),
  yaml(
    'no password in version 3',
    router('auth_pass: secret'),
    '6:16: Cannot use auth_pass: expected version: 2 beside it, got version 3',
  ),
  yaml(
    'peers of the family of the VIPs',
    router('unicast_peer: [10.0.0.2, "fd00::1"]'),
    '6:30: Cannot use unicast_peer: expected an address of IPv4, as the VIPs, got fd00::1',
  ),
  yaml(
    'a source of the family of the VIPs',
    router('unicast_src_ip: "fe80::1"'),
    '6:21: Cannot use unicast_src_ip: expected an address of IPv4, as the VIPs, got fe80::1',
  ),
  yaml(
    'peers of each family of the VIPs',
    'vrrp:\n  - {name: A, interface: eth0, virtual_router_id: 1, virtual_ipaddress: [10.0.0.9, "fd00::1"], unicast_peer: [10.0.0.2]}\n',
    '2:110: Cannot use unicast_peer: expected a peer for each family of virtual_ipaddress, got none of IPv6',
  ),
  yaml(
    'words behind a VIP are known',
    'vrrp:\n  - {name: A, interface: eth0, virtual_router_id: 1, virtual_ipaddress: [10.0.0.9 eth1]}\n',
    '2:74: Cannot read vrrp 1 virtual_ipaddress 1: expected an address with or without a prefix length, and behind it dev IF, label TEXT (IPv4), scope WORD, brd ADDRESS (IPv4), track no, got 10.0.0.9 eth1',
  ),
  yaml(
    'a route leads somewhere',
    router('virtual_routes: [10.1.0.0/16]'),
    '6:22: Cannot read vrrp 1 virtual_routes 1: expected PREFIX or default, via ADDRESS or dev IF or both, and src, metric, table, mtu, onlink as in ip route, and track no; or blackhole, unreachable, prohibit before PREFIX, got 10.1.0.0/16',
  ),
  yaml(
    'a rule has a table',
    router('virtual_rules: [from 10.0.0.9]'),
    '6:21: Cannot read vrrp 1 virtual_rules 1: expected from PREFIX, to PREFIX, iif IF, oif IF, fwmark N, priority N, and table N, as in ip rule, and track no, got from 10.0.0.9',
  ),
  yaml(
    'bounds of an IPv6 peer are of an address',
    'vrrp:\n  - {name: A, interface: eth0, virtual_router_id: 1, virtual_ipaddress: ["fe80::9"], unicast_peer: [lvs2 min_ttl 250]}\n',
    '2:101: Cannot use unicast_peer: expected an address with min_ttl or max_ttl of IPv6, got lvs2',
  ),
  yaml(
    'bounds of a peer in order',
    router('unicast_peer: [10.0.0.2 min_ttl 255 max_ttl 254]'),
    '6:20: Cannot read vrrp 1 unicast_peer 1: expected an address or a name, and behind it min_ttl N, max_ttl N (0 to 255), got 10.0.0.2 min_ttl 255 max_ttl 254',
  ),
  yaml(
    'an excluded VIP once',
    router('virtual_ipaddress_excluded: [10.0.0.9/24]'),
    '6:34: Cannot use address 10.0.0.9: expected each address once, got it again (first in A)',
  ),
  yaml(
    'a macvlan has a name of its own',
    `${router('use_vmac: v0')}  - name: B\n    interface: eth1\n    virtual_router_id: 5\n    virtual_ipaddress: [10.0.0.8]\n    use_vmac: v0\n`,
    '11:15: Cannot use use_vmac: expected each interface name once, got it again (first in A)',
  ),
  yaml(
    'no IPv6 VIP in version 2',
    'vrrp:\n  - {name: A, interface: eth0, virtual_router_id: 1, version: 2, virtual_ipaddress: ["fd00::1/64"]}\n',
    '2:86: Cannot use virtual_ipaddress: expected an IPv4 address with VRRP version 2, got fd00::1',
  ),
  yaml(
    'as many VIPs as an advert holds',
    `vrrp:\n  - name: A\n    interface: eth0\n    virtual_router_id: 5\n    virtual_ipaddress: [${Array.from({ length: 91 }, (_, i) => `"fd00::${i + 1}"`)}]\n`,
    '5:24: Cannot use virtual_ipaddress: expected at most 90 of IPv6, got 91',
  ),
  yaml(
    'a lease outlives an advert',
    router('advert_int: 2s\n    vip_lease: 2'),
    '7:16: Cannot keep the addresses through a late advert: expected at least 7 s, which outlives three adverts, got 2 s',
  ),
  yaml(
    'a short lease',
    router('vip_lease: 3'),
    '6:16: warning: Cannot keep the addresses through a late advert: expected at least 4 s, which outlives three adverts, got 3 s',
  ),
  yaml(
    '255 is the owner',
    router('priority: 255'),
    '6:15: warning: Cannot let a peer keep the addresses: expected below 255 unless these addresses are its own for good, as the owner always takes them at once, got 255',
  ),
  yaml(
    'preempt and nopreempt agree',
    router('preempt: yes\n    nopreempt: yes'),
    '7:16: Cannot use nopreempt: expected the opposite of preempt, got preempt and nopreempt both yes',
  ),
  yaml(
    'more addresses than were tested',
    router(
      `virtual_ipaddress_excluded: [${Array.from({ length: 4000 }, (_, i) => `10.11.${i >> 8}.${i & 255}`).join(', ')}]`,
    ),
    '5:24: warning: Cannot promise a take-over in time: expected at most 4000 virtual addresses in all, as many as were tested, got 4001 up to here',
  ),
  yaml(
    'a delay needs preemption',
    router('nopreempt: yes\n    preempt_delay: 5'),
    '7:20: warning: Cannot honour preempt_delay: expected preempt: yes beside it, got 5s',
  ),
  yaml(
    'one source address',
    router('unicast_src_ip: 10.0.0.1\n    source: 10.0.0.2'),
    '7:13: Cannot use source: expected the same as unicast_src_ip (10.0.0.1), got 10.0.0.2',
  ),
];
