// Debian's keepalived as a peer.
import { spawnSync } from 'node:child_process';
import { startKeepalived } from '../harness/programs.ts';
import { hasAddress } from '../vrrp/station.ts';
import { intervalMsOf, type Mode, type PeerKind, plans, virtualRouterId } from './peer.ts';

const isInstalled = spawnSync('keepalived', ['--version'], { stdio: 'ignore' }).status === 0;

export const keepalived: PeerKind = {
  name: 'keepalived',
  missing: isInstalled ? undefined : 'keepalived is not installed',
  start: async (lab, host, { mode, priority }) => {
    const running = startKeepalived(lab, host, configFile(mode, priority));
    await running.waitFor(/Entering BACKUP STATE/);
    return {
      isMaster: () => hasAddress(host, plans[mode.family].vip),
      setPriority: async (next) => {
        const after = running.lineCount();
        running.reload(configFile(mode, next));
        await running.waitFor(/Reload finished|Configuration file/, { after });
      },
      stop: async () => void (await running.stop()),
    };
  },
};

function configFile(mode: Mode, priority: number): string {
  const { ours, peer, vips } = plans[mode.family];
  const lines = [
    'state BACKUP',
    'interface eth0',
    `virtual_router_id ${virtualRouterId}`,
    `priority ${priority}`,
    `advert_int ${intervalMsOf(mode) / 1000}`,
    ...(mode.unicast ? [`unicast_src_ip ${peer}`, `unicast_peer {\n    ${ours}\n  }`] : []),
    ...(mode.password === undefined
      ? []
      : [`authentication {\n    auth_type PASS\n    auth_pass ${mode.password}\n  }`]),
    `virtual_ipaddress {\n    ${vips.join('\n    ')}\n  }`,
  ];
  return `global_defs {\n  vrrp_version ${mode.version}\n}\nvrrp_instance VI_1 {\n  ${lines.join('\n  ')}\n}\n`;
}
