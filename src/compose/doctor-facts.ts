// What the doctor wants to know of this machine, read of it: nothing is changed, and no packet is sent. Of the network
// namespace that the main thread is in: what belongs to one is read by that thread, or by a program that it starts.

import { release } from 'node:os';
import { entriesOf, parseIpAddresses, parseIpLinks, parseIpRoute } from '../doctor/facts/ip-json.ts';
import { parseListening } from '../doctor/facts/listening.ts';
import type { Facts, RouteFact } from '../doctor/facts.ts';
import { keepers } from '../doctor/findings/programs.ts';
import { parseIptablesSave } from '../doctor/firewall/iptables-save.ts';
import { parseNftRuleset } from '../doctor/firewall/nft-json.ts';
import type { Ruleset } from '../doctor/firewall/ruleset.ts';
import { floatingOf, serversOf } from '../doctor/services.ts';
import type { Config } from '../model/config/config.ts';
import { familyOf, type Ip } from '../net/ip.ts';
import { ipFlag } from '../setup/script.ts';
import { loadedKernelModules, readKernelModules } from '../system/host/kernel-modules.ts';
import { networkFiles } from '../system/host/network-files.ts';
import { findRivals } from '../system/host/rivals.ts';
import { contentOfProc, settingsIn, settingsOfDevices, valuesOf } from '../system/host/sysctl-tree.ts';
import { clockState } from '../system/libc.ts';
import { programOutput } from '../system/programs/program-output.ts';
import { askForDoctor } from './doctor-daemon.ts';

/**
 * @property socket of the daemon that may run. @property root of the file system, for files that others write.
 * @property now of the wall clock, in milliseconds. @property director where it was named, and is not the host's own name.
 */
export type Where = {
  readonly socket?: string;
  readonly root?: string;
  readonly now?: number;
  readonly director?: string;
};

export async function gatherFacts(
  config: Config,
  { socket, root, now = Date.now(), director }: Where = {},
): Promise<Facts> {
  const unread: string[] = [];
  const [modules, loadedModules] = [readKernelModules(), loadedKernelModules()];
  const [links, rules, routes, ways, programs, listening, daemon] = await Promise.all([
    printed(unread, 'ip', '-j', '-d', 'address', 'show'),
    readRules(unread),
    readRoutes(config),
    readWays(config),
    findRivals('/proc', new Set(Object.keys(keepers))),
    programOutput('ss', '-H', '-lntu'),
    socket === undefined ? undefined : askForDoctor(socket, now),
  ]);
  const clock = clockState();
  return {
    config,
    ...(director !== undefined && { asDirector: director }),
    links: parseIpLinks(links),
    addresses: parseIpAddresses(links),
    sysctls: readSettings(),
    ...rules,
    ...(modules !== undefined && { modules }),
    ...(loadedModules !== undefined && { loadedModules }),
    ...ways,
    ...{ routes, programs, kernel: release(), networkFiles: networkFiles(root) },
    ...(clock.ok && { isClockSynchronised: clock.value !== clockUnsynchronised }),
    ...(listening.ok && { listening: parseListening(listening.value) }),
    ...(daemon !== undefined && { daemon }),
    unread,
  };
}

/** TIME_ERROR of adjtimex(2). */
const clockUnsynchronised = 5;

/** @returns nothing where the program has nothing to say, and why is put into `unread`. */
async function printed(unread: string[], program: string, ...words: readonly string[]): Promise<string> {
  const output = await programOutput(program, ...words);
  if (!output.ok) unread.push(output.error);
  return output.ok ? output.value : '';
}

const readSettings = (): Facts['sysctls'] => ({
  ...settingsOfDevices('net/ipv4/conf', [
    ...['rp_filter', 'send_redirects', 'accept_local', 'arp_ignore', 'arp_announce', 'forwarding'],
  ]),
  ...settingsOfDevices('net/ipv6/conf', ['forwarding', 'disable_ipv6']),
  ...settingsIn('net/ipv4/vs'),
  ...valuesOf([
    ...['net/ipv4/ip_forward', 'net/netfilter/nf_conntrack_max', 'net/netfilter/nf_conntrack_count'],
  ]),
});

