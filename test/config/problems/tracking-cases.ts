// Rules of what virtual routers track, and of sync groups, each with a config that breaks it.
import type { ProblemCase } from './cases.ts';

const yaml = (rule: string, text: string, problem: string): ProblemCase => ({
  rule,
  grammar: 'yaml',
  text,
  problem,
});

/** A virtual router with these keys more, on lines 6 and following; then what stands beside it. */
const router = (more: string, beside = '') =>
  `vrrp:\n  - name: A\n    interface: eth0\n    virtual_router_id: 5\n    virtual_ipaddress: [10.0.0.9]\n    ${more}\n${beside}`;

const other = '  - {name: B, interface: eth1, virtual_router_id: 6, virtual_ipaddress: [10.1.0.9]}\n';

export const trackCases: readonly ProblemCase[] = [
  yaml(
    'a script that is defined is tracked',
    router(
      'track_file: [f]',
      'vrrp_track_file: [{name: f, file: /f}]\nvrrp_script: [{name: web, script: /bin/true}]\n',
    ),
    '8:22: warning: Cannot use vrrp_script: expected a track_script that names it, got web',
  ),
  yaml(
    'a file that is defined is tracked',
    router(
      'track_script: [w]',
      'vrrp_script: [{name: w, script: /bin/true}]\nvrrp_track_file: [{name: f, file: /f}]\n',
    ),
    '8:26: warning: Cannot use vrrp_track_file: expected a track_file that names it, got f',
  ),
  yaml(
    'a process that is defined is tracked',
    router('priority: 90', 'vrrp_track_process: [{name: p, process: nginx}]\n'),
    '7:29: warning: Cannot use vrrp_track_process: expected a track_process that names it, got p',
  ),
  yaml(
    'an interface that changes slowly is one of a virtual router',
    router('priority: 90', 'vrrp_interface: [{name: eth7, up_delay: 5s}]\n'),
    '7:25: warning: Cannot use vrrp_interface: expected an interface of a virtual router, got eth7',
  ),
  yaml(
    'announcements that are sent once more are sent at all',
    router('garp_master_delay: 5s\n    garp_master_repeat: 0'),
    '6:24: warning: Cannot use garp_master_delay: expected garp_master_repeat above 0 beside it, got 0',
  ),
  yaml(
    'announcements are apart where there are any',
    router('garp_interval: 100ms\n    garp_master_repeat: 0'),
    '6:20: warning: Cannot use garp_interval: expected garp_master_repeat above 0 beside it, got 0',
  ),
  yaml(
    'adverts from below a macvlan where there is one',
    router('vmac_xmit_base: yes'),
    '6:21: warning: Cannot use vmac_xmit_base: expected use_vmac beside it, got none',
  ),
  yaml(
    'announcements are refreshed as often as there is a time for it',
    router('garp_master_refresh_repeat: 3'),
    '6:33: warning: Cannot use garp_master_refresh_repeat: expected garp_master_refresh beside it, got none',
  ),
  yaml(
    'the checksum is one of version 3',
    router('version: 2\n    checksum: rfc5798'),
    '7:15: warning: Cannot use checksum: expected version: 3, as only its checksum has two forms, got version 2',
  ),
  yaml(
    'a tracked script is defined',
    router('track_script: [wbe]', 'vrrp_script: [{name: web, script: /bin/true}]\n'),
    '6:20: Cannot track script: expected the name of a vrrp_script (did you mean "web"?), got wbe',
  ),
  yaml(
    'a tracked file is defined',
    router('track_file: [x]'),
    '6:18: Cannot track file: expected the name of a vrrp_track_file, got x',
  ),
  yaml(
    'a tracked process is defined',
    router('track_process: [{name: x, weight: 5}]'),
    '6:28: Cannot track process: expected the name of a vrrp_track_process, got x',
  ),
  yaml(
    'a tracked virtual service is defined',
    router('track_virtual: [10.0.0.1:8]', 'virtual:\n  - {address: 10.0.0.1:80, real: [10.0.0.2:80 gate]}\n'),
    '6:21: Cannot track virtual: expected the name of a virtual service (did you mean "10.0.0.1:80"?), got 10.0.0.1:8',
  ),
  yaml(
    'weights are in range',
    router('track_interface: [eth1 weight 300]'),
    '6:23: Cannot read vrrp 1 track_interface 1 weight: expected a whole number from -253 to 253, got 300',
  ),
  yaml(
    'the keys of a tracked thing are known',
    router('track_interface: [{name: eth1, wieght: 3}]'),
    '6:36: Cannot read vrrp 1 track_interface 1: expected a known key (did you mean "weight"?), got "wieght"',
  ),
  yaml(
    'a script is an absolute path',
    router('track_script: [web]', 'vrrp_script: [{name: web, script: check}]\n'),
    '7:35: Cannot read vrrp_script 1 script: expected the absolute path of a program, with arguments, got check',
  ),
  yaml(
    'the quotes of a script end',
    router('track_script: [web]', `vrrp_script: [{name: web, script: '/bin/check "a'}]\n`),
    '7:35: Cannot read vrrp_script 1 script: expected the absolute path of a program, with arguments, got /bin/check "a',
  ),
  yaml(
    'a definition stands once',
    router('priority: 9', 'vrrp_track_file: [{name: x, file: /a}, {name: x, file: /b}]\n'),
    '7:47: Cannot define vrrp_track_file: expected each name once, got x again',
  ),
  yaml(
    'members of a sync group are virtual routers',
    router(`priority: 100\n${other}`, 'vrrp_sync_group: [{name: G, group: [A, C]}]\n'),
    '9:40: Cannot add to the sync group: expected the name of a virtual router (did you mean "A"?), got C',
  ),
  yaml(
    'a virtual router is in one sync group',
    router(
      `priority: 100\n${other}`,
      'vrrp_sync_group:\n  - {name: G, group: [A, B]}\n  - {name: H, group: [A, B]}\n',
    ),
    '11:23: Cannot add to the sync group: expected a router that is in none yet (G), got A',
  ),
  yaml(
    'a sync group of one is said',
    router('priority: 100', 'vrrp_sync_group: [{name: G, group: [A]}]\n'),
    '7:36: warning: Cannot move as one: expected at least two virtual routers, got 1',
  ),
  yaml(
    'members of a sync group have one priority',
    router(`priority: 150\n${other}`, 'vrrp_sync_group: [{name: G, group: [A, B]}]\n'),
    '9:36: warning: Cannot move as one: expected the same priority in every member, got 150 and 100',
  ),
  yaml(
    'an owner has no use for weights',
    router('priority: 255\n    track_interface: [eth1 weight 5]'),
    '7:22: warning: Cannot use the weight: expected a priority below 255, which is the owner of the addresses and is never moved, got eth1 weight 5',
  ),
  yaml(
    'a router needs its own interface anyway',
    router('track_interface: [eth0]'),
    '6:23: warning: Cannot gain from track_interface: expected another interface than its own, which it needs anyway, got eth0',
  ),
  {
    rule: 'keys of a vrrp_script section are known',
    grammar: 'cf',
    text: 'vrrp_script=web\n    script=/bin/true\n    intervall=5\n',
    problem:
      '3:5: Cannot read vrrp_script: expected a known directive (did you mean "interval"?), got "intervall"',
  },
  yaml(
    'a notify script has the user that is named for it',
    router('notify: /bin/n\n    notify_master_user: nobody'),
    '7:25: warning: Cannot use notify_master_user: expected notify_master beside it, got none',
  ),
  yaml(
    'notify_deleted is a program, or whether',
    router('notify_deleted: maybe'),
    '6:21: Cannot read vrrp 1 notify_deleted: expected the absolute path of a program, with arguments, or yes or no, got maybe',
  ),
  yaml(
    'a user is a name, and perhaps a group',
    router('notify: /bin/n\n    notify_user: "a:b:c"'),
    '7:18: Cannot read vrrp 1 notify_user: expected a user, or USER:GROUP, got a:b:c',
  ),
  yaml(
    'FIFOs have different paths',
    router('priority: 90', 'notify_fifo: /run/f\nlvs_notify_fifo: /run/f\n'),
    '8:18: Cannot open lvs_notify_fifo: expected another path than that of notify_fifo, got /run/f',
  ),
  yaml(
    'a FIFO has the program that is named for it',
    router('priority: 90', 'lvs_notify_fifo_script: /bin/true\n'),
    '7:25: warning: Cannot use lvs_notify_fifo_script: expected lvs_notify_fifo beside it, got none',
  ),
  yaml(
    'a program of a FIFO has the user that is named for it',
    router('priority: 90', 'notify_fifo: /run/f\nnotify_fifo_script_user: nobody\n'),
    '8:26: warning: Cannot use notify_fifo_script_user: expected notify_fifo_script beside it, got none',
  ),
  yaml(
    'states are written on a reload where there is a FIFO of them',
    router('priority: 90', 'lvs_notify_fifo: /run/f\nfifo_write_vrrp_states_on_reload: yes\n'),
    '8:35: warning: Cannot use fifo_write_vrrp_states_on_reload: expected notify_fifo or vrrp_notify_fifo, got neither',
  ),
  yaml(
    'new priorities are written where there is a FIFO of them',
    router('notify_priority_changes: yes'),
    '6:30: warning: Cannot use notify_priority_changes: expected notify_fifo or vrrp_notify_fifo, got neither',
  ),
];
