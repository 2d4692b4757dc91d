// What our config says of routers, groups and what is tracked, in the form of their-routers.ts.
import type { Config } from '../../../src/model/config/config.ts';
import type { SyncConfig } from '../../../src/model/config/ipvs.ts';
import type { VrrpInstanceConfig, VrrpNotifyConfig } from '../../../src/model/config/router.ts';
import type { TrackProcessConfig, TrackScriptConfig } from '../../../src/model/config/tracked.ts';
import type { Tracker } from '../../../src/model/tracking.ts';
import { familyOf } from '../../../src/net/ip.ts';
import { formatPrefix, type Prefix } from '../../../src/net/prefix.ts';
import { formatRoute, type VirtualRule } from '../../../src/net/route.ts';
import type { VirtualAddress } from '../../../src/net/virtual-address.ts';
import { type Facts, type Fields, fieldsOf, setOf, type Thing } from './facts.ts';
import { programAndArguments } from './names.ts';

export function ourRouters({ vrrp, tracked, ipvs }: Config): Facts {
  // keepalived forgets what nothing tracks.
  const names = new Set(
    vrrp.flatMap(({ trackers = [] }) => trackers.map(({ kind, name }) => `${kind} ${name}`)),
  );
  const isTracked =
    (kind: Tracker['kind']) =>
    ({ name }: { readonly name: string }) =>
      names.has(`${kind} ${name}`);
  const groups = [...new Set(vrrp.flatMap(({ syncGroup }) => syncGroup ?? []))];
  return [
    ...vrrp.map(instanceOf),
    ...groups.map((group) =>
      groupOf(
        group,
        vrrp.filter(({ syncGroup }) => syncGroup === group),
      ),
    ),
    ...syncOf(ipvs.sync),
    ...(tracked?.scripts ?? []).filter(isTracked('script')).map(scriptOf),
    ...(tracked?.processes ?? []).filter(isTracked('process')).map(processOf),
  ];
}

function syncOf(sync: SyncConfig | undefined): Facts {
  if (sync === undefined) return [];
  const { interface: device, syncId, maxlen, group, port, ttl } = sync;
  const instance = sync.mode === 'role' ? sync.instance : undefined;
  const fields = fieldsOf({ interface: device, instance, id: syncId, maxlen, group, port, ttl });
  return [{ name: 'lvs_sync_daemon', fields }];
}

const groupOf = (group: string, members: readonly VrrpInstanceConfig[]): Thing => ({
  name: `vrrp_sync_group ${group}`,
  fields: {
    ...fieldsOf({ group: setOf(members.map(({ name }) => name)) }),
    ...notifiesOf(members[0]?.groupNotify ?? {}),
  },
});

function instanceOf(router: VrrpInstanceConfig): Thing {
  const { virtualAddresses, excludedAddresses = [], virtualRoutes = [], virtualRules = [] } = router;
  return {
    name: `vrrp_instance ${router.name}`,
    fields: {
      ...fieldsOf({
        interface: router.interface,
        vmac: router.vmac,
        vmac_xmit_base: router.vmac !== undefined && router.advertsFromBase === true,
        virtual_router_id: router.virtualRouterId,
        version: router.version,
        priority: router.priority,
        advert_int: router.advertIntervalMs,
        accept: router.acceptMode,
        preempt: router.preempt,
        preempt_delay: router.preemptDelayMs,
        auth_pass: router.authPass,
        source: router.sourceAddress,
        garp_master_delay: router.garpDelayMs,
        garp_master_repeat: router.garpRepeat,
        garp_master_refresh: router.garpRefreshMs,
        garp_master_refresh_repeat: router.garpRefreshMs > 0 ? (router.garpRefreshRepeat ?? 1) : undefined,
        peers: setOf(peersOf(router)),
        addresses: virtualAddresses.map(addressOf(router)).join(', '),
        excluded: setOf(excludedAddresses.map(addressOf(router))),
        routes: setOf(virtualRoutes.map(formatRoute)),
        rules: setOf(virtualRules.map(ruleOf)),
      }),
      ...trackersOf(router.trackers ?? []),
      ...notifiesOf(router.notify ?? {}),
    },
  };
}

