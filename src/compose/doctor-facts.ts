// What the doctor wants to know of this machine, read of it: nothing is changed, and no packet is sent. Of the network
// namespace that the main thread is in: what belongs to one is read by that thread, or by a program that it starts.

import { parseIpAddresses, parseIpLinks, parseIpRoute } from '../doctor/facts/ip-json.ts';
import type { Facts, RouteFact } from '../doctor/facts.ts';
import { keepers } from '../doctor/findings/programs.ts';
import { serversOf } from '../doctor/services.ts';
import type { Config } from '../model/config/config.ts';
import { familyOf, type Ip } from '../net/ip.ts';
import { ipFlag } from '../setup/script.ts';
import { readKernelModules } from '../system/host/kernel-modules.ts';
import { findRivals } from '../system/host/rivals.ts';
import { settingsIn, settingsOfDevices, valuesOf } from '../system/host/sysctl-tree.ts';
import { programOutput } from '../system/programs/program-output.ts';

export async function gatherFacts(config: Config): Promise<Facts> {
  const unread: string[] = [];
  const modules = readKernelModules();
  const links = await printed(unread, 'ip', '-j', '-d', 'address', 'show');
  return {
    config,
    links: parseIpLinks(links),
    addresses: parseIpAddresses(links),
    sysctls: readSettings(),
    ...(modules !== undefined && { modules }),
    routes: await readRoutes(config),
    programs: await findRivals('/proc', new Set(Object.keys(keepers))),
    unread,
  };
}

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

async function routeTo(target: Ip): Promise<RouteFact> {
  const output = await programOutput('ip', '-j', ipFlag(familyOf(target)), 'route', 'get', target);
  if (!output.ok) return { refusal: output.error.replace(/^ip .*?: (?:RTNETLINK answers: )?/, '') };
  return parseIpRoute(output.value) ?? { refusal: 'no answer' };
}
