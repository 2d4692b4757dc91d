// Interfaces that the config names: they have to be there, and up. Looked at first, as much else follows from it.
import type { Facts } from '../facts.ts';
import { type Examination, type Finding, quoted } from '../finding.ts';
import { servicesAt } from '../services.ts';

export const interfaces: Examination<Facts> = {
  subject: 'the interfaces of the config',
  names: ['interface-missing', 'interface-down'],
  examine: ({ config, links }) => {
    const devices = new Set(wanted(config).map(({ device }) => device));
    return [...devices].flatMap((device): readonly Finding[] => {
      const link = links.find(({ name }) => name === device);
      if (link?.up === true || links.length === 0) return [];
      const uses = wanted(config).filter((each) => each.device === device);
      const services = [
        ...new Set(uses.flatMap((each) => each.addresses.flatMap((at) => servicesAt(config, at)))),
      ];
      const routers = [...new Set(uses.map(({ router }) => router))].join(', ');
      const why = 'no advert goes out by it, and no floating address can be there';
      return link === undefined
        ? [
            {
              ...{ name: 'interface-missing', level: 'fault', services, why },
              what: `there is no interface ${device}, which virtual router ${routers} is on`,
              advice: `there are ${links.map(({ name }) => name).join(', ')}: correct the config, or make ${device}`,
            },
          ]
        : [
            {
              ...{ name: 'interface-down', level: 'fault', services, why },
              what: `the interface ${device}, which virtual router ${routers} is on, is down`,
              command: `ip link set dev ${quoted(device)} up`,
            },
          ];
    });
  },
};

/** Not the macvlan of a virtual MAC, which comes and goes with the role. */
const wanted = ({ vrrp }: Facts['config']) =>
  vrrp.flatMap(
    ({ name: router, interface: own, furtherInterfaces = [], virtualAddresses, excludedAddresses = [] }) => {
      const entries = [...virtualAddresses, ...excludedAddresses];
      const all = entries.map(({ address }) => address);
      return [
        ...[own, ...furtherInterfaces].map((device) => ({ device, router, addresses: all })),
        ...entries.flatMap(({ device, address }) =>
          device === undefined ? [] : [{ device, router, addresses: [address] }],
        ),
      ];
    },
  );
