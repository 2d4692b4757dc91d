// Servers of the config that are this very host: a program has to listen there, at the virtual address where it gets the
// packets as they are, and what other machines ask must not be answered by the wrong one.
import { familyOf, type Ip } from '../../net/ip.ts';
import { realServerNeeds } from '../../setup/realserver-needs.ts';
import { servedBy } from '../../setup/served.ts';
import type { Facts } from '../facts.ts';
import { type Examination, type Finding, quoted } from '../finding.ts';
import { addressesOf, nameOf, serversOf, servicesAt } from '../services.ts';

export const local: Examination<Facts> = {
  subject: 'servers on this host',
  names: ['local-service-missing', 'arp-answers'],
  examine: (facts) => [
    ...facts.config.virtuals.flatMap((virtual) => missing(virtual, facts)),
    ...(vipsOnLo(facts).length === 0 ? [] : loud(facts)),
  ],
};

type Virtual = Facts['config']['virtuals'][number];

function missing(virtual: Virtual, { routes, listening }: Facts): readonly Finding[] {
  const { id } = virtual;
  if (id.kind !== 'address' || listening === undefined || (id.protocol !== 'tcp' && id.protocol !== 'udp'))
    return [];
  return serversOf(virtual)
    .filter(({ address }) => routes[address]?.isLocal === true)
    .flatMap((real) => {
      const address = real.forward === 'masq' ? real.address : id.address;
      const port = real.forward === 'masq' && real.port !== 0 ? real.port : id.port;
      const isThere = listening.some(
        (each) =>
          each.protocol === id.protocol &&
          each.port === port &&
          (each.address === address || each.address === 'any'),
      );
      if (isThere || port === 0) return [];
      return {
        ...{ name: 'local-service-missing', level: 'fault', services: [nameOf(virtual)] },
        what: `${real.address} is this host, and nothing listens here at ${address} ${id.protocol} port ${port}`,
        why: `${real.forward === 'masq' ? 'IPVS hands its packets to a program of this host' : 'a server on the director gets the packets as they are, addressed to the virtual address'}: it answers nobody`,
        advice: `let the server listen at ${address}:${port}, or at every address`,
      } as const;
    });
}

/** Where this host is a server of gate for that address, it is silent for it (docs/setup.md). */
export const isServerFor = ({ config, routes }: Facts, address: Ip): boolean =>
  config.virtuals.some(
    (virtual) =>
      addressesOf(virtual).includes(address) &&
      serversOf(virtual).some((real) => real.forward !== 'masq' && routes[real.address]?.isLocal === true),
  );

const vipsOnLo = (facts: Facts): readonly Ip[] =>
  facts.addresses
    .filter(({ device }) => facts.links.some(({ name, loopback }) => loopback && name === device))
    .map(({ address }) => address)
    .filter((address) => familyOf(address) === 'inet' && isServerFor(facts, address));

/** Of each device that others ask by, the larger of its own and of `all` counts: that of lo does not. */
function loud(facts: Facts): readonly Finding[] {
  const { sysctls, links, config } = facts;
  const vips = vipsOnLo(facts);
  const needs = realServerNeeds.dr({ served: servedBy(config, 'dr'), dips: [], policy: false });
  const devices = links.filter(({ loopback, up }) => up && !loopback).map(({ name }) => name);
  return needs.flatMap((need) => {
    if (need.need !== 'sysctl' || !need.key.includes('/all/') || sysctls[need.key] === undefined) return [];
    const { key, value, why } = need;
    const on = (device: string) => Number(sysctls[key.replace('/all/', `/${device}/`)] ?? 0);
    const open = devices.filter((device) => Math.max(on('all'), on(device)) < value);
    if (open.length === 0) return [];
    return {
      ...{ name: 'arp-answers', level: 'fault', why },
      services: [...new Set(vips.flatMap((vip) => servicesAt(config, vip)))],
      what: `${vips.join(', ')} is on lo, and ${key} is ${sysctls[key]}, expected ${value}, as that of ${open.join(', ')} is ${open.map(on).join(', ')}`,
      command: `sysctl -w ${quoted(`${key}=${value}`)}`,
    } as const;
  });
}
