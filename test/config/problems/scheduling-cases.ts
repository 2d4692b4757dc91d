// Rules of how a service shares out connections and reaches its servers, each with a config that breaks it.

import { servers, service, yaml } from '../yaml-cases.ts';
import type { ProblemCase } from './cases.ts';

/** An ipip server with this tunnel. */
const tunnel = (keys: string) => servers(`[{address: 10.0.0.2, forward: ipip, tunnel: {${keys}}}]`);

export const schedulingCases: readonly ProblemCase[] = [
  yaml(
    'a netmask of the family',
    service('persistent: 60\n    netmask: 64'),
    '5:14: Cannot use netmask: expected a netmask or a prefix length from 1 to 32 for IPv4, got /64',
  ),
  yaml(
    'a netmask of IPv4 is none of IPv6',
    "virtual:\n  - {address: '[fd00::1]:80', persistent: 60, netmask: 255.255.255.0, real: 'fd00::2 gate'}\n",
    '2:56: Cannot use netmask: expected a prefix length from 1 to 128 for IPv6, got the netmask of /24',
  ),
  yaml(
    'a flag of the scheduler',
    service('scheduler: sh\n    schedflags: mh-port'),
    '5:17: Cannot use schedflags: expected a flag of sh, got mh-port',
  ),
  yaml(
    'a flag of a scheduler that has flags',
    service('scheduler: rr\n    schedflags: sh-port'),
    '5:17: Cannot use schedflags: expected a flag of rr, got sh-port',
  ),
  yaml(
    'masq within a family',
    servers("['[fd00::2]:80 masq']"),
    '4:12: Cannot use server: expected an IPv4 server, as the service is, got fd00::2',
  ),
  yaml(
    'a mark above 0',
    'virtual:\n  - {fwmark: 0, real: 10.0.0.2 gate}\n',
    '2:14: Cannot read virtual 1 fwmark: expected a whole number from 1 to 4294967295, got 0',
  ),
  yaml(
    'a unicast server',
    servers('[224.0.0.1:80 gate]'),
    '4:12: Cannot use server: expected a unicast address, got 224.0.0.1',
  ),
  yaml(
    'somebody, not everybody',
    servers('[0.0.0.0:80 gate]'),
    '4:12: Cannot use server: expected a unicast address, got 0.0.0.0',
  ),
  yaml(
    'Call-ID is of UDP',
    service('persistent: 60\n    persistence_engine: sip'),
    '5:25: warning: Cannot serve anyone by Call-ID: expected a service of protocol udp, got tcp 10.0.0.1:80',
  ),
  yaml(
    'a tunnel for ipip',
    servers('[{address: 10.0.0.2, tunnel: {type: gre}}]'),
    '4:40: Cannot use tunnel: expected forward ipip beside it, got gate',
  ),
  yaml(
    'gue has a port',
    tunnel('type: gue'),
    '4:55: Cannot use tunnel: expected a port beside type gue, got none',
  ),
  yaml(
    'gre has none',
    tunnel('type: gre, port: 6080'),
    '4:73: Cannot use tunnel: expected no port beside type gre, got 6080',
  ),
  yaml(
    'ipip has no checksum',
    tunnel('type: ipip, checksum: yes'),
    '4:78: Cannot use tunnel: expected no checksum beside type ipip, got yes',
  ),
  yaml(
    'only gue has a remote checksum',
    tunnel('type: gre, checksum: remote'),
    '4:77: Cannot use tunnel: expected checksum yes or no beside type gre, got remote',
  ),
  yaml(
    'one family beside sync daemons',
    "ipvs: {sync: {interface: eth1, mode: both}}\nvirtual:\n  - {address: 10.0.0.1:80, real: ['[fd00::2] ipip']}\n",
    "3:35: warning: Cannot use server: expected a server of its service's family, as the sync daemons (ipvs sync) know no other, got fd00::2",
  ),
  yaml(
    'a checksum or none',
    tunnel('type: gre, checksum: perhaps'),
    '4:77: Cannot read virtual 1 real 1 tunnel checksum: expected yes, no or remote, got perhaps',
  ),
];
