// Settings of IPVS that break, or do nothing for, what is configured; and the room for connections that are tracked.
// Source: Documentation/networking/ipvs-sysctl.rst, net/netfilter/ipvs/ip_vs_core.c.
import type { Facts } from '../facts.ts';
import type { Examination, Finding, Level } from '../finding.ts';
import { ipvsSetting, isTracked } from '../ipvs-setting.ts';
import { nameOf, servicesWith } from '../services.ts';

export const ipvsSettings: Examination<Facts> = {
  subject: 'settings of IPVS (net.ipv4.vs)',
  names: [
    ...['backup-only-stops-active', 'conn-reuse-delays', 'conn-reuse-off', 'removed-server-keeps-clients'],
    ...['sloppy-tcp-scatters', 'snat-reroute-off'],
  ],
  examine: (facts) => rules.flatMap((rule) => rule(facts)),
};

/** What is set by the config the daemon sets again. */
function finding(
  facts: Facts,
  setting: { readonly key: string; readonly to: string },
  said: {
    readonly name: string;
    readonly level: Level;
    readonly services: readonly string[];
    readonly why: string;
  },
): Finding {
  const { key, to } = setting;
  const configured = facts.config.ipvs.sysctl?.[key];
  return {
    ...said,
    what: `net/ipv4/vs/${key} is ${ipvsSetting(facts, key)}`,
    command: `sysctl -w net/ipv4/vs/${key}=${to}`,
    ...(configured !== undefined &&
      configured !== to && { advice: `the config has it as ${configured}, and the daemon keeps it so` }),
  };
}

const rules: readonly ((facts: Facts) => readonly Finding[])[] = [
  (facts) => {
    const isBoth = facts.config.ipvs.sync?.mode === 'both';
    if (ipvsSetting(facts, 'backup_only') !== '1' || !isBoth) return [];
    const why =
      'a director that runs the backup daemon sends no packets on, and with `mode: both` the active one runs it as well';
    const services = facts.config.virtuals.map(nameOf);
    const said = { name: 'backup-only-stops-active', level: 'fault', services, why } as const;
    return [finding(facts, { key: 'backup_only', to: '0' }, said)];
  },
  (facts) => {
    const services = servicesWith(facts.config, ({ forward }) => forward === 'masq');
    const isOld = facts.kernel !== undefined && isBefore(facts.kernel, 5, 9);
    if (!isOld || !isTracked(facts) || ipvsSetting(facts, 'conn_reuse_mode') !== '1') return [];
    const why =
      'before Linux 5.9 a client that takes a port anew waits a second where connections are tracked: its first packet is dropped';
    const said = { name: 'conn-reuse-delays', level: 'warning', services, why } as const;
    return [finding(facts, { key: 'conn_reuse_mode', to: '0' }, said)];
  },
  (facts) => {
    const isOld = facts.kernel !== undefined && isBefore(facts.kernel, 5, 9);
    if (ipvsSetting(facts, 'conn_reuse_mode') !== '0' || (isOld && isTracked(facts))) return [];
    const services = facts.config.virtuals.filter(isTcp).map(nameOf);
    if (services.length === 0) return [];
    const why =
      'a client that takes a port anew is sent where that port went before, also to a server that is drained or of weight 0';
    const said = { name: 'conn-reuse-off', level: 'warning', services, why } as const;
    return [finding(facts, { key: 'conn_reuse_mode', to: '1' }, said)];
  },
  (facts) => {
    if (ipvsSetting(facts, 'expire_nodest_conn') !== '0') return [];
    const services = facts.config.virtuals
      .filter(
        ({ id, quiescent, ops }) => id.kind === 'address' && id.protocol === 'udp' && !quiescent && !ops,
      )
      .map(nameOf);
    if (services.length === 0) return [];
    const why =
      'a server that goes out of the table keeps its clients of UDP, whose packets are dropped as long as they keep sending from one port';
    const said = { name: 'removed-server-keeps-clients', level: 'warning', services, why } as const;
    return [finding(facts, { key: 'expire_nodest_conn', to: '1' }, said)];
  },
  (facts) => {
    if (ipvsSetting(facts, 'sloppy_tcp') !== '1') return [];
    const services = facts.config.virtuals
      .filter((virtual) => isTcp(virtual) && !hashing.has(virtual.scheduler))
      .map(nameOf);
    if (services.length === 0) return [];
    const why =
      'a connection that this director does not know is scheduled in its midst, to any server: only where the client decides (sh, mh) is that its own';
    const said = { name: 'sloppy-tcp-scatters', level: 'warning', services, why } as const;
    return [finding(facts, { key: 'sloppy_tcp', to: '0' }, said)];
  },
  (facts) => {
    const services = servicesWith(facts.config, ({ forward }) => forward === 'masq');
    if (ipvsSetting(facts, 'snat_reroute') !== '0' || services.length === 0) return [];
    const why =
      "answers of masq servers take the way of the server's address, and rules that route by the virtual address do not count";
    const said = { name: 'snat-reroute-off', level: 'warning', services, why } as const;
    return [finding(facts, { key: 'snat_reroute', to: '1' }, said)];
  },
];

const hashing: ReadonlySet<string> = new Set(['sh', 'mh', 'dh']);
const isTcp = ({ id }: Facts['config']['virtuals'][number]): boolean =>
  id.kind === 'address' && id.protocol === 'tcp';

/** "6.18.44-fc" */
export function isBefore(release: string, major: number, minor: number): boolean {
  const [, first = '0', second = '0'] = /^(\d+)\.(\d+)/.exec(release) ?? [];
  return Number(first) < major || (Number(first) === major && Number(second) < minor);
}

export const conntrack: Examination<Facts> = {
  subject: 'room for tracked connections',
  names: ['conntrack-full'],
  examine: ({ sysctls }) => {
    const [count, most] = ['count', 'max'].map((each) =>
      Number(sysctls[`net/netfilter/nf_conntrack_${each}`]),
    );
    if (count === undefined || most === undefined || !(count >= most * 0.9)) return [];
    return [
      {
        ...{ name: 'conntrack-full', level: count >= most ? 'fault' : 'warning', services: [] },
        what: `the kernel tracks ${count} connections, and has room for ${most}`,
        why: 'every packet of a client passes there first, also those of IPVS: what finds no room is dropped',
        command: `sysctl -w net/netfilter/nf_conntrack_max=${2 * most}`,
      },
    ];
  },
};
