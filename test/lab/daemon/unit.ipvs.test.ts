// What the systemd unit promises: the capabilities that it leaves the daemon are enough for all that it does.
import { chmodSync, chownSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkoutRoot } from '../harness/checkout.ts';
import { withLab } from '../harness/namespaces.ts';
import { waitUntil } from '../harness/process.ts';
import { daemonMain } from '../harness/programs.ts';

const unit = readFileSync(join(checkoutRoot, 'systemd', 'lvs-director.service'), 'utf8');
const granted = (/^CapabilityBoundingSet=(.*)$/m.exec(unit)?.[1] ?? '')
  .split(' ')
  .map((name) => name.replace('CAP_', '').toLowerCase());

const config = (folder: string) => `
director: {control_socket: ${folder}/c, state_dir: ${folder}/state}
ipvs: {timeout: {tcp: 10m}, sysctl: {expire_nodest_conn: 1}, sync: {interface: eth0}}
vrrp: [{name: VI_1, interface: eth0, virtual_router_id: 9, advert_int: 100ms, virtual_ipaddress: [10.9.0.9/24]}]
virtual: [{address: "10.9.0.9:80", checktype: ping, real: ["10.9.0.1:80 gate"]}]
`;

describe('the unit', () => {
  it('grants few capabilities, and with them the daemon pings, sets, fills the table and takes the address', () =>
    withLab(async (lab) => {
      expect(granted).not.toContain('sys_admin');
      expect(unit).toMatch(/^ReadWritePaths=\/proc\/sys\/net$/m);
      const host = await lab.host('lvs1');
      await lab.attach(host, await lab.lan('lan'), { addresses: ['10.9.0.1/24'] });
      const folder = lab.directory('unit');
      writeFileSync(join(folder, 'a.yaml'), config(folder));
      const set = ['-all', ...granted.map((name) => `+${name}`)].join(',');
      // As systemd begins it: a user of its own, with these capabilities as ambient ones.
      const user = ['--reuid=4711', '--regid=4711', '--clear-groups'];
      const sets = [`--bounding-set=${set}`, `--inh-caps=${set}`, `--ambient-caps=${set}`];
      chmodSync(dirname(folder), 0o711);
      chownSync(folder, 4711, 4711);
      const bounds = ['setpriv', ...user, ...sets, '--no-new-privs'];
      const daemon = host.start([
        ...bounds,
        process.execPath,
        daemonMain,
        'run',
        '-c',
        join(folder, 'a.yaml'),
      ]);
      const started = await daemon.waitFor(/vrrp\.process_started/, { timeoutMs: 20_000 });
      expect(JSON.parse(started)).toMatchObject({ memory_locked: true, realtime: true });
      await waitUntil(async () => (await host.run('ip', '-br', 'address')).includes('10.9.0.9/24'), {
        what: 'the address',
      });
      await waitUntil(async () => (await host.run('ipvsadm', '-Sn')).includes('-r 10.9.0.1:80 -g -w 1'), {
        what: 'the table',
      });
      expect(await host.run('sysctl', '-n', 'net.ipv4.vs.expire_nodest_conn')).toBe('1\n');
      expect(await host.run('ipvsadm', '-l', '--timeout')).toContain(' 600 ');
      await waitUntil(
        async () => (await host.run('ipvsadm', '-l', '--daemon')).includes('master sync daemon'),
        {
          what: 'the sync daemon',
        },
      );
      expect(await daemon.stop(20_000)).toBe(0);
      expect(await host.run('ipvsadm', '-Sn')).toBe('');
      expect(await host.run('ipvsadm', '-l', '--daemon')).not.toContain('master');
    }));
});
