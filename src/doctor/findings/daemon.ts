// What the running daemon knows of the election and of its neighbours: nothing is said where it does not run.
import type { Facts, RouterFact } from '../facts.ts';
import { type Examination, type Finding, quoted } from '../finding.ts';
import { floatingOf, servicesAt } from '../services.ts';

export const daemon: Examination<Facts> = {
  subject: 'what the daemon hears of its peers',
  names: ['vip-held-as-backup', 'peer-unheard', 'vrid-of-stranger', 'peer-config-differs'],
  examine: (facts) => {
    const { daemon: running } = facts;
    if (running === undefined)
      return [{ unlooked: 'what is heard of peers: no daemon answers here with this config' }];
    return running.routers.flatMap((router) => [
      ...heldAsBackup(router, facts),
      ...unheard(router, facts),
      ...strangers(router),
      ...differences(router),
    ]);
  },
};

function heldAsBackup({ name, phase }: RouterFact, { config, addresses }: Facts): readonly Finding[] {
  if (phase === 'active') return [];
  return floatingOf(config)
    .filter(({ router }) => router === name)
    .flatMap(({ entry, device }) =>
      addresses
        .filter((own) => own.device === device && own.address === entry.address)
        // One of ours has a lease, and goes by itself; one that the kernel does not use answers nobody.
        .filter(({ isDynamic, isDuplicate }) => isDynamic !== true && isDuplicate !== true)
        .map(
          (own): Finding => ({
            ...{ name: 'vip-held-as-backup', level: 'fault', services: servicesAt(config, entry.address) },
            what: `${own.address}/${own.length} is on ${device} and has no end, and virtual router ${name} is ${phase}`,
            why: 'somebody else has set it: this director answers for it beside the active one',
            command: `ip address del ${own.address}/${own.length} dev ${quoted(device)}`,
          }),
        ),
    );
}

/** As many adverts as no peer that hears them leaves without a sign. */
const adverts = 10;

function unheard(
  { name, phase, advertsSent, advertsReceived }: RouterFact,
  { config }: Facts,
): readonly Finding[] {
  const peers = config.vrrp.find((each) => each.name === name)?.unicastPeers ?? [];
  if (phase !== 'active' || peers.length === 0 || advertsSent < adverts || advertsReceived > 0) return [];
  return [
    {
      ...{ name: 'peer-unheard', level: 'warning', services: [] },
      what: `virtual router ${name} has sent ${advertsSent} adverts to ${peers.join(', ')}, and has never heard one`,
      why: 'a peer that runs and is not heard becomes active as well',
      advice: `see whether the daemon runs there, and whether protocol 112 gets through both ways (lvs-director doctor, on each)`,
    },
  ];
}

const strangers = ({ name, virtualRouterId, strangers: heard }: RouterFact): readonly Finding[] =>
  heard.map(({ source, reason }) => ({
    ...{ name: 'vrid-of-stranger', level: 'fault', services: [] },
    what: `${source} sends adverts with virtual_router_id ${virtualRouterId}, which is that of ${name}, and is no peer: ${reason}`,
    why: 'two clusters with one virtual_router_id on one network take each other for peers, or share a MAC address',
    advice: `give ${name} another virtual_router_id on all its directors, or mend the configuration of ${source}`,
  }));

const differences = ({ name, differences: heard }: RouterFact): readonly Finding[] =>
  heard.map(({ source, heardAgoMs, what, ours, theirs }) => ({
    ...{ name: 'peer-config-differs', level: 'warning', services: [] },
    what: `${source} advertises another ${what} for ${name}: ${theirs}, here it is ${ours} (heard ${Math.round(heardAgoMs / 1000)} s ago)`,
    why: 'after a failover other addresses are there, or the two judge each other by other times',
    advice: 'let both directors have the same file: what differs can be written for each (docs/config.md)',
  }));