const peersOf = ({ unicastPeers, peerNames = [], peerTtl = [] }: VrrpInstanceConfig): readonly string[] => [
  ...unicastPeers.map((peer) => {
    const { min = 0, max = 255 } = peerTtl.find(({ peer: bounded }) => bounded === peer) ?? {};
    return `${peer} min_ttl ${min} max_ttl ${max}`;
  }),
  ...peerNames.map(({ name }) => name),
];

const scopes = new Map([
  [200, 'site'],
  [253, 'link'],
  [254, 'host'],
]);

const addressOf =
  ({ interface: own }: VrrpInstanceConfig) =>
  ({ device = own, scope = 0, label, broadcast, track, ...prefix }: VirtualAddress): string =>
    [
      formatPrefix(prefix),
      device === own ? undefined : `dev ${device}`,
      scope === 0 ? undefined : `scope ${scopes.get(scope) ?? scope}`,
      label === undefined ? undefined : `label ${label}`,
      broadcast === undefined ? undefined : `brd ${broadcast}`,
      track === false ? 'no_track' : undefined,
    ]
      .filter((word) => word !== undefined)
      .join(' ');

/** ip-rule(8) leaves the length of a whole address out. */
const selectorOf = (prefix: Prefix): string =>
  formatPrefix(prefix).replace(familyOf(prefix.address) === 'inet' ? /\/32$/ : /\/128$/, '');

function ruleOf({ from, to, inputDevice, outputDevice, mark, priority, action }: VirtualRule): string {
  const pairs = {
    from: from && selectorOf(from),
    to: to && selectorOf(to),
    iif: inputDevice,
    oif: outputDevice,
    fwmark: mark && `0x${mark.value.toString(16)}`,
    lookup: typeof action === 'number' ? action : undefined,
    priority,
  };
  const words = Object.entries(pairs).flatMap(([key, value]) =>
    value === undefined ? [] : [`${key} ${value}`],
  );
  return [...(typeof action === 'number' ? [] : [action]), ...words].join(' ');
}

const trackersOf = (trackers: readonly Tracker[]): Fields =>
  fieldsOf(
    Object.fromEntries(
      (['interface', 'script', 'file', 'process'] as const).map((kind) => [
        `track_${kind}`,
        setOf(
          trackers
            .filter((tracker) => tracker.kind === kind)
            .map(({ name, weight, reverse }) => `${name} weight ${weight}${reverse ? ' reverse' : ''}`),
        ),
      ]),
    ),
  );

const notifyKeys = {
  MASTER: 'notify_master',
  BACKUP: 'notify_backup',
  FAULT: 'notify_fault',
  STOP: 'notify_stop',
  DELETED: 'notify_deleted',
  MASTER_RX_LOWER_PRI: 'notify_master_rx_lower_pri',
  every: 'notify',
} as const;

const notifiesOf = (notify: VrrpNotifyConfig): Fields =>
  fieldsOf(
    Object.fromEntries(
      Object.entries(notifyKeys).map(([state, key]) => {
        const program = notify[state as keyof typeof notifyKeys];
        return [key, program && programAndArguments(program.command)];
      }),
    ),
  );

const scriptOf = ({ name, command, intervalMs, timeoutMs, rise, fall }: TrackScriptConfig): Thing => ({
  name: `vrrp_script ${name}`,
  fields: fieldsOf({
    script: programAndArguments(command),
    interval: intervalMs,
    timeout: timeoutMs,
    rise,
    fall,
  }),
});

const processOf = ({
  name,
  program,
  parameters,
  paramMatch,
  quorum,
  quorumMax,
}: TrackProcessConfig): Thing => ({
  name: `vrrp_track_process ${name}`,
  fields: fieldsOf({
    process: program,
    parameters,
    param_match: parameters === undefined || paramMatch === 'exact' ? undefined : paramMatch,
    quorum,
    quorum_max: quorumMax,
  }),
});
