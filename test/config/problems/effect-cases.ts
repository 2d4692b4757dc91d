// What is written and has no effect, each with a config that says it. Every directive of a check beside every checktype and
// service: checks/unread.test.ts.
import { service, yaml } from '../yaml-cases.ts';
import type { ProblemCase } from './cases.ts';

const cf = (rule: string, text: string, problem: string): ProblemCase => ({
  rule,
  grammar: 'cf',
  text,
  problem,
});
const other = (head: string, more: string) =>
  `virtual:\n  - ${head}\n    real: [10.0.0.2:8080 masq]\n    ${more}\n`;
const dns = (more: string) =>
  `virtual:\n  - address: 10.0.0.1:53\n    real: [10.0.0.2:53 gate]\n    ${more}\n`;
const words = 'request: /x\n    receive: ok\n    virtualhost: a.example';

export const effectCases: readonly ProblemCase[] = [
  ...['checkaddress: 10.0.0.9', 'bind_port: 1024', 'bind_interface: eth1', 'bind_mark: 5'].map((line) => {
    const [key = ''] = line.split(': ');
    return yaml(
      `${key} of a check by the way of clients`,
      other('address: 10.0.0.1:80', `checkpath: vip\n    ${line}`),
      `5:${key.length + 7}: warning: Cannot use ${key}: expected checkpath: direct, as the way of clients has its own, got checkpath vip`,
    );
  }),
  yaml(
    'a ping by the way of clients',
    other('address: 10.0.0.1:80', 'checktype: ping\n    checkpath: vip'),
    '5:16: warning: Cannot use checkpath: expected checktype negotiate, connect, got checktype ping',
  ),
  yaml(
    'the way of clients to a mark that nobody here knows',
    other('fwmark: 1', 'checktype: connect\n    checkpath: vip'),
    '5:16: warning: Cannot use checkpath: expected a service of an address, or marks of tcp beside fwmark, got fwmark 1',
  ),
  yaml(
    "the mark of a service that is the daemon's own",
    'virtual:\n  - {fwmark: 1275068416, real: [10.0.0.2 gate]}\n',
    '2:5: Cannot use firewall mark: expected one outside 1275068416 to 1342177279, which checks by the way of clients have, got 1275068416',
  ),
  yaml(
    "the mark of a check that is the daemon's own",
    other('address: 10.0.0.1:80', 'bind_mark: 1342177279'),
    '2:5: Cannot use firewall mark: expected one outside 1275068416 to 1342177279, which checks by the way of clients have, got 1342177279',
  ),
  yaml(
    "the mark of one check of several that is the daemon's own",
    'virtual:\n  - address: 10.0.0.1:80\n    real: [{address: 10.0.0.2, checks: [{bind_mark: 1300000000}]}]\n',
    '2:5: Cannot use firewall mark: expected one outside 1275068416 to 1342177279, which checks by the way of clients have, got 1300000000',
  ),
  ...[
    'checkinterval: 5s',
    'quorum: 2',
    'fallback: 10.0.0.9:80 masq',
    'flap_hold: 1m',
    'maintenancedir: /m',
    'check_processes: 2',
  ].map((line) => {
    const [key = ''] = line.split(': ');
    return yaml(
      `${key} of all services, where there is one`,
      `${line}\nvrrp: [{name: A, interface: eth0, virtual_router_id: 5, virtual_ipaddress: [10.0.0.9]}]\n`,
      `1:${key.length + 3}: warning: Cannot use ${key}: expected a service in virtual, got none`,
    );
  }),
  yaml(
    'words of a check on a port that tells no service',
    other('address: 10.0.0.1:8080', words),
    '4:14: warning: Cannot use request, receive and virtualhost: expected service http, https, ftp, ftps, ldap, ldaps beside it, got port 8080, which tells no service',
  ),
  yaml(
    'words of a check behind a mark',
    other('fwmark: 1', 'virtualhost: a.example'),
    '4:18: warning: Cannot use virtualhost: expected service http, https, smtp, submission, smtps, imap, imaps, pop, pops, nntp, nntps, ftp, ftps, ldap, ldaps, mysql, pgsql, grpc, grpcs beside it, got a mark, which tells no service',
  ),
  yaml(
    'words of a check that connects',
    service(`checktype: connect\n    ${words}`),
    '5:14: warning: Cannot use request, receive and virtualhost: expected checktype negotiate, got checktype connect',
  ),
  yaml(
    'a command without external',
    service('checkcommand: /bin/false'),
    '4:19: warning: Cannot use checkcommand: expected checktype external, external-perl, got checktype negotiate',
  ),
  yaml(
    'a command beside the one that runs in its place',
    service('checktype: external\n    checkcommand: /bin/false\n    misc_path: /bin/test "a b"'),
    '5:19: warning: Cannot use checkcommand: expected no misc_path beside it, which runs in its place, got /bin/test "a b"',
  ),
  yaml(
    'a program of its own without external',
    service('misc_path: /bin/false x'),
    '4:16: warning: Cannot use misc_path: expected checktype external, external-perl, got checktype negotiate',
  ),
  yaml(
    'a warmup of a check that is none',
    service('checktype: on\n    warmup: 5s'),
    '5:13: warning: Cannot use warmup: expected a check that can fail, got checktype on',
  ),
  yaml(
    'a quiescent fallback that is none',
    service('fallback_quiescent: yes'),
    '4:25: warning: Cannot use fallback_quiescent: expected a fallback beside it, got none',
  ),
  yaml(
    'a quiescent fallback that keeps its clients',
    service('fallback: [127.0.0.1:80 masq]\n    fallback_quiescent: yes\n    persistent: 60'),
    '6:17: warning: Cannot move persistent clients from a server that is out: expected "ipvs: {sysctl: {expire_quiescent_template: yes}}" beside fallback_quiescent and persistent, or fallback_quiescent: no, got neither',
  ),
  yaml(
    'a second look where the first failure is enough',
    service('retryinterval: 1s'),
    '4:20: warning: Cannot use retryinterval: expected failurecount above 1, as there is nothing to look into otherwise, got 1',
  ),
  yaml(
    'a second look that no service takes',
    `retryinterval: 1s\n${service('')}`,
    '1:16: warning: Cannot use retryinterval: expected a service with failurecount above 1, as there is nothing to look into otherwise, got none',
  ),
  yaml(
    'a second look later than the next check',
    service('retryinterval: 20s\n    failurecount: 2'),
    '4:20: warning: Cannot look sooner after a failure: expected a retryinterval of at most 10s, the checkinterval, got 20s',
  ),
  yaml(
    'a second look later than the next check, for all',
    `retryinterval: 20s\n${service('failurecount: 2')}`,
    '1:16: warning: Cannot look sooner after a failure: expected a retryinterval of at most 10s, the checkinterval, got 20s',
  ),
  yaml(
    'a port to ping',
    service('checktype: ping\n    checkport: 81'),
    '5:16: warning: Cannot use checkport: expected checktype negotiate, connect, got checktype ping',
  ),
  yaml(
    'words for a check without them',
    service('service: smtp\n    receive: ok'),
    '5:14: warning: Cannot use receive: expected service http, https, http_proxy, ftp, ftps, simpletcp, dns, ldap, ldaps, got smtp',
  ),
  yaml(
    'words of one server for a check without them',
    'virtual:\n  - {address: 10.0.0.1:25, real: [{address: 10.0.0.2, request: a, receive: b}]}\n',
    '2:64: warning: Cannot use request of one server: expected a check that has a request, got smtp by negotiate',
  ),
  yaml(
    'words that each server replaces',
    'virtual:\n  - {address: 10.0.0.1:80, request: /a, real: [{address: 10.0.0.2, request: b, receive: c}]}\n',
    '2:37: warning: Cannot use request: expected a server without a request of its own, got none',
  ),
  yaml(
    'urls that each server replaces',
    'virtual:\n  - {address: 10.0.0.1:80, urls: [{request: /a}], real: [{address: 10.0.0.2, request: b, receive: c}]}\n',
    '2:34: warning: Cannot use urls: expected a server without a request of its own, got none',
  ),
  yaml(
    'a key of one of several checks that it does not read',
    service('checks: [{service: smtp, dns_type: A}, {checktype: connect}]'),
    '4:40: warning: Cannot use dns_type: expected service dns, got smtp',
  ),
  yaml(
    'a key of a service that each of its checks has itself',
    service('request: /a\n    checks: [{request: /b}, {checktype: connect}]'),
    '4:14: warning: Cannot use request: expected a check of checks that reads it and has none of its own, got none',
  ),
  yaml(
    'a time that no check of a server goes by',
    'virtual:\n  - {address: 10.0.0.1:80, real: [{address: 10.0.0.2, checks: [{checktype: on, fall: 3}]}]}\n',
    '2:86: warning: Cannot use fall: expected a check that can fail, got checktype on',
  ),
  yaml(
    'a check of several without its program',
    service('checks: [{checktype: external}]'),
    '4:26: warning: Cannot learn anything from the check: expected checkcommand or misc_path beside it, got external alone',
  ),
  yaml(
    'words of a server that no check of the list reads',
    'virtual:\n  - {address: 10.0.0.1:80, checks: [{checktype: ping}], real: [{address: 10.0.0.2, request: a, receive: b}]}\n',
    '2:93: warning: Cannot use request of one server: expected a check that has a request, got http by negotiate',
  ),
  yaml(
    'a source address of another family than the servers',
    service('bind_address: fd00::1'),
    '4:19: warning: Cannot use bind_address: expected an IPv4 address, as 10.0.0.2 is one, got fd00::1',
  ),
  yaml(
    'a mark of a check that goes over no network',
    service('checktype: external\n    checkcommand: check\n    bind_mark: 5'),
    '6:16: warning: Cannot use bind_mark: expected checktype negotiate, connect, ping, got checktype external',
  ),
  yaml(
    'a password without a name',
    service('passwd: open'),
    '4:13: warning: Cannot use passwd: expected login beside it, got none',
  ),
  yaml(
    'a length of no reply',
    service('service: udp\n    min_reply_length: 3'),
    '5:23: warning: Cannot use min_reply_length: expected require_reply beside it, got none',
  ),
  yaml(
    'an agent of a service that is one',
    service('service: agent\n    agent_port: 99'),
    '5:17: warning: Cannot use agent_port: expected checkport, as the check is the agent, got service agent',
  ),
  yaml(
    'failures of a check that has none',
    service('checktype: on\n    failurecount: 3'),
    '5:19: warning: Cannot use failurecount: expected a check that can fail, got checktype on',
  ),
  yaml(
    'a timeout that nothing goes by',
    `checktimeout: 1s\nnegotiatetimeout: 2s\n${service('')}`,
    '1:15: warning: Cannot use checktimeout: expected a service with checktype connect, ping, external or a number (negotiate goes by negotiatetimeout), got none',
  ),
  yaml(
    'tries of a ping, once for all services',
    `checkcount: 3\n${service('')}`,
    '1:13: warning: Cannot use checkcount: expected a service with checktype ping (failures of every check are failurecount), got none',
  ),
  yaml(
    'a timeout above the interval',
    service('checktimeout: 5s\n    checkinterval: 2s'),
    '4:19: warning: Cannot check at every checkinterval: expected a timeout of at most 2s, as a check that takes longer puts off the next, got 5s',
  ),
  yaml(
    'a timeout above the interval, once for all services',
    `checktimeout: 5s\ncheckinterval: 2s\n${service('')}`,
    '1:15: warning: Cannot check at every checkinterval: expected a timeout of at most 2s, as a check that takes longer puts off the next, got 5s',
  ),
  yaml(
    'a fallback on another port than a gate service',
    service('fallback: 127.0.0.1:8080 gate'),
    '4:15: warning: Cannot fall back to another port: expected port 80 of the service or no port, as a gate server gets packets as they came, got 8080',
  ),
  yaml(
    'persistent clients of a quiescent server',
    service('quiescent: yes\n    persistent: 60'),
    '5:17: warning: Cannot move persistent clients from a server that is out: expected "ipvs: {sysctl: {expire_quiescent_template: yes}}" beside quiescent and persistent, or quiescent: no, got neither',
  ),
  cf(
    'persistent clients of a quiescent server, where the file has no sysctl',
    'quiescent=yes\nvirtual=10.0.0.1:80\n    real=10.0.0.2:80 gate\n    persistent=60\n',
    '4:16: warning: Cannot move persistent clients from a server that is out: expected "sysctl net.ipv4.vs.expire_quiescent_template=1" on this host beside quiescent and persistent, or quiescent: no, got neither',
  ),
  yaml(
    'flows of UDP',
    dns('request: example.org'),
    '2:14: warning: Cannot move UDP flows from a server that is out: expected "ipvs: {sysctl: {expire_nodest_conn: yes}}", or ops: yes, got neither',
  ),
  yaml(
    'flows of UDP behind a mark of ours',
    'virtual:\n  - fwmark: 7\n    marks: [{address: 10.0.0.9, ports: [53], protocol: udp}]\n    real: [10.0.0.2 gate]\n    checktype: ping\n',
    '3:12: warning: Cannot move UDP flows from a server that is out: expected "ipvs: {sysctl: {expire_nodest_conn: yes}}", or ops: yes, got neither',
  ),
  yaml(
    'flows of UDP behind a mark, as its checks say',
    'virtual:\n  - fwmark: 7\n    real: [10.0.0.2:53 gate]\n    service: dns\n',
    '2:13: warning: Cannot move UDP flows from a server that is out: expected "ipvs: {sysctl: {expire_nodest_conn: yes}}", or ops: yes, got neither',
  ),
  yaml(
    'a key of the top level that each service has of its own',
    `checkinterval: 20s\n${service('checkinterval: 5s\n    negotiatetimeout: 5s')}`,
    '1:16: warning: Cannot use checkinterval: expected a service that goes by it, got none, as each has its own',
  ),
  yaml(
    'a flag of the top level that each service has of its own',
    `quiescent: yes\n${service('quiescent: no')}`,
    '1:12: warning: Cannot use quiescent: expected a service that goes by it, got none, as each has its own',
  ),
  yaml(
    'a fallback of all where each service has its own',
    `fallback: 10.0.0.9 masq\n${service('fallback: 10.0.0.8 masq')}`,
    '1:11: warning: Cannot use fallback: expected a service of its family without a fallback of its own, got none',
  ),
  yaml(
    'a fallback of the other family than all services',
    `fallback6: "fd00::9 masq"\n${service('')}`,
    '1:12: warning: Cannot use fallback6: expected a service of its family without a fallback of its own, got none',
  ),
  yaml(
    'the user of programs where there is none',
    `script_user: nobody\n${service('')}`,
    '1:14: warning: Cannot use script_user: expected a program that names no user, got none',
  ),
  yaml(
    'the user of programs where each has its own',
    `script_user: nobody\n${service('checktype: external\n    misc_path: /bin/true\n    checkuser: daemon')}`,
    '1:14: warning: Cannot use script_user: expected a program that names no user, got none',
  ),
  yaml(
    'flows of UDP to a quiescent server',
    `ipvs: {sysctl: {expire_nodest_conn: yes}}\n${dns('quiescent: yes\n    protocol: udp')}`,
    '6:15: warning: Cannot move UDP flows from a server that is out: expected "ipvs: {sysctl: {expire_nodest_conn: yes}}" and quiescent: no, or ops: yes, got neither',
  ),
  yaml(
    'readdquiescent without quiescent',
    service('readdquiescent: yes'),
    '4:21: warning: Cannot use readdquiescent: expected quiescent: yes beside it, got quiescent: no',
  ),
  yaml(
    'the user of no program',
    service('quorum: 1\n    quorum_user: nobody'),
    '5:18: warning: Cannot use quorum_user: expected quorum_up or quorum_down beside it, got neither',
  ),
  yaml(
    'ciphers of versions that are not agreed to',
    'virtual:\n  - {address: 10.0.0.1:443, real: [10.0.0.2:443 masq], tls_min_version: 1.3, ciphers: HIGH}\n',
    '2:87: warning: Cannot use ciphers: expected names of TLS 1.3 (TLS_...), as tls_min_version is 1.3, got HIGH',
  ),
  cf(
    'a file to execute that is not there',
    'execute=other.cf\n',
    '1:9: Cannot serve what execute names: expected a file in /etc/ha.d, got other.cf',
  ),
  yaml(
    'servers of NAT whose gateway does not float',
    `vrrp: [{name: A, interface: eth0, virtual_router_id: 5, virtual_ipaddress: [10.9.0.9/24]}]\n${other('address: 10.0.0.1:8080', 'checktype: connect')}`,
    '4:12: warning: Cannot keep the answers of masq servers through a failover: expected a virtual address on the network of 10.0.0.2 for their gateway, say virtual_ipaddress_excluded: [ADDRESS/LENGTH dev IF], or full NAT (docs/setup.md), got none',
  ),
];
