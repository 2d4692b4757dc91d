// A whole set-up: what is asked for, to a script, or to what stands in the way. Pure.
import { err, ok, type Result } from '../net/result.ts';
import { type DirectorWish, directorNeeds } from './director-needs.ts';
import { bootFiles, fileStep } from './forms/boot-files.ts';
import { ifupdownSteps } from './forms/ifupdown.ts';
import { netplanSteps } from './forms/netplan.ts';
import { networkdSteps } from './forms/networkd.ts';
import { networkManagerSteps, onDummy } from './forms/networkmanager.ts';
import { type Need, type Topology, topologyNames } from './need.ts';
import { type RealServerWish, realServerNeeds } from './realserver-needs.ts';
import {
  type Firewall,
  firewallNotes,
  formatScript,
  nftTranslation,
  type Script,
  type Step,
  stepOf,
} from './script.ts';

/** Who keeps the network of a machine, and so what makes it so again at a boot. */
export type Form = {
  /** Where it does otherwise than `ip` and `sysctl` at once. */
  readonly place?: (needs: readonly Need[]) => readonly Need[];
  readonly boot: (needs: readonly Need[], name: string) => readonly Step[];
};

export const forms: Readonly<Record<string, Form>> = {
  sh: { boot: () => [] },
  'systemd-networkd': { boot: networkdSteps },
  NetworkManager: { place: onDummy, boot: networkManagerSteps },
  ifupdown: { boot: ifupdownSteps },
  netplan: { boot: netplanSteps },
};

export type ScriptWish = {
  readonly form: Form;
  readonly firewall: Firewall;
  readonly action: Script['action'];
};

export function realServerScript(topology: Topology, wish: RealServerWish, how: ScriptWish): Result<string> {
  const needs = realServerNeeds[topology](wish);
  if (topology === 'nat' && !needs.some(({ need }) => need === 'gateway' || need === 'answers')) {
    const servers = wish.served.servers.map(({ address }) => address).join(', ');
    return err(
      wish.policy && servers === ''
        ? 'expected --real ADDRESS:PORT with --policy, got none'
        : `expected --dip ADDRESS, or a virtual_ipaddress with a prefix length on the network of ${servers || 'the servers'}, got none`,
    );
  }
  const vips = [...new Set(wish.served.vips.map(({ address }) => address))].join(', ');
  const title = [`What a real server needs for ${topologyNames[topology]}${vips === '' ? '' : `: ${vips}`}`];
  return ok(scriptOf(`realserver-${topology}`, title, needs, how));
}

/** @property form `sh`, or `files`: sysctl.d and modules-load.d as well. */
export function directorScript(topology: Topology, wish: DirectorWish, how: ScriptWish): string {
  const needs = directorNeeds(topology, wish);
  const title = [
    `What a director needs for ${wish.fullNat ? 'full NAT (masq, and the servers see the director)' : topologyNames[topology]}`,
    ...(wish.fullNat
      ? [
          'The price: the servers see the address of the director as that of every client, in logs and in rules.',
        ]
      : []),
  ];
  return scriptOf(`director-${wish.fullNat ? 'full-nat' : topology}`, title, needs, how);
}

export const directorForms: Readonly<Record<string, Form>> = {
  sh: { boot: () => [] },
  files: { boot: (needs, name) => [...bootFiles(needs, name), ...natFile(needs, name)] },
};

/** For an `include` of /etc/nftables.conf. */
function natFile(needs: readonly Need[], name: string): readonly Step[] {
  const lines = needs.flatMap((need) => {
    if (need.need !== 'masquerade' && need.need !== 'full-nat') return [];
    const { table, chain, rule } = nftTranslation(need);
    return [
      `table ${table} lvs_setup {`,
      `  chain ${chain} { type nat hook postrouting priority 100; policy accept; ${rule}; }`,
      '}',
    ];
  });
  const head = '# For /etc/nftables.conf: include "/etc/nftables.d/*.nft"';
  return lines.length === 0 ? [] : [fileStep(`/etc/nftables.d/lvs-${name}.nft`, [head, ...lines])];
}

function scriptOf(name: string, title: readonly string[], given: readonly Need[], how: ScriptWish): string {
  const { place, boot } = how.form;
  const needs = place?.(given) ?? given;
  const now = needs.flatMap((need) => stepOf(need, how.firewall) ?? []);
  const later = boot(needs, name);
  return formatScript({
    ...{ name, action: how.action, persists: later.length > 0 },
    title: [...title, ...(later.length === 0 ? ['It lasts until the next boot.'] : [])],
    steps: [...now, ...later],
    notes: how.firewall === 'none' ? firewallNotes(needs) : [],
  });
}
