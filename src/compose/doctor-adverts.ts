// An advert that came by, as the routers of the config on that interface judge it: by the ladder of the election itself
// (vrrp/validate.ts).

import { noSource, routerConfigOf } from '../daemon/vrrp/router-config.ts';
import type { Facts } from '../doctor/facts.ts';
import type { HeardAdvert } from '../doctor/probes/answers.ts';
import { ownAddress } from '../doctor/probes/questions.ts';
import type { VrrpInstanceConfig } from '../model/config/router.ts';
import { familyOf, isMulticast } from '../net/ip.ts';
import type { RouterConfig } from '../vrrp/types.ts';
import { type AdvertFacts, judgeStray, type Validation, validateAdvert } from '../vrrp/validate.ts';
import type { ProbeAnswer } from '../wire/packet/probe-answer.ts';
import { decodeAdvert, vrrpGroup } from '../wire/packet/vrrp.ts';

type Advert = Extract<ProbeAnswer, { readonly is: 'advert' }>;

export function heardAdverts(
  { from: mac, packet }: Advert,
  device: string,
  facts: Facts,
): readonly HeardAdvert[] {
  const { source, destination, ttl, payload } = packet;
  const decoded = decodeAdvert(payload, { source, destination });
  const id = decoded.ok ? decoded.value.advert.virtualRouterId : decoded.error.virtualRouterId;
  const advertFacts: AdvertFacts = {
    ...{ ttl, source, decoded, destination: isMulticast(destination) ? 'multicast' : 'unicast' },
    ownAddresses: facts.addresses.filter((each) => each.device === device).map(({ address }) => address),
  };
  return facts.config.vrrp
    .filter((own) => own.family === familyOf(source) && pathsOf(own).includes(device))
    .flatMap((own): readonly HeardAdvert[] => {
      const router = routerOf(own, device, facts);
      const isStray = id !== own.virtualRouterId;
      const validation = isStray ? judgeStray(router, advertFacts) : validateAdvert(router, advertFacts);
      if (validation === undefined) return [];
      return [{ router: own.name, source, mac, isForeign: isForeign(validation) }];
    });
}

const pathsOf = ({ interface: own, furtherInterfaces = [] }: VrrpInstanceConfig): readonly string[] => [
  own,
  ...furtherInterfaces,
];

const routerOf = (own: VrrpInstanceConfig, device: string, facts: Facts): RouterConfig =>
  routerConfigOf(own, own.sourceAddress ?? ownAddress(device, vrrpGroup(own.family), facts) ?? noSource);

const isForeign = (validation: Validation): boolean =>
  validation.outcome === 'rejected'
    ? validation.foreign === true
    : validation.notes.some(({ what }) => what === 'virtual_router');
