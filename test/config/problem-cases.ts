// One config for each rule that a config can break: what it says, what is complained of and where.
// problems.test.ts runs them; docs.test.ts wants each of them explained in docs/errors.md.

export type ProblemCase = {
  readonly rule: string;
  readonly grammar: 'yaml' | 'cf';
  readonly text: string;
  /** LINE:COLUMN: [warning: ]message */
  readonly problem: string;
};

const yaml = (rule: string, text: string, problem: string): ProblemCase => ({
  rule,
  grammar: 'yaml',
  text,
  problem,
});
const cf = (rule: string, text: string, problem: string): ProblemCase => ({
  rule,
  grammar: 'cf',
  text,
  problem,
});

/** A virtual router with these keys more, one a line. */
const router = (more: string) =>
  `vrrp:\n  - name: A\n    interface: eth0\n    virtual_router_id: 5\n    virtual_ipaddress: [10.0.0.9]\n    ${more}\n`;
/** An HTTP service with these keys more. */
const service = (more: string) =>
  `virtual:\n  - address: 10.0.0.1:80\n    real: [10.0.0.2:80 gate]\n    ${more}\n`;
const servers = (list: string, more = 'scheduler: wlc') =>
  `virtual:\n  - address: 10.0.0.1:80\n    ${more}\n    real: ${list}\n`;
const block = (line: string) => `virtual=10.0.0.1:80\n\treal=10.0.0.2:80 gate\n\t${line}\n`;

