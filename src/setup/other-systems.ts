// What a real server needs that is no Linux, as text. Sources: netsh (Microsoft Learn, "Netsh interface"), ifconfig(8) and
// rc.conf(5) of FreeBSD.
import { familyOf, type Ip } from '../net/ip.ts';
import type { Topology } from './need.ts';

export const otherSystems = ['windows', 'freebsd'] as const;
export type OtherSystem = (typeof otherSystems)[number];

type Wish = { readonly vips: readonly Ip[]; readonly dips: readonly Ip[] };
type Tell = (wish: Wish) => readonly string[];

const noTunnels = 'Tunnels: this system takes no IP in IP packets from anybody; use dr or nat.';

const texts: Readonly<Record<OtherSystem, Readonly<Record<Topology, Tell>>>> = {
  windows: {
    dr: ({ vips }) => [
      'A Windows server behind direct routing (an administrator, PowerShell):',
      '1. A loopback adapter: Device Manager, Action, Add legacy hardware, Network adapters, Microsoft KM-TEST Loopback Adapter;',
      "   then: Rename-NetAdapter -Name 'Ethernet 2' -NewName 'lvs'",
      '2. The VIPs on it, with a mask for one address (with a wider one the whole network would be this server itself):',
      ...vips.map((vip) =>
        familyOf(vip) === 'inet'
          ? `   netsh interface ipv4 add address "lvs" ${vip} 255.255.255.255`
          : `   netsh interface ipv6 add address "lvs" ${vip}/128`,
      ),
      '   Where the dialog refuses that mask, netsh takes it.',
      "3. Packets for the VIP arrive at another adapter, and answers leave by it (here 'Ethernet'):",
      ...['ipv4', 'ipv6']
        .filter((family) => vips.some((vip) => (familyOf(vip) === 'inet') === (family === 'ipv4')))
        .flatMap((family) => [
          `   netsh interface ${family} set interface "Ethernet" weakhostreceive=enabled weakhostsend=enabled`,
          `   netsh interface ${family} set interface "lvs" weakhostreceive=enabled weakhostsend=enabled`,
        ]),
      "4. The name of the VIP is not registered: Set-DnsClient -InterfaceAlias 'lvs' -RegisterThisConnectionsAddress $false",
      '5. The default gateway is the router, never the director; the firewall lets the service in.',
      'Undo: Disable-NetAdapter lvs, and weakhostreceive=disabled weakhostsend=disabled on the other adapter.',
    ],
    tun: () => [noTunnels],
    nat: ({ dips }) => [
      'A Windows server behind NAT: the default gateway is the director, and nothing else is needed:',
      ...dips.map(
        (dip) => `  route -p add ${familyOf(dip) === 'inet' ? '0.0.0.0 mask 0.0.0.0' : '::/0'} ${dip}`,
      ),
      'Take the old default gateway out of the adapter, and clients must not be on its network.',
    ],
  },
  freebsd: {
    dr: ({ vips }) => [
      'A FreeBSD server behind direct routing (/etc/rc.conf, then: service netif restart lo0):',
      ...vips.map((vip, index) =>
        familyOf(vip) === 'inet'
          ? `  ifconfig_lo0_alias${index}="inet ${vip} netmask 255.255.255.255"`
          : `  ifconfig_lo0_alias${index}="inet6 ${vip} prefixlen 128"`,
      ),
      'lo0 answers no ARP for it; leave net.link.ether.inet.proxyall at 0. The default route is the router, never the director.',
    ],
    tun: () => [noTunnels],
    nat: ({ dips }) => [
      'A FreeBSD server behind NAT: the default route is the director (/etc/rc.conf), and nothing else is needed:',
      ...dips.map((dip) =>
        familyOf(dip) === 'inet' ? `  defaultrouter="${dip}"` : `  ipv6_defaultrouter="${dip}"`,
      ),
    ],
  },
};

export const describeFor = (system: OtherSystem, topology: Topology, wish: Wish): string =>
  `${texts[system][topology](wish).join('\n')}\n`;
