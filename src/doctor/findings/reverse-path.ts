// The kernel's own filter of sources: a client's packet is dropped where its way back is by another device than it came
// by. The larger of `all` and the device counts; 2 wants any way back, 1 the same device.
// Source: Documentation/networking/ip-sysctl.rst (rp_filter), RFC 3704.
import { familyOf } from '../../net/ip.ts';
import type { Facts } from '../facts.ts';
import { type Examination, type Finding, quoted } from '../finding.ts';
import { type Floating, floatingOf, servicesAt } from '../services.ts';

/** What the kernel does for a device: the larger of the two, whatever either is. */
export const effectiveFilter = (sysctls: Facts['sysctls'], device: string): number =>
  Math.max(...['all', device].map((each) => Number(sysctls[`net/ipv4/conf/${each}/rp_filter`] ?? 0)));

export const reversePath: Examination<Facts> = {
  subject: 'rp_filter on the devices that clients come by',
  names: ['rp-filter'],
  examine: (facts) => {
    const { config, routes, sysctls } = facts;
    const back = routes.default?.device;
    if (back === undefined) return [];
    const served = floatingOf(config).filter(
      ({ entry }) => familyOf(entry.address) === 'inet' && servicesAt(config, entry.address).length > 0,
    );
    const dropped = served.filter(
      (each) => effectiveFilter(sysctls, each.device) === 1 && isDropped(each, back, facts),
    );
    return [...new Set(dropped.map(({ device }) => device))].map((device): Finding => {
      const own = dropped.filter((each) => each.device === device);
      return {
        ...{ name: 'rp-filter', level: 'fault' },
        services: [...new Set(own.flatMap(({ entry }) => servicesAt(config, entry.address)))],
        what: `${sourceOf(sysctls, device)}, and the default route is by ${back}`,
        why: `what clients beyond the router send to ${own.map(({ entry }) => entry.address).join(', ')} on ${device} is dropped: their way back is by another device`,
        command: `sysctl -w ${quoted(`net/ipv4/conf/${device}/rp_filter=2`)}`,
      };
    });
  },
};

/** As the kernel says where the address is held; else by the default route, unless rules may lead elsewhere. */
const isDropped = ({ entry, device }: Floating, back: string, facts: Facts): boolean => {
  const arrival = facts.arrivals?.[entry.address];
  if (arrival !== undefined) return arrival === 'refused';
  return device !== back && facts.hasPolicyRules !== true;
};

function sourceOf(sysctls: Facts['sysctls'], device: string): string {
  const keys = [device, 'all'].map((each) => `net/ipv4/conf/${each}/rp_filter`);
  const key = keys.find((each) => Number(sysctls[each]) === 1) ?? '';
  return `${key} is 1 (strict)`;
}