export const problemCases: readonly ProblemCase[] = [
  yaml(
    'YAML is well formed',
    'vrrp: [1\nlog: 2',
    '2:1: Cannot parse YAML: well-formed text (missed comma between flow collection entries), got log: 2',
  ),
  yaml(
    'one document',
    'log: {level: info}\n---\nlog: {}\n',
    '1:1: Cannot parse YAML: well-formed text (expected a single document in the stream, but found more), got log: {level: info}',
  ),
  yaml(
    'a key stands once',
    'autoreload: yes\nautoreload: no\n',
    '2:1: Cannot read "autoreload": each key once, got it again',
  ),
  yaml(
    'keys are known',
    'checkintervall: 5\n',
    '1:1: Cannot read config: a known key (did you mean "checkinterval"?), got "checkintervall"',
  ),
  yaml(
    'a key far from any has no suggestion',
    'colour: red\n',
    '1:1: Cannot read config: a known key, got "colour"',
  ),
  yaml(
    'keys of a service are known',
    service('recieve: x'),
    '4:5: Cannot read virtual 1: a known key (did you mean "receive"?), got "recieve"',
  ),
  yaml(
    'words are known',
    'log: {level: wran}\n',
    '1:14: Cannot read log level: one of error, warn, info, debug (did you mean "warn"?), got wran',
  ),
  yaml(
    'numbers are in range',
    router('priority: 256'),
    '6:15: Cannot read vrrp 1 priority: a whole number from 1 to 255, got 256',
  ),
  yaml('yes or no', 'quiescent: perhaps\n', '1:12: Cannot read quiescent: yes or no, got perhaps'),
  yaml(
    'a required key',
    'vrrp:\n  - {name: A, interface: eth0, virtual_ipaddress: [10.0.0.9]}\n',
    '2:5: Cannot read vrrp 1 virtual_router_id: a whole number from 1 to 255, got nothing',
  ),
  yaml(
    'at least one address',
    'vrrp:\n  - {name: A, interface: eth0, virtual_router_id: 1, virtual_ipaddress: []}\n',
    '2:73: Cannot read vrrp 1 virtual_ipaddress: at least one address, got an empty list',
  ),
  yaml(
    'a list where a list belongs',
    'virtual: {address: 10.0.0.1:80}\n',
    '1:10: Cannot read virtual: a list, got a map',
  ),
  yaml('a map where a map belongs', 'log: json\n', '1:6: Cannot read log: keys with values, got json'),
  yaml(
    'one value where one belongs',
    'checkinterval: [1, 2]\n',
    '1:16: Cannot read checkinterval: one value, or one for each director, got a list',
  ),
  yaml(
    'a value for this director',
    router('priority: {lvs8: 1, lvs9: 2}'),
    '6:15: Cannot read vrrp 1 priority: a value for director "testhost", got values for lvs8, lvs9',
  ),
  yaml(
    'a VRID once on an interface',
    `${router('')}  - name: B\n    interface: eth0\n    virtual_router_id: 5\n    virtual_ipaddress: [10.0.0.8]\n`,
    '9:24: Cannot use virtual_router_id 5 on eth0: each VRID once on an interface, got it again (first in A)',
  ),
  yaml(
    'a VIP once',
    `${router('')}  - name: B\n    interface: eth1\n    virtual_router_id: 5\n    virtual_ipaddress: [10.0.0.9/24]\n`,
    '10:25: Cannot use address 10.0.0.9: each address once, got it again (first in A)',
  ),
  yaml(
    'a name once',
    `${router('')}  - name: A\n    interface: eth1\n    virtual_router_id: 5\n    virtual_ipaddress: [10.0.0.8]\n`,
    '7:11: Cannot use name A: each name once, got it again (first in A)',
  ),
  yaml(
    'advert_int of version 3',
    router('advert_int: 41s'),
    '6:17: Cannot use advert_int: at most 40.95s with VRRP version 3, got 41s',
  ),
  yaml(
    'advert_int in steps',
    router('advert_int: 15ms'),
    '6:17: Cannot read vrrp 1 advert_int: a time from 10ms to 255s in steps of 10ms (seconds, or with a unit: 500ms, 5s, 2m, 1h), got 15ms',
  ),
  yaml(
    'advert_int of version 2',
    router('version: 2\n    advert_int: 500ms'),
    '7:17: Cannot use advert_int: whole seconds from 1s to 255s with VRRP version 2, got 500ms',
  ),
  yaml(
    'no password in version 3',
    router('auth_pass: secret'),
    '6:16: Cannot use auth_pass: version: 2 beside it, got version 3',
  ),
  yaml(
    'no IPv6 virtual routers yet',
    router('unicast_peer: ["fd00::1"]'),
    '6:20: Cannot use unicast_peer: an IPv4 address (IPv6 virtual routers are not supported yet), got fd00::1',
  ),
  yaml(
    'no IPv6 VIP yet',
    'vrrp:\n  - {name: A, interface: eth0, virtual_router_id: 1, virtual_ipaddress: ["fd00::1/64"]}\n',
    '2:74: Cannot use virtual_ipaddress: an IPv4 address (IPv6 virtual routers are not supported yet), got fd00::1',
  ),
  yaml(
    'a lease outlives an advert',
    router('advert_int: 2s\n    vip_lease: 2'),
    '7:16: Cannot keep the addresses through a late advert: at least 7 s, which outlives three adverts, got 2 s',
  ),
  yaml(
    'a short lease',
    router('vip_lease: 3'),
    '6:16: warning: Cannot keep the addresses through a late advert: at least 4 s, which outlives three adverts, got 3 s',
  ),
  yaml(
    '255 is the owner',
    router('priority: 255'),
    '6:15: warning: Cannot let a peer keep the addresses: below 255 unless these addresses are its own for good, as the owner always takes them at once, got 255',
  ),
  yaml(
    'preempt and nopreempt agree',
    router('preempt: yes\n    nopreempt: yes'),
    '7:16: Cannot use nopreempt: the opposite of preempt, got preempt and nopreempt both yes',
  ),
  yaml(
    'a delay needs preemption',
    router('nopreempt: yes\n    preempt_delay: 5'),
    '7:20: warning: Cannot honour preempt_delay: preempt: yes beside it, got 5s',
  ),
  yaml(
    'one source address',
    router('unicast_src_ip: 10.0.0.1\n    source: 10.0.0.2'),
    '7:13: Cannot use source: the same as unicast_src_ip (10.0.0.1), got 10.0.0.2',
  ),
  yaml(
    'an address or a mark',
    'virtual:\n  - scheduler: rr\n',
    '2:5: Cannot name virtual service: either address or fwmark, got neither',
  ),
  yaml(
    'not both',
    'virtual:\n  - {address: 10.0.0.1:80, fwmark: 1}\n',
    '2:5: Cannot name virtual service: either address or fwmark, got both',
  ),
  yaml(
    'a mark has no protocol',
    'virtual:\n  - {fwmark: 1, protocol: tcp, real: 10.0.0.2 gate}\n',
    '2:27: Cannot use protocol: none beside fwmark, which takes packets of any protocol, got tcp',
  ),
  yaml(
    'a service once',
    `${service('')}  - address: 10.0.0.1:80\n    real: [10.0.0.3:80 gate]\n`,
    '5:5: Cannot add virtual service: each service once (first in line 2), got tcp 10.0.0.1:80',
  ),
  yaml(
    'a known name',
    'virtual:\n  - {address: nobody.example.org:80, real: 10.0.0.2 gate}\n',
    '2:15: Cannot use virtual service: an IPv4 address, or a name that has one, got nobody.example.org',
  ),
  yaml(
    'digits are no name',
    servers('[999.0.0.1:80 gate]'),
    '4:12: Cannot use server: an address or a name that has one, got 999.0.0.1',
  ),
  yaml(
    'a known port name',
    servers('["10.0.0.2:nosuch gate"]'),
    '4:12: Cannot use real server: a port from 0 to 65535 or a known service name, got nosuch',
  ),
  yaml(
    'a port of the protocol',
    'virtual:\n  - {address: 10.0.0.1:http, protocol: udp, real: 10.0.0.2 gate}\n',
    '2:15: Cannot use virtual service: a port from 0 to 65535 or a service name that udp has, got http',
  ),
  yaml(
    'a server of the family',
    servers("['[fd00::2]:80 gate']"),
    '4:12: Cannot use server: an IPv4 server, as the service is, got fd00::2',
  ),
  yaml(
    'a range upwards',
    servers('[10.0.0.9->10.0.0.2:80 gate]'),
    '4:12: Cannot use real server: a range of IPv4 addresses, the lower first, of at most 4096, got 10.0.0.9->10.0.0.2',
  ),
  yaml(
    'a range of some size',
    servers('[10.0.0.0->10.0.255.255:80 gate]'),
    '4:12: Cannot use real server: a range of IPv4 addresses, the lower first, of at most 4096, got 10.0.0.0->10.0.255.255',
  ),
  yaml(
    'a line of a server',
    servers('[10.0.0.2:80 route]'),
    '4:12: Cannot read virtual 1 real 1: ADDRESS[:PORT] gate|masq|ipip [WEIGHT], got 10.0.0.2:80 route',
  ),
  yaml(
    'a weight in range',
    servers('[10.0.0.2:80 gate 70000]'),
    '4:12: Cannot read virtual 1 real 1 weight: a whole number from 0 to 65535, got 70000',
  ),
  yaml(
    'junk before a weight',
    servers('[10.0.0.2:80 gate -w 7]'),
    '4:12: warning: Cannot use all of virtual 1 real 1: nothing but a weight there, got -w',
  ),
  yaml(
    'thresholds in order',
    servers('[10.0.0.2:80 gate 1 l:9 u:5]'),
    '4:12: Cannot use lower_threshold: at most upper_threshold (5), got 9',
  ),
  yaml(
    'request and receive of a server',
    servers('[{address: 10.0.0.2:80, request: /x}]'),
    '4:44: Cannot use request of one server: receive beside it, got request alone',
  ),
  yaml(
    'a fallback has no weight',
    service('fallback: 127.0.0.1:80 gate 5'),
    '4:15: Cannot read virtual 1 fallback: ADDRESS[:PORT] [gate|masq|ipip], got 127.0.0.1:80 gate 5',
  ),
  yaml(
    'a port of a fallback',
    service('fallback: 127.0.0.1:domain2'),
    '4:15: Cannot use fallback: a port from 0 to 65535 or a service name that tcp has, got domain2',
  ),
  yaml(
    'schedulers are known',
    service('scheduler: wrl'),
    '4:16: Cannot use scheduler: one of rr, wrr, lc, wlc, lblc, lblcr, dh, sh, sed, nq, fo, ovf, mh, twos (did you mean "wrr"?), got wrl',
  ),
  yaml(
    'flags are known',
    service('scheduler: sh\n    schedflags: sh-prot'),
    '5:17: Cannot use schedflags: one of sh-fallback, sh-port, mh-fallback, mh-port, flag-1, flag-2, flag-3 (did you mean "sh-port"?), got sh-prot',
  ),
  yaml(
    'receive compiles',
    service('receive: "a("'),
    '4:14: Cannot compile receive: a JavaScript regular expression (Unterminated group), got a(',
  ),
  yaml(
    'receive is not Perl',
    service("receive: '(?i)ok'"),
    "4:14: Cannot compile receive: a JavaScript regular expression ((?i) is Perl's; write both cases, [Aa]), got (?i)ok",
  ),
  yaml(
    'fall is failurecount',
    service('fall: 2\n    failurecount: 3'),
    '4:11: Cannot use fall: the same as failurecount (3), which it is another name of, got 2',
  ),
  yaml(
    'fall is failurecount at the top',
    'fall: 2\nfailurecount: 3\n',
    '1:7: Cannot use fall: the same as failurecount (3), which it is another name of, got 2',
  ),
  yaml(
    'sh keeps clients itself',
    service('scheduler: sh\n    persistent: 60'),
    '5:17: warning: Cannot gain from persistent: another scheduler than sh, which keeps clients by itself, got 60 s',
  ),
  yaml(
    'a netmask needs persistence',
    service('netmask: 255.255.255.0'),
    '4:14: warning: Cannot use netmask: persistent beside it, got /24',
  ),
  yaml(
    'an engine needs persistence',
    service('persistence_engine: sip'),
    '4:25: warning: Cannot use persistence_engine: persistent beside it, got sip',
  ),
  yaml(
    'one packet is UDP',
    service('ops: yes'),
    '4:10: warning: Cannot schedule single packets: a service of protocol udp, got tcp 10.0.0.1:80',
  ),
  yaml(
    'port 0 needs persistence',
    'virtual:\n  - {address: 10.0.0.1:0, real: 10.0.0.2 gate}\n',
    '2:15: warning: Cannot serve every port: persistent beside port 0, got tcp 10.0.0.1:0',
  ),
  yaml(
    'a service that has a check',
    service('service: mysql'),
    '4:14: warning: Cannot check servers: a service that has a check (http, https, none); these servers never come up, got mysql',
  ),
  yaml(
    'HEAD has no body',
    service('httpmethod: HEAD\n    receive: ok'),
    '4:17: warning: Cannot match receive: GET, as an answer to HEAD has no body, got HEAD',
  ),
  yaml(
    'verify is for https',
    service('verify: yes'),
    '4:13: warning: Cannot use verify: service https, got http',
  ),
  yaml(
    'ca needs verify',
    service('service: https\n    ca: /etc/ca.pem'),
    '5:9: warning: Cannot use ca: verify: yes beside it, got /etc/ca.pem',
  ),
  yaml(
    'checkcount is for ping',
    service('checkcount: 3'),
    '4:17: warning: Cannot use checkcount: checktype ping (failures of every check are failurecount), got 3',
  ),
  yaml(
    'external-perl starts perl',
    service('checktype: external-perl\n    checkcommand: /x.pl'),
    '4:16: warning: Cannot keep the script loaded: external, as perl is started for each check, got external-perl',
  ),
  yaml(
    'external wants a command',
    service('checktype: external'),
    '4:16: warning: Cannot learn anything from the check: checkcommand beside it, got external alone',
  ),
  yaml(
    'gate keeps the port',
    servers('[10.0.0.2:8080 gate]'),
    '4:12: warning: Cannot forward to another port: port 80, as a gate server gets packets as they came (the check goes to 8080), got 8080',
  ),
  yaml(
    'ipip keeps the port',
    servers('[10.0.0.2:8080 ipip]'),
    '4:12: warning: Cannot forward to another port: port 80, as a ipip server gets packets as they came (the check goes to 8080), got 8080',
  ),
  yaml(
    'no masq to loopback',
    service('fallback: 127.0.0.1:81 masq'),
    '4:15: warning: Cannot translate to this host: gate for a loopback address, got masq 127.0.0.1',
  ),
  yaml(
    'masq or gate',
    servers('[10.0.0.2:80 gate, 10.0.0.3:80 masq]'),
    '4:11: warning: Cannot send every reply the same way: one method for the servers of a service, got gate and masq',
  ),
  yaml(
    'a server once',
    servers('[10.0.0.2:80 gate, 10.0.0.2 gate 3]'),
    '4:30: warning: Cannot use real server: each server once in a service, got 10.0.0.2:80 again',
  ),
  yaml(
    'some server',
    'virtual:\n  - {address: 10.0.0.1:80}\n',
    '2:5: warning: Cannot serve anyone: at least one real server or a fallback, got tcp 10.0.0.1:80',
  ),
  yaml(
    'the fallback is another server',
    service('fallback: 10.0.0.2:80 gate'),
    '4:15: warning: Cannot fall back: a server that is not a real server of the service, got 10.0.0.2:80',
  ),
  yaml(
    'no mail',
    'emailalert: root@localhost\n',
    '1:13: warning: Cannot honour emailalert: nothing, as no mail is sent, got root@localhost',
  ),
  yaml(
    'no fork',
    'fork: yes\n',
    '1:7: warning: Cannot honour fork: nothing, as checks never wait for one another, got yes',
  ),
  yaml(
    'no monitorfile',
    service('monitorfile: /tmp/x'),
    '4:18: warning: Cannot honour monitorfile: nothing, as the log has every verdict, got /tmp/x',
  ),
  yaml(
    'no syslog',
    'logfile: local0\n',
    '1:10: warning: Cannot log to syslog: the path of a file, as the log goes to standard output and not to syslog, got local0',
  ),

  cf('a line is KEY = VALUE', block('persistent'), '3:2: Cannot read line: KEY = VALUE, got persistent'),
  cf(
    'directives are known',
    block('recieve="x"'),
    '3:2: Cannot read virtual: a known directive (did you mean "receive"?), got "recieve"',
  ),
  cf(
    'a global in its column',
    block('maintenancedir=/tmp'),
    '3:2: Cannot read virtual: a directive of this block (a global one stands in the first column), got "maintenancedir"',
  ),
  cf(
    'a block directive in its block',
    'scheduler=rr\n',
    '1:1: Cannot read config: a global directive (one of a virtual service stands in its block, four columns in), got "scheduler"',
  ),
  cf(
    'connecttimeout is gone',
    'connecttimeout=3\n',
    '1:16: Cannot read connecttimeout: negotiatetimeout instead, as ldirectord has dropped it, got 3',
  ),
  cf(
    'timeout is gone',
    'timeout=3\n',
    '1:9: Cannot read timeout: checktimeout and negotiatetimeout instead, as ldirectord has dropped it, got 3',
  ),
  cf('yes or no, no more', 'quiescent=maybe\n', '1:11: Cannot read quiescent: yes or no, got maybe'),
  cf(
    'a zero timeout',
    'checktimeout=0\n',
    '1:14: Cannot read checktimeout: a time from 1ms to 365d (seconds, or with a unit: 500ms, 5s, 2m, 1h), got 0',
  ),
  cf(
    'IPv6 needs virtual6',
    'virtual=[fd00::1]:80\n',
    '1:9: Cannot read virtual: virtual6 for an IPv6 address, got [fd00::1]:80',
  ),
  cf(
    'fallback6 belongs to virtual6',
    block('fallback6=[::1]:80'),
    '3:2: Cannot read fallback6: fallback in a virtual block, got fallback6',
  ),
  cf(
    'an upper-case scheduler',
    block('scheduler=WLC'),
    '3:12: Cannot read scheduler: a scheduler in lower-case letters, got WLC',
  ),
  cf(
    'an unknown scheduler is passed on',
    block('scheduler=maglev'),
    '3:12: warning: Cannot use scheduler: one of rr, wrr, lc, wlc, lblc, lblcr, dh, sh, sed, nq, fo, ovf, mh, twos, got maglev',
  ),
  cf(
    'a mark of zero',
    'virtual=0\n\treal=10.0.0.2 gate\n',
    '1:9: Cannot read virtual 1 fwmark: a whole number from 1 to 4294967295, got 0',
  ),
  cf('an open quote', block('request="x'), '3:10: Cannot read request: a text in double quotes, got "x'),
  cf(
    'an address without port is a mark',
    'virtual=10.0.0.1\n\treal=10.0.0.2 gate\n',
    '1:9: warning: Cannot use all of virtual: a firewall mark, or an address with its port, and nothing else (it is read as 10), got 10.0.0.1',
  ),
  cf(
    'text after a number',
    'checkinterval=500ms\n',
    '1:15: warning: Cannot share this line with ldirectord: a plain number (it is read as 500), got 500ms',
  ),
  cf(
    'a comment after yes',
    'quiescent=yes # x\n',
    '1:11: warning: Cannot share this line with ldirectord: nothing after yes, got yes # x',
  ),
  cf(
    'a comment in a path',
    'maintenancedir=/etc/x # y\n',
    '1:16: warning: Cannot share this line with ldirectord: no comment on this line, as it becomes part of the value, got /etc/x # y',
  ),
  cf(
    'a string without quotes',
    block('receive=ok'),
    '3:10: warning: Cannot share this line with ldirectord: a text in double quotes, got ok',
  ),
  cf(
    'CR LF',
    'checkinterval=5\r\n',
    '1:1: warning: Cannot share this file with ldirectord: lines that end in LF alone (it refuses yes and no in such a file), got CR LF',
  ),
  cf(
    'supervised alone',
    'supervised\n',
    '1:1: warning: Cannot read supervised alone: supervised = yes, got supervised',
  ),
  cf(
    'checkinterval of one service',
    block('checkinterval=7'),
    '3:16: warning: Cannot share this line with ldirectord: fork = yes beside checkinterval of one service, got 7',
  ),
];
