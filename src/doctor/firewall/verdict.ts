// Where a packet ends in a firewall. A packet may be known in part (a client's address is not): then a condition may hold
// or not, and only what happens to every such packet is said. Every base chain of a hook has to let it through.
import { familyOf, type Ip } from '../../net/ip.ts';
import { prefixContains } from '../../net/prefix.ts';
import type { Chain, Condition, Rule, Ruleset } from './ruleset.ts';

/** What is absent may be anything. */
export type Packet = {
  readonly family: 'ip' | 'ip6';
  readonly protocol: number;
  readonly saddr?: Ip;
  readonly daddr?: Ip;
  readonly sport?: number;
  readonly dport?: number;
  readonly iif?: string;
  readonly oif?: string;
  /** Of the kernel's tracking of connections. */
  readonly state?: string;
  /** Its destination is an address of this host. */
  readonly isLocal?: true;
};

type Truth = 'yes' | 'no' | 'maybe';
/** `next`: the chain that led here goes on. */
type End = 'accept' | 'drop' | 'next' | 'maybe';

/** The first base chain of that hook that drops every such packet. */
export const dropperOf = (ruleset: Ruleset, hook: string, packet: Packet): Chain | undefined =>
  ruleset.find(
    (chain) =>
      chain.hook === hook &&
      chain.type !== 'nat' &&
      isOfFamily(chain, packet) &&
      endIn(ruleset, chain, packet, 0) === 'drop',
  );

/** Whether such a packet leaves with another source: always, for some, never. */
export function translates(ruleset: Ruleset, packet: Packet): Truth {
  const ends = ruleset
    .filter(({ hook, type }) => hook === 'postrouting' && type === 'nat')
    .filter((chain) => isOfFamily(chain, packet))
    .map((chain) => translatesIn(ruleset, chain, { packet, depth: 0, to: 'snat' }));
  return ends.includes('yes') ? 'yes' : ends.includes('maybe') ? 'maybe' : 'no';
}

/** The first base chain that gives every such packet another destination as it arrives. */
export const redirectorOf = (ruleset: Ruleset, packet: Packet): Chain | undefined =>
  ruleset.find(
    (chain) =>
      chain.hook === 'prerouting' &&
      chain.type === 'nat' &&
      isOfFamily(chain, packet) &&
      translatesIn(ruleset, chain, { packet, depth: 0, to: 'dnat' }) === 'yes',
  );

const isOfFamily = ({ family }: Chain, packet: Packet): boolean =>
  family === 'inet' || family === packet.family;

/** More levels than any ruleset has: the kernel allows 16. */
const depthMax = 16;

function endIn(ruleset: Ruleset, chain: Chain, packet: Packet, depth: number): End {
  let isSure = true;
  const sure = (end: End): End => (isSure ? end : 'maybe');
  for (const rule of chain.rules) {
    const truth = holds(rule, packet);
    if (truth === 'no') continue;
    const end = endOf(ruleset, chain, rule, { packet, depth });
    if (end === 'next' && rule.act.act !== 'return' && rule.act.act !== 'goto') continue;
    if (truth === 'yes' && end !== 'maybe') return sure(end === 'next' ? leave(chain) : end);
    // Who is dropped here would be dropped for being somebody in particular.
    if (end !== 'drop') isSure = false;
  }
  return sure(leave(chain));
}

const leave = ({ hook, policy }: Chain): End => (hook === undefined ? 'next' : policy);

type Walk = { readonly packet: Packet; readonly depth: number };

function endOf(ruleset: Ruleset, chain: Chain, { act }: Rule, { packet, depth }: Walk): End {
  switch (act.act) {
    case 'accept':
    case 'drop':
      return act.act;
    case 'return':
    case 'go on':
      return 'next';
    case 'jump':
    case 'goto': {
      const target = chainNamed(ruleset, chain, act.chain);
      if (target === undefined || depth >= depthMax) return 'maybe';
      return endIn(ruleset, target, packet, depth + 1);
    }
    default:
      return 'maybe';
  }
}

const chainNamed = (ruleset: Ruleset, { by, family, table }: Chain, name: string): Chain | undefined =>
  ruleset.find(
    (each) => each.by === by && each.family === family && each.table === table && each.name === name,
  );

type Translating = Walk & { readonly to: 'snat' | 'dnat' };

function translatesIn(ruleset: Ruleset, chain: Chain, { packet, depth, to }: Translating): Truth | 'over' {
  let found: Truth = 'no';
  for (const rule of chain.rules) {
    const truth = holds(rule, packet);
    if (truth === 'no') continue;
    const { act } = rule;
    if (act.act === to) {
      if (truth === 'yes' && found === 'no') return 'yes';
      found = 'maybe';
    } else if (act.act === 'jump' || act.act === 'goto') {
      const target = chainNamed(ruleset, chain, act.chain);
      const below =
        target === undefined || depth >= depthMax
          ? 'maybe'
          : translatesIn(ruleset, target, { packet, depth: depth + 1, to });
      if (below === 'yes' && truth === 'yes') return found === 'no' ? 'yes' : 'maybe';
      if (below === 'over' && truth === 'yes') return found === 'no' ? 'over' : found;
      if (below !== 'no' && below !== 'over') found = 'maybe';
    } else if (truth === 'yes' && act.act !== 'go on' && act.act !== 'unknown') {
      return found === 'no' && act.act !== 'return' ? 'over' : found;
    } else if (act.act === 'unknown') found = 'maybe';
  }
  return found;
}

function holds({ conditions }: Rule, packet: Packet): Truth {
  const all = conditions.map((each) => truthOf(each, packet));
  return all.includes('no') ? 'no' : all.includes('maybe') ? 'maybe' : 'yes';
}

function truthOf(condition: Condition, packet: Packet): Truth {
  const plain = plainTruth(condition, packet);
  if (condition.isNot !== true || plain === 'maybe') return plain;
  return plain === 'yes' ? 'no' : 'yes';
}

const of = (isSo: boolean): Truth => (isSo ? 'yes' : 'no');

function plainTruth(condition: Condition, packet: Packet): Truth {
  switch (condition.on) {
    case 'family':
      return of(condition.family === packet.family);
    case 'protocol':
      return of(condition.values.includes(packet.protocol));
    case 'saddr':
    case 'daddr': {
      const address = packet[condition.on];
      if (address === undefined) return 'maybe';
      return of(
        condition.values.some(
          (each) => familyOf(each.address) === familyOf(address) && prefixContains(each, address),
        ),
      );
    }
    case 'sport':
    case 'dport': {
      if (condition.protocol !== undefined && condition.protocol !== packet.protocol) return 'no';
      const port = packet[condition.on];
      if (port === undefined) return hasPorts(packet) ? 'maybe' : 'no';
      return of(condition.values.some(([from, to]) => port >= from && port <= to));
    }
    case 'iif':
    case 'oif': {
      const name = packet[condition.on];
      return name === undefined ? 'maybe' : of(condition.values.some((each) => isNamed(each, name)));
    }
    case 'state':
      return packet.state === undefined ? 'maybe' : of(condition.values.includes(packet.state));
    case 'local':
      return packet.isLocal === true ? 'yes' : 'maybe';
    case 'unknown':
      return 'maybe';
  }
}

const hasPorts = ({ protocol }: Packet): boolean => [6, 17, 132, 136].includes(protocol);

const isNamed = (pattern: string, name: string): boolean =>
  pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : pattern === name;
