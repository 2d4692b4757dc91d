// Settings of the kernel that `lvs-director director` makes (setup/director-needs.ts), compared with those that are: one
// finding a setting, with every device that has it wrong. What counts of `all` and of a device is the kernel's to say
// (IN_DEV_* in include/linux/inetdevice.h): either of them, the larger one, or the device alone.
import { goesClientsWay } from '../../model/checks/goes-clients-way.ts';
import { type Family, familyOf, type Ip } from '../../net/ip.ts';
import { directorNeeds } from '../../setup/director-needs.ts';
import { type Need, type Topology, topologies } from '../../setup/need.ts';
import { forwards, servedBy } from '../../setup/served.ts';
import type { Facts } from '../facts.ts';
import { type Examination, type Finding, type Level, quoted } from '../finding.ts';
import { servicesWith } from '../services.ts';

type Setting = Extract<Need, { readonly need: 'sysctl' }>;

/** By the last part of its key. */
const kinds: Readonly<Record<string, { readonly name: string; readonly level: Level }>> = {
  ip_forward: { name: 'ip-forward', level: 'fault' },
  forwarding: { name: 'ip6-forwarding', level: 'fault' },
  send_redirects: { name: 'send-redirects', level: 'warning' },
  accept_local: { name: 'accept-local', level: 'fault' },
};

export const settings: Examination<Facts> = {
  subject: 'forwarding and redirects',
  names: [...Object.values(kinds).map(({ name }) => name), 'device-does-not-forward'],
  examine: (facts) => [...topologies.flatMap((topology) => examineFor(topology, facts)), ...deaf(facts)],
};

/** `ip_forward` sets every device anew when it changes; a device that is set after that goes its own way. */
function deaf(facts: Facts): readonly Finding[] {
  const { sysctls, config, routes } = facts;
  if (sysctls['net/ipv4/ip_forward'] !== '1') return [];
  const keyOf = (address: Ip) => `net/ipv4/conf/${routes[address]?.device}/forwarding`;
  const isDeaf = (address: Ip) =>
    familyOf(address) === 'inet' && routes[address]?.isLocal !== true && sysctls[keyOf(address)] === '0';
  const servers = servedBy(config, 'nat').servers.map(({ address }) => address);
  return [...new Set(servers.filter(isDeaf).map(keyOf))].map((key) => ({
    ...{ name: 'device-does-not-forward', level: 'fault' },
    services: servicesWith(config, ({ address, forward }) => forward === 'masq' && keyOf(address) === key),
    what: `${key} is 0, and net/ipv4/ip_forward is 1`,
    why: 'what masq servers answer comes by this device, and is not sent on',
    command: `sysctl -w ${quoted(`${key}=1`)}`,
  }));
}

function examineFor(topology: Topology, facts: Facts): readonly Finding[] {
  const served = servedBy(facts.config, topology);
  if (served.servers.length === 0) return [];
  const needs = directorNeeds(topology, { served, modules: [], fullNat: false });
  const asked = needs.flatMap((need) => (need.need === 'sysctl' ? [need] : []));
  const last = ({ key }: Setting) => key.split('/').at(-1) ?? '';
  return [...new Set(asked.map(last))].flatMap((part) => {
    const kind = kinds[part];
    const of = asked.filter((need) => last(need) === part);
    const wrong = of.flatMap((need) => wrongKeys(need, facts).map((key) => ({ key, need })));
    const [first] = wrong;
    if (kind === undefined || first === undefined) return [];
    const family: Family = first.key.includes('/ipv6/') ? 'inet6' : 'inet';
    const services = servicesWith(
      facts.config,
      ({ address, forward }) => forward === forwards[topology] && familyOf(address) === family,
    );
    return {
      ...kind,
      ...{ services, why: first.need.why },
      what: describe(
        wrong.map(({ key }) => key),
        facts.sysctls,
        first.need.value,
      ),
      command: `sysctl -w ${wrong.map(({ key, need }) => quoted(`${key}=${need.value}`)).join(' ')}`,
    };
  });
}

/** "net/ipv4/conf/DEVICE/send_redirects is 1, expected 0, of all, eth0". */
function describe(keys: readonly string[], sysctls: Facts['sysctls'], expected: number): string {
  const [first = '', ...more] = keys;
  if (more.length === 0) return `${first} is ${sysctls[first]}, expected ${expected}`;
  const devices = keys.map((key) => key.split('/').at(-2) ?? '');
  const general = first.replace(/[^/]+\/([^/]+)$/, 'DEVICE/$1');
  return `${general} is ${sysctls[first]}, expected ${expected}, where DEVICE is ${devices.join(', ')}`;
}

/** Those that are there and are not as they should be. */
function wrongKeys({ key, rule, value }: Setting, facts: Facts): readonly string[] {
  const { sysctls, links } = facts;
  // What a device to come will have, and what no packet to anybody else leaves by, breaks nothing now.
  if (key.includes('/default/')) return [];
  const near = links.filter(({ loopback }) => !loopback).map(({ name }) => name);
  const keys = key.includes('*') ? near.map((name) => key.replace('*', name)) : [key];
  return keys.filter((each) => {
    const now = sysctls[each];
    if (now === undefined || (each.endsWith('/accept_local') && hearsItself(facts))) return false;
    return rule === 'exactly' ? Number(now) !== value : Number(now) < value;
  });
}

/** One of both will do; each device by which servers that are checked by the VIP answer. */
const hearsItself = ({ config, sysctls, routes }: Facts): boolean => {
  const devices = config.virtuals.flatMap((virtual) =>
    virtual.reals
      .filter((real) => real.forward !== 'masq' && goesClientsWay(virtual, real))
      .flatMap(({ address }) => routes[address]?.device ?? []),
  );
  return devices.every((device) => sysctls[`net/ipv4/conf/${device}/accept_local`] === '1');
};
