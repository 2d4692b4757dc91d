// Whether each server takes what IPVS sends it, judged beside its answer at its own address: where it does not answer there
// either it is down, which its check has found already.
import type { RealConfig } from '../../model/config/service.ts';
import { familyOf, type Ip } from '../../net/ip.ts';
import { type Examination, type Finding, quoted } from '../finding.ts';
import { serversOf, servicesWith } from '../services.ts';
import type { Outcome, Probed } from './answers.ts';
import { strangersAt } from './holders.ts';
import { vipPlaces } from './questions.ts';
import { setUpCommand } from './set-up-command.ts';

export const delivery: Examination<Probed> = {
  subject: 'whether servers take what is sent to them',
  names: ['server-silent-on-link', 'vip-silent', 'vip-reset', 'tunnel-silent', 'way-back', 'path-mtu'],
  examine: (probed) => {
    const { outcomes } = probed.answers;
    return [
      ...offWire(probed),
      ...outcomes.filter(({ shot }) => shot.way === 'vip').flatMap((each) => toVip(each, probed) ?? []),
      ...outcomes.filter(({ shot }) => shot.way === 'back').flatMap((each) => back(each, probed) ?? []),
      ...sizes(probed),
    ];
  },
};

const realAt = (address: Ip, { config }: Probed): RealConfig | undefined =>
  config.virtuals.flatMap(serversOf).find((real) => real.address === address);

/** Of the same service; anything but silence. */
const answersItself = ({ shot }: Outcome, { answers }: Probed): Outcome['fate'] | undefined => {
  const own = answers.outcomes.filter(
    (each) =>
      each.shot.way === 'own' &&
      each.shot.target === shot.target &&
      each.shot.ask.kind === shot.ask.kind &&
      each.shot.services.some((service) => shot.services.includes(service)),
  );
  return own.find(({ fate }) => fate === 'answered')?.fate ?? own.find(({ fate }) => fate === 'reset')?.fate;
};

/** IPVS needs the link-layer address of every server that no router leads to. */
function offWire({ config, routes, answers }: Probed): readonly Finding[] {
  const { asked, holders } = answers;
  const servers = new Map(config.virtuals.flatMap(serversOf).map((real) => [real.address, real]));
  return [...servers.keys()].flatMap((address): readonly Finding[] => {
    const device = routes[address]?.device ?? '';
    const wasAsked = asked.some((each) => each.device === device && each.address === address);
    const isThere = holders.some((each) => each.address === address);
    if (!wasAsked || isThere) return [];
    const kind = familyOf(address) === 'inet' ? 'ARP' : 'neighbour discovery';
    return [
      {
        ...{ name: 'server-silent-on-link', level: 'fault' },
        services: servicesWith(config, (real) => real.address === address),
        what: `nobody answers ${kind} for ${address} on ${device}, where the route has it on link`,
        why: 'nothing can be sent to it: it is off, on another network or VLAN, or has another address',
        advice: `look at the host, its cable and its VLAN; where a router leads to it: ip route add ${address} via ROUTER`,
      },
    ];
  });
}

const silences: Readonly<Partial<Record<Outcome['fate'], string>>> = {
  silent: 'leaves unanswered',
  unreachable: 'refuses (ICMP unreachable)',
  expired: 'would send on',
};

function toVip(outcome: Outcome, probed: Probed): Finding | undefined {
  const { shot, fate } = outcome;
  const own = answersItself(outcome, probed);
  const real = realAt(shot.target, probed);
  if (fate === 'answered' || own === undefined || real === undefined) return undefined;
  const { services, target, destination, wrapping } = shot;
  if (fate === 'reset') return own === 'reset' ? undefined : reset(outcome, target);
  const verb = silences[fate] ?? 'does not take';
  const type = wrapping?.type ?? '';
  return {
    ...{ name: wrapping === undefined ? 'vip-silent' : 'tunnel-silent', level: 'fault', services },
    what:
      wrapping === undefined
        ? `${target} answers at its own address, and ${verb} what is addressed to ${destination}`
        : `${target} answers at its own address, and ${verb} what comes in a tunnel (${type}) for ${destination}`,
    why:
      wrapping === undefined
        ? 'its check is well and clients get no answer from it: it has not the VIP, or its firewall drops it'
        : 'its check is well and clients get no answer from it: no device there takes the tunnel apart, the VIP is missing, its rp_filter or its firewall drops it',
    command: setUpCommand(real, probed),
    advice: `then its firewall: lvs-director realserver ${wrapping === undefined ? 'dr' : 'tun'} --firewall nftables has the lines`,
  };
}

function reset({ shot }: Outcome, target: Ip): Finding {
  const { services, destination, ask } = shot;
  const port = ask.kind === 'syn' ? ask.port : 0;
  return {
    ...{ name: 'vip-reset', level: 'fault', services },
    what: `${target} answers at its own address, and resets what is addressed to ${destination} port ${port}`,
    why: 'its check is well and clients are refused: nobody there listens at the VIP',
    advice: `let the program on ${target} listen at ${destination}:${port} as well, or at every address`,
  };
}

/** The answer has to come back by us: by the device that the server is on, and from the server itself. */
function back(outcome: Outcome, probed: Probed): Finding | undefined {
  const { shot, fate, from, device } = outcome;
  const real = realAt(shot.target, probed);
  if (answersItself(outcome, probed) !== 'answered' || real === undefined) return undefined;
  const isDirect = probed.routes[shot.target]?.via === undefined;
  const isRight = fate === 'answered' && device === shot.device && (!isDirect || from === shot.mac);
  // Answers go to whoever else holds the gateway: that is told of the address.
  const isHeldTwice = vipPlaces(probed).some((place) => strangersAt(place, probed).length > 0);
  if (isRight || isHeldTwice) return undefined;
  const came = fate === 'answered' ? `come by ${from} on ${device}` : 'do not come here';
  return {
    ...{ name: 'way-back', level: 'fault', services: shot.services },
    what: `${shot.target} answers its neighbours, and its answers to ${shot.source}, as to any client, ${came}`,
    why: 'the director has to see the answers, to put the VIP into them: with another gateway clients get them from a stranger',
    command: setUpCommand(real, probed),
    advice: 'or full NAT, which needs nothing on servers: lvs-director director nat --full-nat',
  };
}

/** Where a small echo is answered and one of the promised size is not. */
function sizes({ answers, routes }: Probed): readonly Finding[] {
  const of = answers.outcomes.filter(({ shot }) => shot.way === 'size');
  return [...new Set(of.map(({ shot }) => shot.target))].flatMap((target): readonly Finding[] => {
    const own = of.filter(({ shot }) => shot.target === target);
    const bytesOf = ({ shot }: Outcome) => (shot.ask.kind === 'echo' ? (shot.ask.bytes ?? 0) : 0);
    const promised = Math.max(...own.map(bytesOf));
    const most = Math.max(0, ...own.filter(({ fate }) => fate === 'answered').map(bytesOf));
    if (most === 0 || most === promised) return [];
    const { device = '', via } = routes[target] ?? {};
    const [
      {
        shot: { services },
      } = { shot: { services: [] } },
    ] = own;
    return [
      {
        ...{ name: 'path-mtu', level: 'warning', services },
        what: `packets of ${promised} bytes do not get to ${target}, of ${most} they do`,
        why: 'small requests work and large ones hang; a tunnel takes 20 to 48 bytes more of it',
        advice: `raise the MTU on the way and on the server to ${promised}, or let this director know: ip route replace ${target}${via === undefined ? '' : ` via ${via}`} dev ${quoted(device)} mtu ${most}`,
      },
    ];
  });
}
