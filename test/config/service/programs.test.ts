// Which programs of a configuration are looked at, as whom, and where the warning stands.
import { expect, it } from 'vitest';
import { parseConfig } from '../../../src/config/load.ts';
import type { ProgramUse } from '../../../src/model/config/environment.ts';
import { environment } from '../../make/environment.ts';

const text = `
script_user: scripts
fallbackcommand: /opt/all "$VIP" | logger
quorum_up: /opt/up all
vrrp_script:
  - {name: a, script: /opt/a x, user: daemon}
  - {name: b, script: /opt/b}
vrrp:
  - name: VI
    interface: eth0
    virtual_router_id: 1
    virtual_ipaddress: [10.0.0.1]
    track_script: [a, b]
    notify: /opt/notify
virtual:
  - {address: "10.0.0.1:80", checktype: external, checkcommand: /opt/own, checkuser: web, real: [10.0.0.2 gate]}
  - {address: "10.0.0.1:81", checktype: external-perl, checkcommand: /opt/perl, real: [10.0.0.2 gate]}
  - {address: "10.0.0.1:82", checktype: external, checkcommand: found-in-path, real: [10.0.0.2 gate]}
  - {address: "10.0.0.1:83", checktype: connect, checkcommand: /opt/unused, quorum_down: /opt/down, quorum_user: web, real: [10.0.0.2 gate]}
`;

it('judges every program as the user that it runs as', () => {
  const judged: [string, ProgramUse][] = [];
  const judgeProgram = (file: string, use: ProgramUse) => {
    judged.push([file, use]);
    return file === '/opt/own' ? { rule: 'a program that is there', got: 'none' } : undefined;
  };
  const { problems } = parseConfig(text, 'x.yaml', { ...environment, judgeProgram });
  expect(judged).toEqual([
    ['/opt/own', { user: 'web' }],
    ['/opt/perl', { user: 'scripts', isRead: true }],
    ['/opt/down', { user: 'web' }],
    ['/opt/a', { user: 'daemon' }],
    ['/opt/b', { user: 'scripts' }],
    ['/opt/notify', { user: 'scripts', isAction: true }],
    ['/opt/all', { user: 'scripts', isAction: true }],
    ['/opt/up', { user: 'scripts' }],
  ]);
  const [warning] = problems.filter(({ message }) => message.startsWith('Cannot run'));
  expect(warning).toMatchObject({ severity: 'warning', at: { line: 16 } });
  expect(warning?.message).toBe('Cannot run /opt/own: expected a program that is there, got none');
});
