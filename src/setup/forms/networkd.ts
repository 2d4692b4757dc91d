// A set-up as files of systemd-networkd. Source: systemd.network(5), systemd.netdev(5).
import { familyOf } from '../../net/ip.ts';
import { hostLength } from '../../net/prefix.ts';
import type { Need, TunnelDevice } from '../need.ts';
import type { Step } from '../script.ts';
import { bootFiles, bootUnit, fileStep, needsOf } from './boot-files.ts';

const folder = '/etc/systemd/network';

export function networkdSteps(needs: readonly Need[], name: string): readonly Step[] {
  const steps = [...netdevs(needs, name), ...networks(needs, name), ...routes(needs)];
  const reread: Step = { call: 'reread networkctl reload' };
  const others = needs.filter((need) => need.need === 'tunnel' && isBeyond(need.device));
  return [
    ...bootFiles(needs, name),
    ...bootUnit(others, name),
    ...steps,
    ...(steps.length === 0 ? [] : [reread]),
  ];
}

/** It has no word for the checksums of GRE: a unit makes that device. */
const isBeyond = ({ options }: TunnelDevice): boolean => options.includes('icsum');

const netdevs = (needs: readonly Need[], name: string): readonly Step[] => [
  ...needsOf(needs, 'gue').map(({ port }) =>
    fileStep(`${folder}/60-lvs-${name}-gue${port}.netdev`, [
      '[NetDev]',
      `Name=lvsgue${port}`,
      'Kind=fou',
      '[FooOverUDP]',
      'Encapsulation=GenericUDPEncapsulation',
      `Port=${port}`,
    ]),
  ),
  // The kernel's own devices come with their modules.
  ...needsOf(needs, 'tunnel')
    .filter(({ device }) => device.local !== undefined && !isBeyond(device))
    .map(({ device }) =>
      fileStep(`${folder}/60-lvs-${name}-${device.name}.netdev`, [
        '[NetDev]',
        `Name=${device.name}`,
        `Kind=${device.type}`,
        '[Tunnel]',
        'Independent=yes',
        `Local=${device.local}`,
        'Remote=any',
        ...(device.type === 'ip6tnl' ? ['Mode=ipip6'] : []),
      ]),
    ),
];

function networks(needs: readonly Need[], name: string): readonly Step[] {
  const addresses = needsOf(needs, 'address');
  const devices = [
    ...needsOf(needs, 'tunnel').map(({ device }) => device.name),
    ...addresses.map(({ device }) => device),
  ];
  return [...new Set(devices)].map((device) =>
    fileStep(`${folder}/60-lvs-${name}-${device}.network`, [
      '[Match]',
      `Name=${device}`,
      ...(device === 'lo' ? [] : ['[Network]', 'LinkLocalAddressing=no']),
      ...addresses.flatMap(({ address, device: on }) => {
        if (on !== device) return [];
        const deprecated =
          familyOf(address) === 'inet6' ? ['PreferredLifetime=0', 'DuplicateAddressDetection=none'] : [];
        return ['[Address]', `Address=${address}/${hostLength(address)}`, ...deprecated];
      }),
    ]),
  );
}

/** A drop-in of the file that networkd has for the device towards the director. */
function routes(needs: readonly Need[]): readonly Step[] {
  const gateways = needsOf(needs, 'gateway');
  const answers = needsOf(needs, 'answers');
  const [first] = [...gateways, ...answers];
  if (first === undefined) return [];
  const before = [
    `dev=$(way_to ${first.via})`,
    `network=$(networkctl status "$dev" 2>/dev/null | sed -n 's/.*Network File: //p' | sed 's|.*/||')`,
    // Where networkctl has nobody to ask: no D-Bus.
    `[ -n "$network" ] || network=$(sed -n 's|^NETWORK_FILE=.*/||p' "/run/systemd/netif/links/$(cat "/sys/class/net/$dev/ifindex")" 2>/dev/null)`,
  ].join('; ');
  const lines = [
    ...gateways.map(({ via }) => ['[Network]', `Gateway=${via}`]),
    ...[...new Set(answers.map(({ via }) => via))].map((via) => ['[Route]', `Gateway=${via}`, 'Table=3112']),
    ...(answers.length === 0
      ? []
      : [['[RoutingPolicyRule]', 'Family=both', 'Priority=3112', 'Table=main', 'SuppressPrefixLength=0']]),
    ...answers.map(({ from, protocol, port }) => [
      ...['[RoutingPolicyRule]', `From=${from}`, `IPProtocol=${protocol}`],
      ...(port === 0 ? [] : [`SourcePort=${port}`]),
      ...['Priority=3113', 'Table=3112'],
    ]),
  ];
  return [fileStep(`"${folder}/\${network:-99-default.network}.d/lvs.conf"`, lines.flat(), before)];
}
