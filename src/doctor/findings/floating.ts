// Floating addresses as they lie on this director beside what the config says: which device, and which length of prefix.
// Where the config gives no length, the kernel has one of 32 or 128 bits.
import { familyOf } from '../../net/ip.ts';
import { hostLength, prefixContains } from '../../net/prefix.ts';
import type { AddressFact, Facts } from '../facts.ts';
import { type Examination, type Finding, quoted } from '../finding.ts';
import { type Floating, floatingOf, servicesAt } from '../services.ts';
import { isServerFor } from './local.ts';

export const floating: Examination<Facts> = {
  subject: 'where the floating addresses lie',
  names: ['vip-on-lo', 'vip-on-other-device', 'vip-prefix', 'vip-duplicate', 'vip-not-towards-clients'],
  examine: (facts) =>
    floatingOf(facts.config).flatMap((held) => [
      ...facts.addresses
        .filter(({ address }) => address === held.entry.address)
        .flatMap((found) => judge(held, found, facts) ?? []),
      ...awayFromClients(held, facts),
    ]),
};

function judge(held: Floating, found: AddressFact, facts: Facts): Finding | undefined {
  const { config, links } = facts;
  const { entry, device, router } = held;
  const services = servicesAt(config, entry.address);
  const place = `${found.address}/${found.length}`;
  const remove = `ip address del ${place} dev ${quoted(found.device)}`;
  const what = `${place} is on ${found.device}; virtual router ${router} holds it as ${entry.address}/${entry.length} on ${device}`;
  if (found.isDuplicate === true) {
    return {
      ...{ name: 'vip-duplicate', level: 'fault', services },
      what: `the kernel does not use ${place} on ${found.device}: another host has it (duplicate address detection)`,
      why: 'clients reach that host, or nobody',
      command: remove,
      advice:
        'find the other host before: ip -6 neighbour; the daemon sets the address again without that detection',
    };
  }
  if (links.some(({ name, loopback }) => name === found.device && loopback)) {
    // A director that is a server of the other one has it there, and is silent (local.ts).
    if (isServerFor(facts, entry.address)) return undefined;
    return {
      ...{ name: 'vip-on-lo', level: 'fault', services, what, command: remove },
      why: 'this director answers for it whoever is active, and takes for itself what it should send on',
    };
  }
  if (found.device !== device) {
    return {
      ...{ name: 'vip-on-other-device', level: 'fault', services, what, command: remove },
      why: 'somebody else has set it as well: it stays here when another director is active, and both answer',
    };
  }
  if (found.length === entry.length) return undefined;
  const isWider = found.length < entry.length && entry.length === hostLength(entry.address);
  return {
    ...{ name: 'vip-prefix', level: 'warning', services, what, command: remove },
    why: isWider
      ? 'a wider prefix brings a route to that network, and the address may become the source of what this director itself sends'
      : 'somebody else has set it as well: it stays here when another director is active',
  };
}

/** On a network where neither the VIP is at home nor the way to clients begins. */
function awayFromClients({ entry, device, router }: Floating, facts: Facts): readonly Finding[] {
  const { config, addresses, routes } = facts;
  const services = servicesAt(config, entry.address);
  const back = routes[familyOf(entry.address) === 'inet' ? 'default' : 'default6'];
  if (services.length === 0 || back?.device === undefined || back.device === device) return [];
  const home = addresses.find(
    (own) =>
      own.address !== entry.address &&
      own.length < hostLength(own.address) &&
      familyOf(own.address) === familyOf(entry.address) &&
      prefixContains(own, entry.address),
  );
  if (home === undefined || home.device === device) return [];
  return [
    {
      ...{ name: 'vip-not-towards-clients', level: 'fault', services },
      what: `virtual router ${router} holds ${entry.address} on ${device}, and its network (${home.address}/${home.length}) is on ${home.device}${home.device === back.device ? ', as is the default route' : ''}`,
      why: `who asks on that network for ${entry.address} is answered with nothing, or with the wrong card`,
      advice: `virtual_ipaddress: [${entry.address}/${entry.length} dev ${home.device}]`,
    },
  ];
}
