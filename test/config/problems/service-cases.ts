// Rules of virtual services and their servers, each with a config that breaks it.

import { servers, service, yaml } from '../yaml-cases.ts';
import type { ProblemCase } from './cases.ts';

export const serviceCases: readonly ProblemCase[] = [
  yaml(
    'a user of programs that a server does not have',
    servers('[{address: 10.0.0.2, notify_user: bird}]'),
    '4:45: warning: Cannot use notify_user: expected notify_up or notify_down beside it, got neither',
  ),
  yaml(
    'programs of a server that never comes or goes',
    'virtual:\n  - {address: 10.0.0.1:80, checktype: off, real: [{address: 10.0.0.2, notify_up: /bin/true}]}\n',
    '2:51: warning: Cannot tell when the server comes and goes: expected servers that are checked, got checktype off',
  ),
  yaml(
    'programs of a loss at a stop where there are none',
    service('omega: yes'),
    '4:12: warning: Cannot use omega: expected quorum_down, notify_down of a server, or a FIFO that tells of services, got none',
  ),
  yaml(
    'an address or a mark',
    'virtual:\n  - scheduler: rr\n',
    '2:5: Cannot name virtual service: expected either address or fwmark, got neither',
  ),
  yaml(
    'not both',
    'virtual:\n  - {address: 10.0.0.1:80, fwmark: 1}\n',
    '2:5: Cannot name virtual service: expected either address or fwmark, got both',
  ),
  yaml(
    'the first hold within the longest',
    service('flap_hold: 20m'),
    '4:16: Cannot use flap_hold: expected at most flap_hold_max (10m), got 20m',
  ),
  yaml(
    'the longest hold above the first, once for all services',
    `flap_hold: 1m\n${service('flap_hold_max: 10s')}`,
    '5:20: Cannot use flap_hold_max: expected at least flap_hold (1m), got 10s',
  ),
  yaml(
    'a window in which a server can fall so often',
    service('flap_hold: 10s\n    flap_window: 40s'),
    '5:18: warning: Cannot notice flapping: expected a flap_window above 40s, which 3 falls take at the least, got 40s',
  ),
  yaml(
    'flap_hold beside what belongs to it',
    service('flap_count: 5'),
    '4:17: warning: Cannot use flap_count: expected flap_hold beside it, got none',
  ),
  yaml(
    'a mark has no protocol',
    'virtual:\n  - {fwmark: 1, protocol: tcp, real: 10.0.0.2 gate}\n',
    '2:27: Cannot use protocol: expected none beside fwmark, which takes packets of any protocol, got tcp',
  ),
  yaml(
    'a service once',
    `${service('')}  - address: 10.0.0.1:80\n    real: [10.0.0.3:80 gate]\n`,
    '5:5: Cannot add virtual service: expected each service once (first in line 2), got tcp 10.0.0.1:80',
  ),
  yaml(
    'a known name',
    'virtual:\n  - {address: nobody.example.org:80, real: 10.0.0.2 gate}\n',
    '2:15: Cannot use virtual service: expected an IPv4 address, or a name that has one, got nobody.example.org',
  ),
  yaml(
    'digits are no name',
    servers('[999.0.0.1:80 gate]'),
    '4:12: Cannot use server: expected an address or a name that has one, got 999.0.0.1',
  ),
  yaml(
    'what ends in a number is no name',
    servers('[0x0a.0.0.1:80 gate]'),
    '4:12: Cannot use server: expected an address or a name that has one, got 0x0a.0.0.1',
  ),
  yaml(
    'a file of servers by its whole path',
    'virtual:\n  - {address: 10.0.0.1:80, real_file: fleet.yaml}\n',
    '2:39: Cannot read virtual 1 real_file: expected an absolute path, got fleet.yaml',
  ),
  yaml(
    'a known port name',
    servers('["10.0.0.2:nosuch gate"]'),
    '4:12: Cannot use real server: expected a port from 0 to 65535 or a known service name, got nosuch',
  ),
  yaml(
    'a port of the protocol',
    'virtual:\n  - {address: 10.0.0.1:http, protocol: udp, real: 10.0.0.2 gate}\n',
    '2:15: Cannot use virtual service: expected a port from 0 to 65535 or a service name that udp has, got http',
  ),
  yaml(
    'a server of the family',
    servers("['[fd00::2]:80 gate']"),
    '4:12: Cannot use server: expected an IPv4 server, as the service is, got fd00::2',
  ),
  yaml(
    'a range upwards',
    servers('[10.0.0.9->10.0.0.2:80 gate]'),
    '4:12: Cannot use real server: expected a range of IPv4 addresses, the lower first, of at most 4096, got 10.0.0.9->10.0.0.2',
  ),
  yaml(
    'a range of some size',
    servers('[10.0.0.0->10.0.255.255:80 gate]'),
    '4:12: Cannot use real server: expected a range of IPv4 addresses, the lower first, of at most 4096, got 10.0.0.0->10.0.255.255',
  ),
  yaml(
    'a line of a server',
    servers('[10.0.0.2:80 route]'),
    '4:12: Cannot read virtual 1 real 1: expected ADDRESS[:PORT] gate|masq|ipip [WEIGHT], got 10.0.0.2:80 route',
  ),
  yaml(
    'a weight in range',
    servers('[10.0.0.2:80 gate 70000]'),
    '4:12: Cannot read virtual 1 real 1 weight: expected a whole number from 0 to 65535, got 70000',
  ),
  yaml(
    'junk before a weight',
    servers('[10.0.0.2:80 gate -w 7]'),
    '4:12: warning: Cannot use all of virtual 1 real 1: expected nothing but a weight there, got -w',
  ),
  yaml(
    'thresholds in order',
    servers('[10.0.0.2:80 gate 1 l:9 u:5]'),
    '4:12: Cannot use lower_threshold: expected at most upper_threshold (5), got 9',
  ),
  yaml(
    'request and receive of a server',
    servers('[{address: 10.0.0.2:80, request: /x}]'),
    '4:44: Cannot use request of one server: expected receive beside it, got request alone',
  ),
  yaml(
    'a fallback has no weight',
    service('fallback: 127.0.0.1:80 gate 5'),
    '4:15: Cannot read virtual 1 fallback 1: expected ADDRESS[:PORT] [gate|masq|ipip], got 127.0.0.1:80 gate 5',
  ),
  yaml(
    'a port of a fallback',
    service('fallback: 127.0.0.1:domain2'),
    '4:15: Cannot use fallback: expected a port from 0 to 65535 or a service name that tcp has, got domain2',
  ),
  yaml(
    'schedulers are known',
    service('scheduler: wrl'),
    '4:16: Cannot use scheduler: expected one of rr, wrr, lc, wlc, lblc, lblcr, dh, sh, sed, nq, fo, ovf, mh, twos (did you mean "wrr"?), got wrl',
  ),
  yaml(
    'flags are known',
    service('scheduler: sh\n    schedflags: sh-prot'),
    '5:17: Cannot use schedflags: expected one of sh-fallback, sh-port, mh-fallback, mh-port, flag-1, flag-2, flag-3 (did you mean "sh-port"?), got sh-prot',
  ),
  yaml(
    'receive compiles',
    service('receive: "a("'),
    '4:14: Cannot compile receive: expected a regular expression (a group is not closed; write \\( for a bracket), got a(',
  ),
  yaml(
    'receive is what Perl makes of a variable',
    service("receive: '\\Qok\\E'"),
    '4:14: Cannot compile receive: expected a regular expression (\\Q has no meaning in a variable; write a backslash before each special character), got \\Qok\\E',
  ),
  yaml(
    'fall is failurecount',
    service('fall: 2\n    failurecount: 3'),
    '4:11: Cannot use fall: expected the same as failurecount (3), which it is another name of, got 2',
  ),
  yaml(
    'fall is failurecount at the top',
    'fall: 2\nfailurecount: 3\n',
    '1:7: Cannot use fall: expected the same as failurecount (3), which it is another name of, got 2',
  ),
  yaml(
    'sh keeps clients itself',
    service('scheduler: sh\n    persistent: 60'),
    '5:17: warning: Cannot gain from persistent: expected another scheduler than sh, which keeps clients by itself, got 60 s',
  ),
  yaml(
    'a netmask needs persistence',
    service('netmask: 255.255.255.0'),
    '4:14: warning: Cannot use netmask: expected persistent beside it, got /24',
  ),
  yaml(
    'an engine needs persistence',
    service('persistence_engine: sip'),
    '4:25: warning: Cannot use persistence_engine: expected persistent beside it, got sip',
  ),
  yaml(
    'one packet is UDP',
    service('ops: yes'),
    '4:10: warning: Cannot schedule single packets: expected a service of protocol udp, got tcp 10.0.0.1:80',
  ),
  yaml(
    'port 0 needs persistence',
    'virtual:\n  - {address: 10.0.0.1:0, real: 10.0.0.2 gate}\n',
    '2:15: warning: Cannot serve every port: expected persistent beside port 0, got tcp 10.0.0.1:0',
  ),
  yaml(
    'a service that has a check',
    service('service: oracle'),
    '4:14: warning: Cannot negotiate: expected checktype external with a program that speaks it, as it is only connected to (over udp pinged), got oracle',
  ),
  yaml(
    'an SQL check that logs in and asks',
    service('service: mysql\n    request: SELECT 1'),
    '4:14: warning: Cannot query: expected login and request beside it: no server is up without, got mysql',
  ),
  yaml(
    'an SQL check that logs in and asks',
    service('service: pgsql\n    login: check'),
    '4:14: warning: Cannot query: expected login and request beside it: no server is up without, got pgsql',
  ),
  yaml(
    'rows are not matched',
    service('service: mysql\n    login: check\n    request: SELECT 1\n    receive: ok'),
    '7:14: warning: Cannot use receive: expected service http, https, http_proxy, ftp, ftps, simpletcp, dns, ldap, ldaps, got mysql',
  ),
  yaml(
    'RADIUS has a secret',
    service('service: radius\n    login: check'),
    '4:14: warning: Cannot log in: expected login and secret beside it, got radius',
  ),
  yaml(
    'keys of an HTTP check',
    service('service: dns\n    status: 401'),
    '5:13: warning: Cannot use status: expected service http, https, got dns',
  ),
  yaml(
    'keys of a DNS check',
    service('dns_type: AAAA'),
    '4:15: warning: Cannot use dns_type: expected service dns, got http',
  ),
  yaml(
    'a body goes with POST',
    service('body: "{}"'),
    '4:11: warning: Cannot send body: expected httpmethod POST, PUT or PATCH beside it, got GET',
  ),
  yaml(
    'HEAD has no body',
    service('httpmethod: HEAD\n    json: $.ok'),
    '4:17: warning: Cannot judge json: expected GET, as an answer to HEAD has no body, got HEAD',
  ),
  yaml(
    'urls take the place of request',
    service('request: /a\n    urls: [{request: /b}]'),
    '4:14: warning: Cannot use request: expected a URL without a request of its own, as urls are asked for instead, got none',
  ),
  yaml(
    'HTTP statuses',
    service('status: 200-99'),
    '4:13: Cannot read virtual 1 status: expected HTTP statuses from 100 to 599, single or in ranges, with commas between: 200-299,401, got 200-99',
  ),
  yaml(
    'a JSON test',
    service('json: $..a'),
    '4:11: Cannot read virtual 1 json: expected a path as $.name, $["a name"] or $.list[0], alone or with == != < <= > >= and a JSON value: $.status == "ok", got $..a',
  ),
  yaml(
    'a digest',
    service('digest: abc'),
    '4:13: Cannot read virtual 1 digest: expected the MD5 of the whole body, 32 hexadecimal digits, got abc',
  ),
  yaml(
    'a header',
    service('headers: ["Host: a"]'),
    '4:15: Cannot read virtual 1 headers 1: expected NAME: VALUE, where NAME is none of connection, content-length, expect, host, keep-alive, proxy-connection, te, trailer, transfer-encoding, upgrade (Host is virtualhost), got a text of 7 character(s), which is not shown',
  ),
  yaml(
    'the patterns of urls',
    service('urls: [{receive: "["}]'),
    '4:22: Cannot compile receive: expected a regular expression (brackets that are not closed; write \\[ for a bracket), got [',
  ),
  yaml(
    'checks of a service that is not checked',
    service('checktype: off\n    checks: [{service: http}]'),
    '5:13: Cannot use checks: expected a service that is checked, got checktype off',
  ),
  yaml(
    'a check of several that is none',
    service('checks: [{checktype: off}]'),
    '4:26: Cannot use one of checks: expected a check that is made; off is said of a whole service, got off',
  ),
  yaml(
    'the patterns of checks',
    service('checks: [{receive: "["}]'),
    '4:24: Cannot compile receive: expected a regular expression (brackets that are not closed; write \\[ for a bracket), got [',
  ),
  yaml(
    'the counts of checks',
    service('checks: [{fall: 3, failurecount: 2}]'),
    '4:21: Cannot use fall: expected the same as failurecount (2), which it is another name of, got 3',
  ),
  yaml(
    'an rcode',
    service('service: dns\n    dns_rcode: NOPE'),
    '5:16: Cannot read virtual 1 dns_rcode: expected rcodes with commas between: NOERROR, FORMERR, SERVFAIL, NXDOMAIN, NOTIMP, REFUSED, YXDOMAIN, YXRRSET, NXRRSET, NOTAUTH, NOTZONE, got NOPE',
  ),
  yaml(
    'HEAD has no body',
    service('httpmethod: HEAD\n    receive: ok'),
    '4:17: warning: Cannot match receive: expected GET, as an answer to HEAD has no body, got HEAD',
  ),
  yaml(
    'verify is for TLS',
    service('verify: yes'),
    '4:13: warning: Cannot use verify: expected service https, smtp, submission, smtps, imap, imaps, pop, pops, nntp, nntps, ftp, ftps, ldap, ldaps, mysql, pgsql, grpcs, got http',
  ),
  yaml(
    'keys of a UDP check',
    service('require_reply: yes'),
    '4:20: warning: Cannot use require_reply: expected service udp, got http',
  ),
  yaml(
    'a payload is hexadecimal',
    service('service: udp\n    payload: 0x12'),
    '5:14: Cannot read virtual 1 payload: expected hexadecimal digits, two a byte, blanks between allowed, got 0x12',
  ),
  yaml(
    'a reply that can be',
    service('service: udp\n    require_reply: yes\n    min_reply_length: 300'),
    '6:23: warning: Cannot take any reply: expected min_reply_length up to max_reply_length, got 300 > 255',
  ),
  yaml(
    'a file to check',
    service('service: file'),
    '4:14: warning: Cannot check a file: expected checkfile beside it, got file alone',
  ),
  yaml(
    'a proxy is asked for a URL',
    service('service: http_proxy\n    request: index.html'),
    '5:14: warning: Cannot ask a proxy: expected an absolute URL in request (http://HOST/PATH), got index.html',
  ),
  yaml(
    'an agent is asked at its port',
    service('agent_send: hello'),
    '4:17: warning: Cannot use agent_send: expected agent_port beside it, or service agent, got neither',
  ),
  yaml(
    'a PROXY header goes before no check of a directory',
    service('proxy_protocol: v2\n    service: ldap\n    request: dc=example'),
    '4:21: warning: Cannot use proxy_protocol: expected service http, https, http_proxy, smtp, submission, smtps, imap, imaps, pop, pops, nntp, nntps, ftp, ftps, simpletcp, agent, got ldap',
  ),
  yaml(
    'a PROXY header goes over TCP',
    service('proxy_protocol: v2\n    checktype: ping'),
    '4:21: warning: Cannot use proxy_protocol: expected checktype negotiate, connect, got checktype ping',
  ),
  yaml(
    'ca needs verify',
    service('service: https\n    ca: /etc/ca.pem'),
    '5:9: warning: Cannot use ca: expected verify: yes beside it, got /etc/ca.pem',
  ),
  yaml(
    'TLS is asked for',
    service('service: smtp\n    verify: yes\n    ca: /etc/ca.pem'),
    '5:13: warning: Cannot use verify: expected starttls: yes beside it, got none',
  ),
  yaml(
    'TLS is not asked for where it is spoken from the start',
    service('service: https\n    starttls: yes'),
    '5:15: warning: Cannot use starttls: expected service smtp, submission, imap, pop, nntp, ftp, ldap, mysql, pgsql, got https',
  ),
  yaml(
    'a key needs its certificate',
    service('service: https\n    key: /etc/key.pem'),
    '5:10: warning: Cannot use key: expected cert beside it, got none',
  ),
  yaml(
    'certificate and ciphers are for TLS',
    service('cert: /etc/cert.pem\n    ciphers: HIGH'),
    '4:11: warning: Cannot use cert and ciphers: expected service https, smtp, submission, smtps, imap, imaps, pop, pops, nntp, nntps, ftp, ftps, ldap, ldaps, mysql, pgsql, grpcs, got http',
  ),
  yaml(
    'checkcount is for ping',
    service('checkcount: 3'),
    '4:17: warning: Cannot use checkcount: expected checktype ping (failures of every check are failurecount), got checktype negotiate',
  ),
  yaml(
    'external-perl starts perl',
    service('checktype: external-perl\n    checkcommand: /x.pl'),
    '4:16: warning: Cannot keep the script loaded: expected external, as perl is started for each check, got external-perl',
  ),
  yaml(
    'external wants a command',
    service('checktype: external'),
    '4:16: warning: Cannot learn anything from the check: expected checkcommand or misc_path beside it, got external alone',
  ),
  yaml(
    'gate keeps the port',
    servers('[10.0.0.2:8080 gate]'),
    '4:12: warning: Cannot forward to another port: expected port 80, as a gate server gets packets as they came (the check goes to 8080), got 8080',
  ),
  yaml(
    'ipip keeps the port',
    servers('[10.0.0.2:8080 ipip]'),
    '4:12: warning: Cannot forward to another port: expected port 80, as a ipip server gets packets as they came (the check goes to 8080), got 8080',
  ),
  yaml(
    'no masq to loopback',
    service('fallback: 127.0.0.1:81 masq'),
    '4:15: warning: Cannot translate to this host: expected gate for a loopback address, got masq 127.0.0.1',
  ),
  yaml(
    'masq or gate',
    servers('[10.0.0.2:80 gate, 10.0.0.3:80 masq]'),
    '4:11: warning: Cannot send every reply the same way: expected one method for the servers of a service, got gate and masq',
  ),
  yaml(
    'a server once',
    servers('[10.0.0.2:80 gate, 10.0.0.2 gate 3]'),
    '4:30: warning: Cannot use real server: expected each server once in a service, got 10.0.0.2:80 again',
  ),
  yaml(
    'some server',
    'virtual:\n  - {address: 10.0.0.1:80}\n',
    '2:5: warning: Cannot serve anyone: expected at least one real server or a fallback, got tcp 10.0.0.1:80',
  ),
  yaml(
    'the fallback is another server',
    service('fallback: 10.0.0.2:80 gate'),
    '4:15: warning: Cannot fall back: expected a server that is not a real server of the service, got 10.0.0.2:80',
  ),
  yaml(
    'a tier twice',
    service('fallback: [127.0.0.1:80, 127.0.0.1:80 gate]'),
    '4:30: warning: Cannot use fallback: expected each server once in a service, got 127.0.0.1:80 again',
  ),
  yaml(
    'a tier behind one that is not checked',
    service('fallback: [{address: 127.0.0.1:80, check: no}, 127.0.0.9:80]'),
    '4:52: warning: Cannot reach fallback: expected check: yes for each before it, as one that is not checked always serves, got 127.0.0.9:80',
  ),
  yaml(
    'request and receive of a tier',
    service('fallback: {address: 127.0.0.1:80, check: yes, request: /x}'),
    '4:60: Cannot use request of one server: expected receive beside it, got request alone',
  ),
  yaml(
    'hysteresis below quorum',
    service('quorum: 2\n    hysteresis: 2'),
    '5:17: Cannot use hysteresis: expected less than quorum (2), got 2',
  ),
  yaml(
    'hysteresis needs a quorum above 1',
    service('hysteresis: 1'),
    '4:17: Cannot use hysteresis: expected less than quorum (1), got 1',
  ),
  yaml(
    'a quorum that the top level has hysteresis for',
    `hysteresis: 3\n${service('quorum: 3')}`,
    '5:13: Cannot use hysteresis: expected less than quorum (3), got 3',
  ),
  yaml(
    'a quorum within all weights',
    service('quorum: 2'),
    '4:13: warning: Cannot reach the quorum: expected at most the sum of the weights (1), which counts instead, got 2',
  ),
  yaml(
    'a quorum that can be regained',
    servers('[10.0.0.2:80 gate 6]\n    quorum: 5\n    hysteresis: 2'),
    '6:17: warning: Cannot regain the quorum: expected quorum + hysteresis at most the sum of the weights (6), which counts instead, got 5 + 2',
  ),
  yaml(
    'a quorum needs checks',
    service('quorum: 1\n    checktype: off'),
    '4:13: warning: Cannot know the quorum: expected servers that are checked, got checktype off',
  ),
  yaml(
    'no fork',
    'fork: yes\n',
    '1:7: warning: Cannot honour fork: expected nothing, as checks never wait for one another, got yes',
  ),
  yaml(
    'no monitorfile',
    service('monitorfile: /tmp/x'),
    '4:18: warning: Cannot honour monitorfile: expected nothing, as the log has every verdict, got /tmp/x',
  ),
  yaml(
    'a facility that syslog has',
    'logfile: locale0\n',
    '1:10: Cannot log to logfile: expected the absolute path of a file, or a facility (daemon, local0 to local7) (did you mean "local0"?), got locale0',
  ),
  yaml(
    'a syslog that has an address',
    'log: {syslog: {to: "udp://nowhere.invalid"}}\n',
    '1:20: Cannot log to syslog: expected an address or a name that has one, got nowhere.invalid',
  ),
  yaml(
    'a syslog over a protocol that it has',
    'log: {syslog: {to: "tls://192.0.2.9"}}\n',
    '1:20: Cannot read log syslog 1 to: expected a socket (/dev/log), udp://HOST[:PORT] or tcp://HOST[:PORT], got tls://192.0.2.9',
  ),
];
