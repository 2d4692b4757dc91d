// The files that are the same whoever keeps the network of a machine: sysctl.d(5), modules-load.d(5), and a unit of
// systemd's for what the keeper has no words for.
import { familyOf } from '../../net/ip.ts';
import { hostLength } from '../../net/prefix.ts';
import type { Need } from '../need.ts';
import { ipFlag, type Step } from '../script.ts';

export const needsOf = <Kind extends Need['need']>(needs: readonly Need[], kind: Kind) =>
  needs.filter((each): each is Extract<Need, { readonly need: Kind }> => each.need === kind);

/** @property name of the set-up. */
export function bootFiles(needs: readonly Need[], name: string): readonly Step[] {
  const settings = needsOf(needs, 'sysctl').map(({ key, value }) => `${key} = ${value}`);
  const modules = [
    ...needsOf(needs, 'module').map((need) => need.name),
    ...needsOf(needs, 'tunnel').map(({ device }) => device.module),
    ...needsOf(needs, 'gue').map(({ family }) => (family === 'inet' ? 'fou' : 'fou6')),
  ];
  return [
    ...(settings.length === 0 ? [] : [fileStep(`/etc/sysctl.d/60-lvs-${name}.conf`, settings)]),
    ...(modules.length === 0
      ? []
      : [fileStep(`/etc/modules-load.d/lvs-${name}.conf`, [...new Set(modules)])]),
  ];
}

export const fileStep = (path: string, document: readonly string[], before?: string): Step => ({
  call: `file ${path}`,
  document,
  ...(before !== undefined && { before }),
});

/** Tunnels, what is addressed to them, and the rules of answers; no step where there is none of these. */
export function bootUnit(needs: readonly Need[], name: string): readonly Step[] {
  const tunnels = needsOf(needs, 'tunnel');
  const answers = needsOf(needs, 'answers');
  if (tunnels.length + answers.length === 0) return [];
  const devices = new Set(tunnels.map(({ device }) => device.name));
  const lines = [
    ...needsOf(needs, 'gue').map(({ port, family }) => `-ip ${ipFlag(family)} fou add port ${port} gue`),
    ...tunnels.flatMap(({ device }) => [
      `-ip link add name ${device.name} type ${device.type} ${device.options}`.trimEnd(),
      `ip link set ${device.name} up`,
    ]),
    ...needsOf(needs, 'address')
      .filter(({ device }) => devices.has(device))
      .map(({ address, device }) => `-ip address add ${address}/${hostLength(address)} dev ${device}`),
    ...new Set(answers.flatMap(answerLines)),
  ];
  const path = `/etc/systemd/system/lvs-${name}.service`;
  return [
    fileStep(path, [
      '[Unit]',
      'Description=What LVS needs on this server',
      'After=systemd-modules-load.service network-online.target',
      'Wants=network-online.target',
      '[Service]',
      'Type=oneshot',
      'RemainAfterExit=yes',
      ...lines.map((line) => `ExecStart=${line.replace(/^-?/, (dash) => `${dash}/sbin/`)}`),
      '[Install]',
      'WantedBy=multi-user.target',
    ]),
    { call: `enabled lvs-${name}.service` },
  ];
}

/** As `answers` of script-library.ts does it. */
function answerLines({
  via,
  from,
  protocol,
  port,
}: Extract<Need, { readonly need: 'answers' }>): readonly string[] {
  const flag = ipFlag(familyOf(via));
  return [
    `ip ${flag} route replace default via ${via} table 3112`,
    `-ip ${flag} rule add pref 3112 lookup main suppress_prefixlength 0`,
    `-ip ${flag} rule add pref 3113 from ${from} ipproto ${protocol}${port === 0 ? '' : ` sport ${port}`} lookup 3112`,
  ];
}
