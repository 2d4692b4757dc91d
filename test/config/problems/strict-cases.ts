// What contradicts strict mode, and what has no effect beside it or beside another key of what an active does to another.
import { yaml } from '../yaml-cases.ts';
import type { ProblemCase } from './cases.ts';

const router = (more: string, top = '') =>
  `${top}vrrp:\n  - {name: A, interface: eth0, virtual_router_id: 5, virtual_ipaddress: [10.0.0.9], ${more}}\n`;
const strict = 'vrrp_strict: yes\n';

export const strictCases: readonly ProblemCase[] = [
  yaml(
    'a password in strict mode',
    router('strict_mode: yes, version: 2, auth_pass: secret'),
    '2:126: Cannot use auth_pass: expected none in strict mode, got a password',
  ),
  yaml(
    'unicast peers in strict mode of all',
    router('unicast_peer: [10.0.0.2]', strict),
    '3:99: Cannot use unicast_peer: expected none in strict mode, got 1',
  ),
  yaml(
    'a preempt delay in strict mode',
    router('preempt_delay: 5s', strict),
    '3:100: Cannot use preempt_delay: expected none in strict mode, got 5s',
  ),
  yaml(
    'a router in strict mode without an address',
    'vrrp: [{name: A, interface: eth0, virtual_router_id: 5, version: 2, strict_mode: yes}]\n',
    '1:8: Cannot use virtual_ipaddress: expected at least one address in strict mode, got none',
  ),
  yaml(
    'acceptance in strict mode of version 2',
    router('strict_mode: yes, version: 2, accept: yes'),
    '2:123: Cannot use accept: expected version: 3 or priority: 255 beside it in strict mode, got version 2',
  ),
  yaml(
    'no link-local address in strict mode',
    `${strict}vrrp: [{name: A, interface: eth0, virtual_router_id: 5, virtual_ipaddress: ["fd00::9"]}]\n`,
    '2:76: warning: Cannot advertise the addresses: expected a link-local IPv6 address among them in strict mode, got none',
  ),
  yaml(
    'strict mode of all, where there is no router',
    strict,
    '1:14: warning: Cannot use vrrp_strict: expected a virtual router in vrrp, got none',
  ),
  yaml(
    'strict mode of all, where each says it itself',
    router('strict_mode: no', strict),
    '1:14: warning: Cannot use vrrp_strict: expected a virtual router without strict_mode of its own, got none',
  ),
  yaml(
    'a second round of no announcements against another active',
    router('garp_lower_prio_repeat: 0, garp_lower_prio_delay: 3s'),
    '2:135: warning: Cannot use garp_lower_prio_delay: expected garp_lower_prio_repeat above 0 beside it, got 0',
  ),
];
