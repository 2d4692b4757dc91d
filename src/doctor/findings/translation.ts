// Rules that change sources: those that servers of NAT need for what they say themselves, and full NAT for all; and those
// that hit what must keep its source.
import { familyOf } from '../../net/ip.ts';
import { directorNeeds } from '../../setup/director-needs.ts';
import type { Need } from '../../setup/need.ts';
import { nftTable, nftTranslation } from '../../setup/script.ts';
import { servedBy } from '../../setup/served.ts';
import type { Facts } from '../facts.ts';
import { type Examination, type Finding, quoted } from '../finding.ts';
import { iptablesOf, protocolOf } from '../firewall/ruleset.ts';
import { translates } from '../firewall/verdict.ts';
import { isTracked } from '../ipvs-setting.ts';
import { nameOf, serversOf, servicesWith } from '../services.ts';

export const translation: Examination<Facts> = {
  subject: 'rules of NAT',
  names: ['masquerade-missing', 'masquerade-hits-gate', 'conntrack-off'],
  examine: (facts) =>
    facts.ruleset === undefined ? [] : [...missing(facts), ...hitting(facts), ...untracked(facts)],
};

type Masquerade = Extract<Need, { readonly need: 'masquerade' }>;

/** With full NAT the servers may have any gateway. */
function missing(facts: Facts): readonly Finding[] {
  if (isTracked(facts)) return [];
  const served = servedBy(facts.config, 'nat');
  if (served.servers.length === 0) return [];
  const needs = directorNeeds('nat', { served, modules: [], fullNat: false });
  return needs
    .filter((need): need is Masquerade => need.need === 'masquerade')
    .flatMap((need) => {
      const family = nftTable(need.family);
      const own = need.servers.filter((saddr) => facts.routes[saddr]?.isLocal !== true);
      const without = own.filter(
        (saddr) => translates(facts.ruleset ?? [], { family, protocol: 17, saddr }) === 'no',
      );
      if (without.length === 0) return [];
      const { table, chain, rule } = nftTranslation(need);
      const base = '{ type nat hook postrouting priority 100; policy accept; }';
      return {
        ...{ name: 'masquerade-missing', level: 'warning', why: need.why },
        services: servicesWith(facts.config, (real) => without.includes(real.address)),
        what: `no rule of NAT gives ${without.join(', ')} an address to go out with`,
        command: `nft add table ${table} lvs_setup; nft add chain ${table} lvs_setup ${chain} ${quoted(base)}; nft add rule ${table} lvs_setup ${chain} ${quoted(rule)}`,
        advice: 'none, where these servers have another gateway',
      } as const;
    });
}

/** Untracked packets pass the rules of NAT untouched. */
function hitting(facts: Facts): readonly Finding[] {
  if (!isTracked(facts)) return [];
  return facts.config.virtuals.flatMap((virtual) =>
    serversOf(virtual).flatMap((real): readonly Finding[] => {
      const { id } = virtual;
      const route = facts.routes[real.address];
      if (id.kind !== 'address' || real.forward !== 'gate' || route?.isLocal === true) return [];
      const family = nftTable(familyOf(id.address));
      const packet = {
        ...{
          family,
          protocol: protocolOf(id.protocol) ?? 0,
          daddr: id.address,
          dport: id.port,
          state: 'new',
        },
        ...(route?.device !== undefined && { oif: route.device }),
      } as const;
      const chain = (facts.ruleset ?? []).find(
        (each) =>
          each.hook === 'postrouting' && translates(onlyFrom(facts, each.by, each.table), packet) === 'yes',
      );
      if (chain === undefined) return [];
      return [
        {
          ...{ name: 'masquerade-hits-gate', level: 'fault', services: [nameOf(virtual)] },
          what: `chain ${chain.name} of table ${chain.table} gives packets for the gate server ${real.address} the director's address`,
          why: 'the server answers the director in place of the client, past the connection of either',
          command:
            chain.by === 'nft'
              ? `nft insert rule ${chain.family} ${quoted(chain.table)} ${quoted(chain.name)} ${family} daddr ${id.address} accept`
              : `${iptablesOf(chain)} -t nat -I ${quoted(chain.name)} -d ${id.address} -j ACCEPT`,
        },
      ];
    }),
  );
}

const onlyFrom = ({ ruleset = [] }: Facts, by: string, table: string) =>
  ruleset.filter((each) => each.by === by && each.table === table);

/** Full NAT works on what is tracked alone. Its rules are known by what only they ask for. */
function untracked(facts: Facts): readonly Finding[] {
  const { sysctls, config, ruleset = [] } = facts;
  if (sysctls['net/ipv4/vs/conntrack'] !== '0') return [];
  const own = ruleset.filter(({ table, by }) => by === 'nft' && table === 'lvs_setup');
  const isFull = own.some(({ name }) => /^(?:tcp|udp|sctp)_\d+_/.test(name));
  const isWanted = config.ipvs.sysctl?.conntrack === '1';
  if (!isFull && !isWanted) return [];
  return [
    {
      ...{ name: 'conntrack-off', level: 'fault' },
      services: servicesWith(config, ({ forward }) => forward === 'masq'),
      what: `net/ipv4/vs/conntrack is 0, and ${isFull ? 'there are rules of full NAT' : 'the config has it as 1'}`,
      why: 'the packets of IPVS pass the rules of NAT only where they are tracked: servers see clients, and answer past this director',
      command: 'sysctl -w net/ipv4/vs/conntrack=1',
    },
  ];
}