/** Of nf_tables, and of iptables, which keeps its rules in nf_tables as well, or apart, or both. */
async function readRules(unread: string[]): Promise<Pick<Facts, 'ruleset'>> {
  const [nft, v4, v6] = await Promise.all([
    programOutput('nft', '-j', 'list', 'ruleset'),
    programOutput('iptables-save'),
    programOutput('ip6tables-save'),
  ]);
  const byIptables: Ruleset = [
    ...(v4.ok ? parseIptablesSave(v4.value, 'ip') : []),
    ...(v6.ok ? parseIptablesSave(v6.value, 'ip6') : []),
    ...(await readLegacy('ip', v4, unread)),
    ...(await readLegacy('ip6', v6, unread)),
  ];
  const byNft = nft.ok ? parseNftRuleset(nft.value) : undefined;
  if (!nft.ok && !v4.ok) {
    unread.push(nft.error, v4.error);
    return {};
  }
  if (!nft.ok && /is not there$/.test(nft.error) === false) unread.push(nft.error);
  const isTwice = ({ family, table }: Ruleset[number]) =>
    byIptables.some((each) => !each.isLegacy && each.family === family && each.table === table);
  return { ruleset: [...(byNft ?? []).filter((chain) => !isTwice(chain)), ...byIptables] };
}

/** @param known what the program without another name says: it may be the older one itself. */
async function readLegacy(
  family: 'ip' | 'ip6',
  known: Awaited<ReturnType<typeof programOutput>>,
  unread: string[],
): Promise<Ruleset> {
  if (contentOfProc(`/proc/net/${family}_tables_names`) === '') return [];
  const isIt = known.ok && /^# Generated by ip6?tables-save v\S+ on /.test(known.value);
  if (isIt) return [];
  const legacy = await programOutput(`${family === 'ip' ? 'iptables' : 'ip6tables'}-legacy-save`);
  if (legacy.ok) return parseIptablesSave(legacy.value, family, true);
  unread.push(`rules of the older iptables: ${legacy.error}`);
  return [];
}

/** Where packets for servers and peers would go. */
async function readRoutes({ virtuals, vrrp }: Config): Promise<Facts['routes']> {
  const targets = new Set<Ip>([
    ...virtuals.flatMap((virtual) => serversOf(virtual).map(({ address }) => address)),
    ...vrrp.flatMap(({ unicastPeers }) => unicastPeers),
  ]);
  const found: Record<string, RouteFact> = {};
  const defaults = { default: 'inet', default6: 'inet6' } as const;
  for (const [name, family] of Object.entries(defaults)) {
    const output = await programOutput('ip', '-j', ipFlag(family), 'route', 'show', 'default');
    const route = output.ok ? parseIpRoute(output.value) : undefined;
    if (route !== undefined) found[name] = route;
  }
  const routes = await Promise.all(
    [...targets].map(async (target) => [target, await routeTo(target)] as const),
  );
  return { ...found, ...Object.fromEntries(routes) };
}

/** Documentation's own (RFC 5737): nobody that this host knows a closer way to. */
const anyClient = '198.51.100.1';
const usualRules = 3;

/** The kernel is asked what it does with a client's packet: of an address that is not held here it cannot be. */
async function readWays(config: Config): Promise<Pick<Facts, 'arrivals' | 'hasPolicyRules'>> {
  const rules = await programOutput('ip', '-j', '-4', 'rule', 'show');
  const held = floatingOf(config).filter(({ entry }) => familyOf(entry.address) === 'inet');
  const arrivals = await Promise.all(
    held.map(async ({ entry: { address }, device }) => {
      const local = await programOutput('ip', '-j', '-4', 'route', 'get', address);
      if (!local.ok || parseIpRoute(local.value)?.isLocal !== true) return [];
      const words = ['-4', 'route', 'get', address, 'from', anyClient, 'iif', device];
      const asked = await programOutput('ip', '-j', ...words);
      return [[address, asked.ok ? ('taken' as const) : ('refused' as const)] as const];
    }),
  );
  return {
    arrivals: Object.fromEntries(arrivals.flat()),
    ...(rules.ok && entriesOf(rules.value).length > usualRules && { hasPolicyRules: true as const }),
  };
}

async function routeTo(target: Ip): Promise<RouteFact> {
  const output = await programOutput('ip', '-j', ipFlag(familyOf(target)), 'route', 'get', target);
  if (!output.ok) return { refusal: output.error.replace(/^ip .*?: (?:RTNETLINK answers: )?/, '') };
  return parseIpRoute(output.value) ?? { refusal: 'no answer' };
}
