// Who answers for a floating address besides the director that may: each link-layer address is named, and whose it is, as
// far as the servers' and peers' own answers tell. RFC 5227 §2.1.1, RFC 4861 §7.2.
import type { Ip } from '../../net/ip.ts';
import type { Mac } from '../../net/mac.ts';
import { type Examination, type Finding, quoted } from '../finding.ts';
import { serversOf, servicesAt } from '../services.ts';
import type { Holder, Probed } from './answers.ts';
import { type Place, vipPlaces } from './questions.ts';
import { setUpCommand } from './set-up-command.ts';

export const holders: Examination<Probed> = {
  subject: 'who answers for the floating addresses',
  names: ['vip-answered-elsewhere', 'vip-at-server', 'adverts-unheard'],
  examine: (probed) => vipPlaces(probed).flatMap((place) => examinePlace(place, probed)),
};

/** RFC 9568 §7.3: a virtual router's own. */
const isVirtualMac = (mac: Mac): boolean => /^00:00:5e:00:0[12]:/.test(mac);

/** Those of an address that are not ours. */
export function othersAt({ device, address }: Place, { answers }: Probed): readonly Holder[] {
  const own = new Set(Object.values(answers.macs));
  return answers.holders.filter(
    (each) => each.device === device && each.address === address && !own.has(each.mac),
  );
}

const isHeldHere = ({ device, address }: Place, { addresses, links }: Probed): boolean =>
  addresses.some(
    (each) =>
      each.address === address &&
      (each.device === device || links.find(({ name }) => name === each.device)?.kind === 'macvlan'),
  );

/** Whose it is by its own address. */
const serverWith = (mac: Mac, { config, answers }: Probed) =>
  config.virtuals
    .flatMap(serversOf)
    .find((real) => answers.holders.some((each) => each.mac === mac && each.address === real.address));

const peersOf = (router: string | undefined, { config, daemon }: Probed): readonly Ip[] => [
  ...config.vrrp.filter(({ name }) => name === router).flatMap(({ unicastPeers }) => unicastPeers),
  ...(daemon?.routers.filter(({ name }) => name === router).flatMap(({ peers }) => peers) ?? []),
];

const peerWith = (mac: Mac, place: Place, probed: Probed): Ip | undefined =>
  peersOf(place.router, probed).find((address) =>
    probed.answers.holders.some((each) => each.mac === mac && each.address === address),
  );

/** Somebody who may be the other director: neither ours nor a server. */
export const strangersAt = (place: Place, probed: Probed): readonly Holder[] =>
  othersAt(place, probed).filter(({ mac }) => serverWith(mac, probed) === undefined);

function examinePlace(place: Place, probed: Probed): readonly Finding[] {
  const others = othersAt(place, probed);
  if (isRightful(place, probed)) return others.flatMap(({ mac }) => serverFinding(place, mac, probed));
  return others.flatMap(({ mac }): readonly Finding[] => {
    const found = serverFinding(place, mac, probed);
    if (found.length > 0) return found;
    const ofMac = probed.answers.adverts.filter((each) => each.mac === mac && each.router === place.router);
    // What is wrong with its adverts is told of by their own findings.
    if (ofMac.some(({ isForeign }) => isForeign)) return [];
    const isActive = ofMac.length > 0;
    if (isActive && !isHeldHere(place, probed)) return [];
    return isActive ? [elsewhere(place, mac, probed)] : [silentHolder(place, mac, probed)];
  });
}

/** The one who has it may be the active director, as far as can be told: nobody elects, or the adverts come by elsewhere. */
function isRightful(place: Place, probed: Probed): boolean {
  const { config, answers } = probed;
  if (isToldOf(place, probed)) return true;
  if (isHeldHere(place, probed) || strangersAt(place, probed).length !== 1) return false;
  const router = config.vrrp.find(({ name }) => name === place.router);
  if (router === undefined || answers.unheeded.includes(router.name)) return true;
  const isElected = answers.adverts.some((each) => each.router === router.name && !each.isForeign);
  return isElected && place.device !== router.interface;
}

/** Who holds an address of the router on its own interface has those on further ones as well, and is named there. */
function isToldOf({ router, device }: Place, probed: Probed): boolean {
  const own = probed.config.vrrp.find(({ name }) => name === router)?.interface;
  if (own === undefined || own === device) return false;
  return vipPlaces(probed).some(
    (each) => each.router === router && each.device === own && strangersAt(each, probed).length > 0,
  );
}

const serverFinding = (place: Place, mac: Mac, probed: Probed): readonly Finding[] => {
  const server = serverWith(mac, probed);
  return server === undefined ? [] : [atServer(place, mac, server, probed)];
};

type Server = NonNullable<ReturnType<typeof serverWith>>;

function atServer({ device, address }: Place, mac: Mac, server: Server, probed: Probed): Finding {
  return {
    ...{ name: 'vip-at-server', level: 'fault', services: servicesAt(probed.config, address) },
    what: `${mac} answers for ${address} on ${device}: it is the real server ${server.address}`,
    why: 'clients and routers learn either of the two, and what goes to the server is neither balanced nor checked',
    ...(server.forward === 'masq'
      ? { advice: `take ${address} off ${server.address}: a masq server has no VIP` }
      : { command: setUpCommand(server, probed) }),
  };
}

/** No advert of it was heard: the other director, or anybody. */
function silentHolder(place: Place, mac: Mac, probed: Probed): Finding {
  const peer = peerWith(mac, place, probed);
  const { device, address, router = '' } = place;
  if (peer === undefined && !isVirtualMac(mac)) return elsewhere(place, mac, probed);
  const isUnicast = probed.config.vrrp.some(
    ({ name, unicastPeers }) => name === router && unicastPeers.length > 0,
  );
  return {
    ...{ name: 'adverts-unheard', level: 'fault', services: servicesAt(probed.config, address) },
    what: `${mac} answers for ${address} on ${device}${peer === undefined ? ", a virtual router's own address" : `: it is the peer ${peer}`}; no advert of it was heard for virtual router ${router}`,
    why: 'the two do not hear each other, so that both are active, now or after a failover',
    advice: isUnicast
      ? `let protocol 112 from each director to the other through every firewall between; on both unicast_peer lists the other's address`
      : `let 224.0.0.18 (ff02::12) and protocol 112 through switches and firewalls; where that cannot be, give both directors unicast_peer`,
  };
}

function elsewhere(place: Place, mac: Mac, probed: Probed): Finding {
  const { device, address } = place;
  const peer = peerWith(mac, place, probed);
  const advert = probed.answers.adverts.find((each) => each.mac === mac);
  const named = peer ?? advert?.source;
  const whose = named === undefined ? 'no server or peer of the config' : `the router ${named}`;
  return {
    ...{ name: 'vip-answered-elsewhere', level: 'fault', services: servicesAt(probed.config, address) },
    what: `${mac} answers for ${address} on ${device}: it is ${whose}`,
    why: isHeldHere(place, probed)
      ? 'this director has the address as well: clients reach either of the two'
      : 'this director will not be reached when it becomes active',
    advice: `find the host with that link-layer address (ip neighbour | grep ${quoted(mac)}, or the tables of the switches) and take ${address} off it; where it is the other director, nothing that it sends by VRRP gets here: see to 224.0.0.18 (ff02::12) and protocol 112 on the way`,
  };
}
